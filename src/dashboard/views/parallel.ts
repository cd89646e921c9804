import { type Axis, axisFor, Density, placeOn } from '../../analysis/density.ts'
import { ranksOf } from '../../analysis/ranks.ts'
import { nameOf } from '../../core/individual.ts'
import type { DrawnRow } from '../../record/screen-reader.ts'
import type { ParallelAnswer } from '../answers.ts'
import { Columns } from '../columns.ts'
import { type Condition, inWords, parseFilter } from '../filter.ts'
import { fitnessIn, objectiveIn, rankedBy } from '../objective.ts'
import { parameterAxes } from '../parameter-axes.ts'
import { shareIn } from '../share.ts'
import { thinned } from '../thinned.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { grouped, plural } from '../words.ts'
import { axisAnswer, densityAnswer } from './pictures.ts'

/** So many axes beside those of objectives, so many cells between two, and so many lines. */
const most = { parameters: 10, objectives: 4, cells: 32, lines: 250 } as const

/** An upright axis of the picture. */
interface UprightAxis {
  readonly name: string
  /** By which filters know it. */
  readonly column: string
  readonly axis: Axis
  readonly isWhole?: boolean
  readonly labels: readonly string[] | undefined
  readonly placeOf: (row: DrawnRow, parameters: unknown) => number
}

/** Individuals as lines across the most important parameters and the objectives: all as density, those that are kept as lines. */
export function parallel({ record, query }: ViewContext): ParallelAnswer {
  const { names, weights } = record.objectives
  const objective = objectiveIn(query, names)
  const filter = query.text('filter')?.trim() ?? ''
  const share = shareIn(query, record)
  query.refuseOthers()
  const columns = new Columns(record)
  const isKept = columns.keeper(filter)
  const conditions = filter === '' ? [] : parseFilter(filter)
  const sampled = record.sample(mostDrawn).filter(share.has)
  const rows = sampled.filter(([, , , outcome]) => outcome === 'done')
  const points = rows.map((row) => JSON.parse(row[8]) as unknown)
  const sample = thinned(rows, mostSampled)
  const important = parameterAxes(
    record,
    sample,
    sample.map((row) => fitnessIn(row, objective)),
  )
  const axes: UprightAxis[] = [
    ...important.slice(0, most.parameters).map(({ name, path, axis, isWhole, labels, placeOf }) => ({
      ...{ name, column: columns.nameOf(path), axis, isWhole, labels },
      placeOf: (_: DrawnRow, parameters: unknown) => placeOf(parameters),
    })),
    ...names.slice(0, most.objectives).map((name, i) => {
      const axis = axisFor(sample.map((row) => fitnessIn(row, i)))
      return {
        name,
        column: name,
        axis,
        labels: undefined,
        placeOf: (row: DrawnRow) => placeOn(axis, fitnessIn(row, i)),
      }
    }),
  ]
  const places = axes.map(({ placeOf }) => Float32Array.from(rows, (row, i) => placeOf(row, points[i])))
  const gaps = axes.slice(1).map((_, i) => {
    const density = new Density(most.cells, most.cells)
    for (let row = 0; row < rows.length; row++) density.add(places[i]![row]!, places[i + 1]![row]!)
    return density
  })
  const sign = Math.sign(weights[objective]!)
  // The best have rank 0, and stand first.
  const ranks = ranksOf(rows.map((row) => rankedBy(row, objective, sign)))
  const kept = rows.flatMap((row, i) => (isKept(row, points[i]) ? [i] : [])).sort((a, b) => ranks[a]! - ranks[b]!)
  const shown = filter === '' ? kept.slice(0, Math.ceil(kept.length / 10)) : kept
  return {
    objectives: names,
    share: share.answer,
    filter,
    conditions: conditions.map((condition) => ({ column: condition.name, text: inWords(condition) })),
    axes: axes.map(({ name, column, axis, isWhole, labels }) => ({
      ...axisAnswer(axis, name, isWhole),
      column,
      labels: labels ?? null,
      kept: keptPart(
        axis,
        labels,
        conditions.filter((condition) => condition.name === column),
      ),
    })),
    left: important.length - Math.min(important.length, most.parameters),
    gaps: gaps.map(densityAnswer),
    lines: thinned(shown, most.lines).map((i) => {
      const [generation, index, replicate] = rows[i]!
      return {
        name: nameOf({ generation, index, replicate }),
        rank: Number(((ranks[i]! - 1) / Math.max(1, rows.length - 1)).toFixed(3)),
        places: places.map((axis) => (Number.isFinite(axis[i]!) ? Number(axis[i]!.toFixed(3)) : null)),
      }
    }),
    kept: shown.length,
    drawn: drawnOf(sampled, share.done ?? record.places.total),
    summary: summaryOf(filter, shown.length, rows.length, names[objective]!),
  }
}

function summaryOf(filter: string, shown: number, all: number, objective: string): string {
  if (all === 0) return 'Nothing was evaluated well yet.'
  const lines = `of ${plural(all, 'evaluation')}`
  if (filter === '') return `The lines are the best tenth by ${objective}, ${grouped(shown)} ${lines}.`
  return `The lines are those where ${filter}: ${grouped(shown)} ${lines}.`
}

/** The part of an axis that conditions keep; null where they keep all of it. */
function keptPart(
  axis: Axis,
  labels: readonly string[] | undefined,
  conditions: readonly Condition[],
): readonly [from: number, to: number] | null {
  let [from, to] = [0, 1]
  for (const { operator, value } of conditions) {
    if (labels && operator === '=') {
      const level = labels.indexOf(String(value))
      if (level >= 0) [from, to] = [level / labels.length, (level + 1) / labels.length]
    } else if (typeof value === 'number') {
      const place = Math.max(0, Math.min(1, placeOn(axis, value)))
      if (operator === '>' || operator === '>=' || operator === '=') from = Math.max(from, place)
      if (operator === '<' || operator === '<=' || operator === '=') to = Math.min(to, place)
    }
  }
  return from === 0 && to === 1 ? null : [from, to]
}
