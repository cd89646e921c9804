import type { RunSummary } from '../record/summary.ts'

/** The seconds until the nearest limit of a run that goes on, at a rate of evaluations per second; null if they cannot be told. */
export function secondsLeft(
  { status, generations, generationLimit, evaluationLimit, timeLeft, individuals, evaluations }: RunSummary,
  rate: number | null,
): number | null {
  if (status !== 'running') return null
  const inGenerations =
    generationLimit === null || generations === 0
      ? Number.POSITIVE_INFINITY
      : (individuals / generations) * generationLimit
  const all = Math.min(inGenerations, evaluationLimit ?? Number.POSITIVE_INFINITY)
  const left = Math.max(0, all - evaluations.done - evaluations.failed - (evaluations.stopped ?? 0))
  const seconds = Math.min(rate === null ? Number.POSITIVE_INFINITY : left / rate, timeLeft ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(seconds) ? seconds : null
}
