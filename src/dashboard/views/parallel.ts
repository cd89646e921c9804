import { axisFor, Density, type DrawnAxis, placeOn } from '../../analysis/density.ts'
import { ranksOf } from '../../analysis/ranks.ts'
import { nameOf } from '../../core/individual.ts'
import type { Operand, PageColumn, RowFilter } from '../../record/row-filter.ts'
import type { DrawnRow } from '../../record/screen-reader.ts'
import type { ParallelAnswer } from '../answers.ts'
import type { FilterTerm } from '../filter.ts'
import { FilterColumns, type Keeper, keeperOf } from '../filter-columns.ts'
import { fitnessIn, objectiveIn, rankedBy } from '../objective.ts'
import { parameterAxes } from '../parameter-axes.ts'
import { shareIn } from '../share.ts'
import { thinned } from '../thinned.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { grouped, plural } from '../words.ts'
import { axisAnswer, densityAnswer } from './pictures.ts'

/** The most axes of parameters and of objectives, cells between two of them, and lines. */
const most = { parameters: 10, objectives: 4, cells: 32, lines: 250 } as const

/** An upright axis of the picture. */
interface UprightAxis {
  readonly name: string
  /** The name by which filters know the axis. */
  readonly column: string
  readonly axis: DrawnAxis
  readonly isWhole?: boolean
  readonly labels: readonly string[] | undefined
  readonly levels: readonly unknown[] | undefined
  readonly placeOf: (row: DrawnRow, parameters: unknown) => number
}

/** Individuals as lines across the most important parameters and the objectives: all as density, those that are kept as lines. */
export function parallel({ record, query }: ViewContext): ParallelAnswer {
  const { names, weights } = record.objectives
  const objective = objectiveIn(query, names)
  const filter = query.text('filter')?.trim() ?? ''
  const share = shareIn(query, record)
  query.refuseOthers()
  const columns = new FilterColumns(record)
  const terms = columns.terms(filter)
  const keepers = terms.map((term) => keeperOf(term.filter))
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
    ...important.slice(0, most.parameters).map(({ name, path, axis, isWhole, labels, levels, placeOf }) => ({
      ...{ name, column: columns.nameOf(path), axis, isWhole, labels, levels },
      placeOf: (_: DrawnRow, parameters: unknown) => placeOf(parameters),
    })),
    ...names.slice(0, most.objectives).map((name, i) => {
      const axis = axisFor(sample.map((row) => fitnessIn(row, i)))
      return {
        name,
        column: name,
        axis,
        labels: undefined,
        levels: undefined,
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
  const kept = rows
    .flatMap((row, i) => (keepers.every((isKept) => isKept(row, points[i])) ? [i] : []))
    .sort((a, b) => ranks[a]! - ranks[b]!)
  const shown = filter === '' ? kept.slice(0, Math.ceil(kept.length / 10)) : kept
  return {
    objectives: names,
    share: share.answer,
    filter,
    terms: terms.map((term) => ({
      column: axes.find(({ column }) => isAbout(term, columns.named(column)))?.column ?? null,
      text: term.text,
    })),
    axes: axes.map(({ name, column, axis, isWhole, labels, levels }, i) => ({
      ...axisAnswer(axis, name, isWhole),
      column,
      labels: labels ?? null,
      levels: levels?.map(inFilter) ?? null,
      kept: keptPart(
        terms.filter((term) => isAbout(term, columns.named(column))),
        {
          axis,
          levels,
          placesOf: (isKept) => places[i]!.filter((_, row) => isKept(rows[row]!, points[row]) === true),
        },
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

/** Whether a term is about one column and nothing else. */
function isAbout({ filter }: FilterTerm, column: PageColumn): boolean {
  return columnsIn(filter).every((one) => one === column)
}

function columnsIn(part: RowFilter | Operand): readonly PageColumn[] {
  switch (part.type) {
    case 'and':
    case 'or':
      return part.parts.flatMap(columnsIn)
    case 'not':
      return columnsIn(part.part)
    case 'comparison':
    case 'arithmetic':
      return [...columnsIn(part.left), ...columnsIn(part.right)]
    case 'column':
      return [part.column]
    case 'value':
      return []
  }
}

/** A level as it stands in a filter. */
function inFilter(level: unknown): string {
  return JSON.stringify(level) ?? 'null'
}

/** The part of an axis that the terms about it keep; null where they keep all of it, or that is not told from them. */
function keptPart(
  terms: readonly FilterTerm[],
  {
    axis,
    levels,
    placesOf,
  }: Pick<UprightAxis, 'axis' | 'levels'> & { readonly placesOf: (isKept: Keeper) => Float32Array },
): readonly [from: number, to: number] | null {
  let [from, to] = [0, 1]
  for (const { filter } of terms) {
    if (levels) {
      const kept = placesOf(keeperOf(filter))
        .map((place) => Math.floor(place * levels.length))
        .sort()
      if (kept.length > 0) [from, to] = [kept[0]! / levels.length, (kept.at(-1)! + 1) / levels.length]
    } else if (filter.type === 'comparison' && filter.left.type === 'column' && filter.right.type === 'value') {
      const { operator } = filter
      const { value } = filter.right
      if (typeof value !== 'number') continue
      const place = Math.max(0, Math.min(1, placeOn(axis, value)))
      if (operator === '>' || operator === '>=' || operator === '=') from = Math.max(from, place)
      if (operator === '<' || operator === '<=' || operator === '=') to = Math.min(to, place)
    }
  }
  return from === 0 && to === 1 ? null : [from, to]
}
