import { readdirSync, readFileSync } from 'node:fs'

/** The processes whose command line names `text`, as /proc has them; zombies have none. */
export function processesNaming(text: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: commandLine(name) }))
    .filter(({ command }) => command.includes(text))
}

/** Ends the processes whose command line names `text`. */
export function killProcessesNaming(text: string): void {
  for (const { pid } of processesNaming(text)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {} // it ended by itself in the meantime
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Waits until `condition` holds, and fails with the sentence if it never does; minutes, so that no load can decide. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  sentence: string,
  milliseconds = 300_000,
  pause = 20,
): Promise<void> {
  const begin = performance.now()
  while (!(await condition())) {
    if (performance.now() - begin > milliseconds) throw new Error(`${sentence}: not within ${milliseconds} ms`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
