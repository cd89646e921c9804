import { setTimeout as sleep } from 'node:timers/promises'
import { print } from './output.ts'
import { lookAt, type StatusLook, statusVersion } from './show-status.ts'

/** How often the files of runs are looked at: on any file system, also on one that tells nobody of changes. */
const lookEveryMs = 1000

/** How many looks there are at most until runs are read whether or not their files have changed: that a runner is gone no file says. */
const looksAtMost = 10

/** A terminal that gives every key at once gives Ctrl-C as one as well. */
const endingKeys = ['q', '\u0003']

/** Shows how far runs are until they have ended, or somebody has seen enough. */
export async function watchStatus(directory: string, { json }: { readonly json: boolean }): Promise<void> {
  const { stdin, stdout } = process
  const enough = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const stop = () => enough.abort()
  for (const signal of signals) process.on(signal, stop)
  stdout.once('error', stop) // nobody reads any more
  try {
    if (json || !stdout.isTTY)
      return await follow(directory, enough.signal, (look) => (json ? look.documents : look.lines))
    if (stdin.isTTY) {
      stdin
        .setRawMode(true)
        .on('data', (keys) => endingKeys.some((key) => String(keys).includes(key)) && stop())
        .resume()
    }
    const last = await onScreen(directory, enough.signal)
    if (last) await print([last.text])
  } finally {
    for (const signal of signals) process.off(signal, stop)
    stdout.off('error', stop)
    if (stdin.isTTY) stdin.setRawMode(false).pause()
  }
}

/** Prints what is new, line after line: for files, pipes and programs. */
async function follow(
  directory: string,
  signal: AbortSignal,
  linesOf: (look: StatusLook) => readonly string[],
): Promise<void> {
  const printed = new Set<string>()
  for await (const look of changes(directory, signal)) {
    const lines = linesOf(look)
    await print(lines.filter((line) => !printed.has(line)).map((line) => `${line}\n`))
    printed.clear()
    for (const line of lines) printed.add(line)
  }
}

const screen = {
  enter: '\x1b[?1049h\x1b[?25l',
  leave: '\x1b[?25h\x1b[?1049l',
  home: '\x1b[H',
  clear: '\x1b[J',
} as const

/** Draws on a screen of its own, which is gone afterwards. */
async function onScreen(directory: string, signal: AbortSignal): Promise<StatusLook | undefined> {
  const { stdout } = process
  let last: StatusLook | undefined
  stdout.write(screen.enter)
  const draw = () => {
    const shown = (last?.text ?? '').split('\n').slice(0, Math.max(1, stdout.rows - 2))
    const lines = [...shown, 'q or Ctrl-C ends the watching, not the run.'].map((line) => line.slice(0, stdout.columns))
    stdout.write(`${screen.home}${screen.clear}${lines.join('\r\n')}`)
  }
  stdout.on('resize', draw)
  try {
    for await (const look of changes(directory, signal)) {
      last = look
      draw()
    }
    return last
  } finally {
    stdout.off('resize', draw)
    stdout.write(screen.leave)
  }
}

/** How far runs are, now and whenever that has changed, until they have ended. */
async function* changes(directory: string, signal: AbortSignal): AsyncGenerator<StatusLook, void> {
  let version: string | undefined
  let text: string | undefined
  for (let looks = 0; !signal.aborted; looks++) {
    const newest = statusVersion(directory)
    if (newest !== version || looks >= looksAtMost) {
      version = newest
      looks = 0
      const look = await lookAt(directory)
      if (look.text !== text) yield look
      text = look.text
      if (look.isOver) return
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {})
  }
}
