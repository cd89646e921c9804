import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Design, Experiment, fullFactorial, type Progress } from '../../src/index.ts'
import nothing from './nothing.ts'

/** A grid of a million trivial points through the engine, and how soon the first result of a far larger one is there. */
export async function benchDesign(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const million = await play(root, 'million', 1000)
    const large = await play(root, 'large', 100_000, true)
    return {
      millionSeconds: million.seconds,
      pointsPerSecond: 1_000_000 / million.seconds,
      memoryMb: { first: million.memory[0], peak: Math.max(...million.memory), last: million.memory.at(-1) },
      firstResultMs: { ofMillion: million.firstResultMs, ofTenThousandMillions: large.firstResultMs },
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function play(root: string, name: string, levels: number, onlyBegin = false) {
  await using experiment = new Experiment({ root })
  await experiment.prepareExperiment({ name, runner: { workers: 2 } })
  const controller = new AbortController()
  const begin = performance.now()
  const optimizer = new Design(nothing, { design: fullFactorial(nothing.space, { levels }) })
  const memory: number[] = []
  let firstResultMs = 0
  const onProgress = ({ totalEvaluated, evaluated, size }: Progress) => {
    if (totalEvaluated > 0 && firstResultMs === 0) firstResultMs = performance.now() - begin
    if (evaluated === size) memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20))
    if (onlyBegin && totalEvaluated > 0) controller.abort(new Error('that was the first'))
  }
  await experiment.runExperiment(optimizer, nothing, { onProgress, signal: controller.signal })
  return { seconds: (performance.now() - begin) / 1000, firstResultMs, memory }
}
