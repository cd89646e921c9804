import type { RunSummary } from './summary.ts'

/** How far a search is: of its generations, unless something else ended it before them, and then what (`3, ended by limits.evaluations`). */
export function generationsInWords({
  generations,
  generationLimit,
  status,
  reason,
}: Pick<RunSummary, 'generations' | 'generationLimit' | 'status' | 'reason'>): string {
  const isAll = generations === generationLimit
  const [limit] = status === 'finished' && !isAll ? (/limits\.\w+/.exec(reason ?? '') ?? []) : []
  if (limit !== undefined) return `${generations}, ended by ${limit}`
  if (generationLimit === null || generations > generationLimit) return String(generations)
  return `${generations} of ${status === 'finished' && !isAll ? 'at most ' : ''}${generationLimit}`
}
