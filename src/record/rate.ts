import type { RecordReader } from './reader.ts'
import type { RunSummary } from './summary.ts'

/** Evaluations per second since the runner was started last; null if that cannot be told. */
export function rateOf(record: RecordReader, { holder }: RunSummary, now: number): number | null {
  const epoch = Number(record.manifest().epoch ?? 0)
  const workers = record.workers().filter((worker) => worker.epoch === epoch)
  const begin = holder ? Date.parse(holder.since) : Math.min(...workers.map(({ launched }) => Date.parse(launched)))
  const end = holder ? now : Math.max(...workers.map(({ ended }) => (ended === null ? Number.NaN : Date.parse(ended))))
  const evaluations = record.acceptedIn(epoch) / (record.replications?.count ?? 1)
  const rate = evaluations / ((end - begin) / 1000)
  return end > begin && Number.isFinite(rate) ? rate : null
}
