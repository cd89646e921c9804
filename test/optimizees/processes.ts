import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Whether a process runs; one that has ended but was not waited for does not. */
export function isRunning(pid: number): boolean {
  const [state = 'Z'] = fieldsOf(pid)
  return state !== 'Z'
}

/** Waits for what must come true; if it never does, the test's own time limit says so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10)
}

const known: number[] = []

/** Ends the processes that a test which failed has left. */
export function killLeft(): void {
  for (const pid of known.filter(isRunning)) kill(pid)
}

/** Ends a process that may end by itself at any moment. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** The pids that a fixture writes when it is ready. */
export async function pidsIn(file: string): Promise<number[]> {
  for (;;) {
    await until(() => existsSync(file))
    const text = readFileSync(file, 'utf8')
    if (text.endsWith(']')) {
      const pids = JSON.parse(text) as number[]
      known.push(...pids)
      return pids
    }
    await setTimeout(5)
  }
}

/** The running processes of which `parent` is the parent. */
export function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return pids.filter((pid) => isRunning(pid) && fieldsOf(pid)[1] === String(parent))
}

/** State, parent and so on of a process: what stands behind its name in brackets. */
function fieldsOf(pid: number): string[] {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return status.slice(status.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
