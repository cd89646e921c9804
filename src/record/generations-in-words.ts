import type { RunSummary } from './summary.ts'

/** How far a search is: of its generations, unless it ended before them, and then by which limit (`3, ended by limits.evaluations`). */
export function generationsInWords({
  generations,
  generationLimit,
  status,
  reason,
}: Pick<RunSummary, 'generations' | 'generationLimit' | 'status' | 'reason'>): string {
  if (generationLimit === null) return String(generations)
  const isShort = status === 'finished' && generations < generationLimit
  if (!isShort) return `${generations} of ${generationLimit}`
  const [limit] = /limits\.\w+/.exec(reason ?? '') ?? []
  return limit === undefined ? `${generations} of at most ${generationLimit}` : `${generations}, ended by ${limit}`
}
