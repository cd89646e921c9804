import type { DrawnRow } from '../record/screen-reader.ts'
import type { Query } from './query.ts'

/** Which of the objectives is asked about. */
export function objectiveIn(query: Query, objectives: readonly string[]): number {
  return query.count('objective', { low: 0, high: objectives.length - 1, otherwise: 0 })
}

/** An element of the fitness; not a number where there is none. */
export function fitnessIn(row: DrawnRow, objective: number): number {
  if (row[3] !== 'done' || row[4] === null) return Number.NaN
  const value: unknown = (JSON.parse(row[4]) as readonly unknown[])[objective]
  return typeof value === 'number' ? value : Number.NaN
}

/** What evaluations are ranked by, the best lowest; those that violate a constraint come after all that keep them. */
export function rankedBy(row: DrawnRow, objective: number, sign: number): number {
  return (row[5] ?? 0) > 0 ? Number.POSITIVE_INFINITY : -sign * fitnessIn(row, objective)
}

/** The best value of an objective among what violates no constraint; nothing where there is none. */
export function bestAmong(rows: readonly DrawnRow[], objective: number, sign: number): readonly number[] {
  let best = Number.NaN
  for (const row of rows) {
    if ((row[5] ?? 0) > 0) continue
    const value = fitnessIn(row, objective)
    if (!(sign * value <= sign * best) && !Number.isNaN(value)) best = value
  }
  return Number.isNaN(best) ? [] : [best]
}
