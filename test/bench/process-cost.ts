import { execFileSync } from 'node:child_process'

export interface Cost {
  readonly wallMs: number
  /** Of the process and all of its descendants. */
  readonly cpuMs: number
}

/** What a Node.js process costs from its start to its end, as its shell has counted. */
export function costOf(directory: string, ...args: readonly string[]): Cost {
  const begin = performance.now()
  const script = '"$@" > /dev/null 2>&1 || exit; times'
  const told = execFileSync('sh', ['-c', script, 'sh', process.execPath, ...args], { cwd: directory, encoding: 'utf8' })
  const wallMs = performance.now() - begin
  const [user = 0, system = 0] = told.trim().split(/\s+/).slice(2).map(secondsOf)
  return { wallMs, cpuMs: (user + system) * 1000 }
}

/** As in `0m0.052s`. */
function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? []
  return Number(minutes) * 60 + Number(seconds)
}
