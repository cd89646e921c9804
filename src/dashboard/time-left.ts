import type { RunSummary } from '../record/summary.ts'

/** Until all generations of a run that goes on are done, at a rate of evaluations per second; null if that cannot be told. */
export function secondsLeft(
  { status, generations, generationLimit, individuals, evaluations }: RunSummary,
  rate: number | null,
): number | null {
  if (rate === null || status !== 'running' || generationLimit === null || generations === 0) return null
  const all = (individuals / generations) * generationLimit
  return Math.max(0, all - evaluations.done - evaluations.failed - (evaluations.stopped ?? 0)) / rate
}
