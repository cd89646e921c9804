import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Reads which process groups are alive, `+ GROUP` and `- GROUP`, one a line. Its standard input ends when the process
 * that writes there does, in whatever way; what is still alive then is killed.
 */
const script = `
trap '' HUP INT TERM
groups=
while read -r sign group; do
  others=
  for other in $groups; do [ "$other" = "$group" ] || others="$others $other"; done
  groups=$others
  [ "$sign" = + ] && groups="$groups $group"
done
for group in $groups; do kill -9 -"$group"; done
`

let guardian: ChildProcess | undefined

/**
 * Sees to it that process groups do not outlive this process, even if it is killed by SIGKILL. One shell keeps watch for
 * the whole life of this process, and ends with it. It is there before the first group is, so as to lose no time then.
 */
export function startGuardian(): void {
  guardian ??= start()
}

/** @returns to be called when nothing of the group is left */
export function guard(group: number): () => void {
  tell(`+ ${group}\n`)
  return () => tell(`- ${group}\n`)
}

function tell(line: string): void {
  guardian?.stdin?.write(line)
}

function start(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', script], { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  // Without a shell, or when somebody ends it, commands run all the same; the next one gets a new guardian.
  const forget = () => {
    if (guardian === shell) guardian = undefined
  }
  shell.on('error', forget).on('exit', forget)
  shell.stdin.on('error', forget)
  shell.unref()
  return shell
}
