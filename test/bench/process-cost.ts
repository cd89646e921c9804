import { execFileSync } from 'node:child_process'

export interface Cost {
  readonly wallMs: number
  /** Of the process and all of its descendants, also of those that end after it, to the microsecond. */
  readonly cpuMs: number
}

/** What a Node.js process costs from its start to its end, as the kernel tells its parent. */
export function costOf(directory: string, ...args: readonly string[]): Cost {
  const told = execFileSync('python3', ['-c', parent, process.execPath, ...args], { cwd: directory, encoding: 'utf8' })
  return JSON.parse(told) as Cost
}

/** A program's parent, and that of whatever it leaves behind: Node.js itself does not tell what its children have used. */
const parent = `
import ctypes, json, os, sys, time

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
begin = time.monotonic()
program = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
seconds = 0
while True:
    try:
        process, status, use = os.wait4(-1, 0)
    except ChildProcessError:
        break
    seconds += use.ru_utime + use.ru_stime
    if process == program:
        wall = time.monotonic() - begin
        if status != 0:
            sys.exit(f"{sys.argv[1:]} ended with status {status}")
print(json.dumps({"wallMs": wall * 1000, "cpuMs": seconds * 1000}))
`
