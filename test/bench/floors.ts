import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PipeReader, PipeWriter } from '../../runtime/channel/pipe-file.ts'
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

/** Milliseconds of a message to another process and back by pipe files alone: no individual can come back sooner. */
export async function barePipe(root: string, trips: number, gapMs: number): Promise<readonly number[]> {
  const directory = join(root, 'bare-pipe')
  mkdirSync(directory)
  let wake = () => {}
  const writer = new PipeWriter(directory, 'forth', { hello: { type: 'hello' } })
  const reader = new PipeReader(directory, 'back')
  const wakeUp = new WakeUp({ mode: 'events', pollInterval, onWake: () => wake() })
  const program = fileURLToPath(new URL('./echo.js', import.meta.url))
  const echo = spawn(process.execPath, [program, directory], { stdio: 'inherit' })
  const ended = once(echo, 'exit')
  const answer = async () => {
    while (reader.read().length === 0) {
      if (echo.exitCode !== null) throw new Error(`the echo of the bare pipe ended with exit code ${echo.exitCode}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  try {
    wakeUp.follow(reader, reader.path)
    await answer() // its hello
    const times: number[] = []
    for (let i = 0; i < trips; i++) {
      await setTimeout(gapMs)
      const begin = performance.now()
      writer.write({ type: 'simulate', individuals: [[[0, i, 0, 1, 1], 1, [0.5, 0.5]]] })
      await answer()
      times.push(performance.now() - begin)
    }
    return times
  } finally {
    writer.write({ type: 'stop' })
    await ended
    wakeUp.close()
    reader.close()
    writer.close()
  }
}

/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!
}
