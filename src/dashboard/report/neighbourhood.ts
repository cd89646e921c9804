import { nameOf } from '../../core/individual.ts'
import type { DrawnRow, ScreenReader } from '../../record/screen-reader.ts'
import type { BestIndividual } from '../../record/summary.ts'
import { fitnessIn } from '../objective.ts'
import { parameterAxes } from '../parameter-axes.ts'
import { shareOf } from '../share.ts'
import { thinned } from '../thinned.ts'
import { mostDrawn, mostSampled } from '../view.ts'

const most = 8

/** How far from the best is near it, in parts of a parameter's range. */
const near = 0.05

/** What was found around the best individual: whether its value is one of a region, or of a single point. */
export interface Neighbourhood {
  /** How many individuals have every parameter within a twentieth of its range around that of the best, and how they did. */
  readonly count: number
  readonly low: number
  readonly high: number
  /** The nearest ones, with the largest of their distances in a parameter, as a part of its range. */
  readonly nearest: readonly { readonly name: string; readonly distance: number; readonly fitness: number }[]
}

/** The neighbourhood of the best by the first objective; null if it has none. */
export function neighbourhoodOf(record: ScreenReader, best: BestIndividual): Neighbourhood | null {
  const share = shareOf(record)
  const rows = record.sample(mostDrawn).filter((row) => share.has(row) && !Number.isNaN(fitnessIn(row, 0)))
  const sample = thinned(rows, mostSampled)
  const axes = parameterAxes(
    record,
    sample,
    sample.map((row) => fitnessIn(row, 0)),
  )
  const center = axes.map(({ placeOf }) => placeOf(best.parameters))
  const distanceOf = (row: DrawnRow) => {
    const parameters: unknown = JSON.parse(row[8])
    return axes.reduce((far, { placeOf }, i) => Math.max(far, Math.abs(placeOf(parameters) - center[i]!)), 0)
  }
  const others = rows
    .filter(([generation, index]) => generation !== best.generation || index !== best.index)
    .map((row) => ({ row, distance: distanceOf(row) }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((a, b) => a.distance - b.distance)
  if (others.length === 0) return null
  const around = others.filter(({ distance }) => distance <= near).map(({ row }) => fitnessIn(row, 0))
  return {
    count: around.length,
    low: around.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    high: around.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    nearest: others.slice(0, most).map(({ row, distance }) => {
      const [generation, index, replicate] = row
      return { name: nameOf({ generation, index, replicate }), distance, fitness: fitnessIn(row, 0) }
    }),
  }
}
