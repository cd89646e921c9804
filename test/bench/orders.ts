import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GeneticAlgorithm } from '../../optimizers/index.ts'
import { Experiment, type Order } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import uneven, { longMs, shortMs } from './uneven.ts'

const workers = 4
const individuals = 480

/** How busy workers are in each order, where a quarter of the simulations takes ten times as long. */
export async function benchOrders(): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'twoloop-bench-'))
  try {
    const busy: Record<string, number> = {}
    for (const order of ['generations', 'ordered', 'arrival'] as const) busy[order] = await busyIn(root, order)
    return { workers, individuals, shortMs, longMs, window: 4 * workers, busy }
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The part of the workers' time, from the first attempt to the last answer, in which they simulated. */
async function busyIn(root: string, order: Order): Promise<number> {
  const populationSize = 4 * workers
  const optimizer = new GeneticAlgorithm(uneven, { populationSize, generations: individuals / populationSize, seed: 1 })
  const experiment = new Experiment({ root })
  const { directory } = await experiment.prepareExperiment({ name: order, runner: { workers } })
  await experiment.runExperiment(optimizer, uneven, { order })
  await experiment.endExperiment(optimizer)
  const record = RecordReader.openForReading(directory)
  const attempts = [...record.rows()].flatMap((row) => record.attemptsOf(row))
  record.close()
  const begin = Math.min(...attempts.map(({ began }) => began!))
  const end = Math.max(...attempts.map(({ ended }) => ended!))
  const simulated = attempts.reduce((sum, { milliseconds }) => sum + milliseconds!, 0)
  return simulated / (workers * (end - begin))
}
