import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { WakeUp } from '../../runtime/channel/wake-up.ts'
import { runnerSettings } from '../../src/core/runner-settings.ts'

export const { pollInterval } = runnerSettings.parse({})

/** Milliseconds from the launch of a Node.js process that does nothing to its end: no worker can be ready sooner. */
export function bareNode(): number {
  const times = Array.from({ length: 9 }, () => {
    const begin = performance.now()
    execFileSync(process.execPath, ['-e', '0'], { stdio: 'ignore' })
    return performance.now() - begin
  })
  return quantile(times, 0.5)
}

/** Messages to another process and back by pipe files alone: no individual can come back sooner. */
export class BarePipe {
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #wakeUp: WakeUp
  readonly #echo: ChildProcess
  readonly #ended: Promise<unknown>
  #wake = () => {}

  private constructor(directory: string) {
    mkdirSync(directory)
    this.#writer = new PipeWriter(directory, 'forth', { hello: { type: 'hello' } })
    this.#reader = new PipeReader(directory, 'back')
    this.#wakeUp = new WakeUp({ mode: 'events', pollInterval, onWake: () => this.#wake() })
    const program = fileURLToPath(new URL('./echo.js', import.meta.url))
    this.#echo = spawn(process.execPath, [program, directory], { stdio: 'inherit' })
    this.#ended = once(this.#echo, 'exit')
    this.#wakeUp.follow(this.#reader, this.#reader.path)
  }

  static async open(root: string): Promise<BarePipe> {
    const pipe = new BarePipe(join(root, 'bare-pipe'))
    await pipe.#answer() // its hello
    return pipe
  }

  /** Milliseconds of one message and its answer. */
  async trip(): Promise<number> {
    const begin = performance.now()
    this.#writer.write({ type: 'simulate', individuals: [[[0, 1, 0, 1, 1], 1, [0.5, 0.5]]] })
    await this.#answer()
    return performance.now() - begin
  }

  async #answer(): Promise<void> {
    while (this.#reader.read().length === 0) {
      const { exitCode } = this.#echo
      if (exitCode !== null) throw new Error(`the echo of the bare pipe ended with exit code ${exitCode}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async close(): Promise<void> {
    this.#writer.write({ type: 'stop' })
    await this.#ended
    this.#wakeUp.close()
    this.#reader.close()
    this.#writer.close()
  }
}

/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!
}
