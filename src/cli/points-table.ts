import { type IndividualId, nameOf } from '../core/individual.ts'
import { alignTable, shortValue } from './table.ts'

interface Point extends IndividualId {
  readonly fitness: readonly number[]
  readonly violation?: number | undefined
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Individuals with their objectives and parameters, one a line; what does not apply to one may apply to another. */
export function pointsTable(objectives: readonly string[], points: readonly Point[]): string {
  const names = [...new Set(points.flatMap(({ parameters }) => Object.keys(parameters)))]
  const isViolated = points.some(({ violation }) => violation !== undefined)
  const rows = points.map((point) => [
    nameOf(point),
    ...point.fitness.map(shortValue),
    ...(isViolated ? [shortValue(point.violation ?? 0)] : []),
    ...names.map((name) => (Object.hasOwn(point.parameters, name) ? shortValue(point.parameters[name]) : '')),
  ])
  return alignTable(['individual', ...objectives, ...(isViolated ? ['violation'] : []), ...names], rows)
}
