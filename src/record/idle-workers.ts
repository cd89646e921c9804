import { type Individual, nameOf } from '../core/individual.ts'
import type { RecordReader } from './reader.ts'
import type { RunSummary } from './summary.ts'

/** Workers that a steady order leaves without work, since no more individuals may be ahead of the telling. */
export interface IdleWorkers {
  readonly workers: number
  /** The individual that is told next, for which all others wait; null in the order of arrival, where nobody waits for one. */
  readonly waitFor: string | null
}

/** Null where all have work, or where it is not the window that leaves them without. */
export function idleWorkersOf(
  record: RecordReader,
  { status, order, window, workers }: Pick<RunSummary, 'status' | 'order' | 'window' | 'workers'>,
): IdleWorkers | null {
  if (status !== 'running' || window === null) return null
  const idle = workers.alive - pendingAmong(record.counts())
  if (idle <= 0) return null
  if (order === 'arrival') {
    return pendingAmong(record.evaluationCounts()) < window ? null : { workers: idle, waitFor: null }
  }
  const first = firstOfWindow(record, window)
  return first && isPending(record, first) ? { workers: idle, waitFor: first.name } : null
}

function pendingAmong({ individuals, done, failed, stopped }: ReturnType<RecordReader['evaluationCounts']>): number {
  return individuals - done - failed - stopped
}

/** The individual that is told next if so many are ahead of the telling. */
function firstOfWindow(record: RecordReader, window: number): Individual | undefined {
  let left = window
  for (let generation = record.generations - 1; generation >= 0; generation--) {
    const points = record.individuals(generation).filter(({ replicate }) => replicate === 0)
    if (left <= points.length) return points[points.length - left]
    left -= points.length
  }
  return undefined
}

/** Whether there is no result yet of a replicate of it, or of who stands in for it. */
function isPending(record: RecordReader, { generation, index }: Individual): boolean {
  const evaluated = new Set(record.evaluations(generation).map(({ individual }) => nameOf(individual)))
  const standIns = record.replacements(generation).filter(({ replaces }) => replaces === index)
  const replicates = record.individuals(generation).filter((one) => one.index === index)
  return [...replicates, ...standIns.map(({ individual }) => individual)].some(({ name }) => !evaluated.has(name))
}
