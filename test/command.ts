import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../src/cli/command-line.ts'

/** As execa gives it: without the last line break. */
export interface CommandEnd {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const main = fileURLToPath(new URL('../dist/command/main.js', import.meta.url))

/**
 * The command line in this process, for commands that refuse or only read: they need no process of their own. Those that
 * simulate end their process, and are started. One at a time, since all of this process is lent to it.
 */
export async function command(words: readonly string[], { cwd = process.cwd() } = {}): Promise<CommandEnd> {
  const { argv, stdout, stderr } = process
  const before = process.cwd()
  const restoreListeners = keepListeners('exit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1')
  const printed = keepWritten(stdout)
  const said = keepWritten(stderr)
  try {
    process.chdir(cwd)
    process.argv = [process.execPath, main, ...words]
    await runCommandLine(process.argv)
    return { exitCode: Number(process.exitCode ?? 0), stdout: printed.text(), stderr: said.text() }
  } finally {
    printed.restore()
    said.restore()
    restoreListeners()
    process.argv = argv
    process.exitCode = undefined
    process.chdir(before)
  }
}

/** What `twoloop show` says of a run, as JSON; `cwd` is where the run was begun. */
export async function shown(cwd: string, run: string, ...options: readonly string[]) {
  const { stdout } = await command(['show', run, '--json', ...options], { cwd })
  return JSON.parse(stdout)
}

/** Keeps what is written to a stream, which gets none of it. */
function keepWritten(stream: NodeJS.WriteStream) {
  const original = stream.write
  const chunks: Buffer[] = []
  stream.write = (chunk: string | Uint8Array): boolean => {
    chunks.push(Buffer.from(chunk as string))
    return true
  }
  return {
    text: () => Buffer.concat(chunks).toString().replace(/\n$/, ''),
    restore: () => {
      stream.write = original
    },
  }
}

/** A command that ends leaves listeners for the last moments of its process. */
function keepListeners(...events: readonly string[]): () => void {
  const kept = events.map((event) => [event, new Set(process.listeners(event as NodeJS.Signals))] as const)
  return () => {
    for (const [event, before] of kept) {
      for (const listener of process.listeners(event as NodeJS.Signals)) {
        if (!before.has(listener)) process.off(event, listener)
      }
    }
  }
}
