import { cellOf, valueAtPlace } from '../../analysis/density.ts'
import { ranksOf } from '../../analysis/ranks.ts'
import type { PairPicture, PairsAnswer } from '../answers.ts'
import { fitnessIn, objectiveIn, rankedBy } from '../objective.ts'
import { type ParameterAxis, parameterAxes } from '../parameter-axes.ts'
import { shareIn } from '../share.ts'
import { thinned } from '../thinned.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { levelsIn, plural, short } from '../words.ts'
import { axisAnswer } from './pictures.ts'

const most = { parameters: 6, cells: 20 } as const

/** A cell with fewer individuals is drawn, and is no answer to where the best are. */
const fewest = 3

/** Every pair of the most important parameters: how well individuals rank, on average, in each place of the two. */
export function pairs({ record, query }: ViewContext): PairsAnswer {
  const { names, weights } = record.objectives
  const objective = objectiveIn(query, names)
  const share = shareIn(query, record)
  query.refuseOthers()
  const sampled = record.sample(mostDrawn).filter(share.has)
  const rows = sampled.filter((row) => !Number.isNaN(fitnessIn(row, objective)))
  const points = rows.map((row) => JSON.parse(row[8]) as unknown)
  const sample = thinned(rows, mostSampled)
  const all = parameterAxes(
    record,
    sample,
    sample.map((row) => fitnessIn(row, objective)),
  )
  const axes = all.slice(0, most.parameters)
  const sign = Math.sign(weights[objective]!)
  const ranks = ranksOf(rows.map((row) => rankedBy(row, objective, sign)))
  const places = axes.map(({ placeOf }) => Float32Array.from(points, placeOf))
  const pictures = axes.flatMap((y, j) =>
    axes.slice(0, j).map((x, i) => picture([x, y], [i, j], [places[i]!, places[j]!], ranks)),
  )
  return {
    objectives: names,
    share: share.answer,
    axes: axes.map(({ axis, name, isWhole, labels }) => ({
      ...axisAnswer(axis, name, isWhole),
      labels: labels ?? null,
    })),
    left: all.length - axes.length,
    pairs: pictures,
    drawn: drawnOf(sampled, share.done ?? record.places.total),
    summary:
      rows.length === 0
        ? 'Nothing was evaluated well yet.'
        : pictures.length === 0
          ? 'There are no two parameters to hold against each other.'
          : `The ${plural(axes.length, 'parameter')} that matter most for ${names[objective]}, two and two: the stronger a place, the better its individuals rank on average.`,
  }
}

function picture(
  [x, y]: readonly [ParameterAxis, ParameterAxis],
  [i, j]: readonly [number, number],
  [across, up]: readonly [Float32Array, Float32Array],
  ranks: Float64Array,
): PairPicture {
  const [columns, rows] = [cellsOf(x), cellsOf(y)]
  const sums = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)
  for (let k = 0; k < ranks.length; k++) {
    const [a, b] = [across[k]!, up[k]!]
    if (!(a >= 0 && a <= 1 && b >= 0 && b <= 1)) continue
    const cell = cellOf(a, columns) * rows + cellOf(b, rows)
    sums[cell]! += (ranks[k]! - 0.5) / ranks.length
    counts[cell]! += 1
  }
  const means = Array.from(sums, (sum, cell) => (counts[cell] === 0 ? null : sum / counts[cell]!))
  const known = means.flatMap((mean, cell) => (mean !== null && counts[cell]! >= fewest ? [cell] : []))
  const best = known.reduce<number | undefined>((a, b) => (a === undefined || means[b]! < means[a]! ? b : a), undefined)
  return {
    ...{ x: i, y: j, columns, rows },
    cells: means.map((mean) => (mean === null ? '.' : String(Math.min(9, Math.floor(10 * mean))))).join(''),
    count: counts.reduce((a, b) => a + b, 0),
    best:
      best === undefined
        ? null
        : `${partOf(x, Math.floor(best / rows), columns)} and ${partOf(y, best % rows, rows)}: better than ${Math.round(100 * (1 - means[best]!))} % on average`,
  }
}

function cellsOf({ labels }: ParameterAxis): number {
  return labels ? Math.min(most.cells, labels.length) : most.cells
}

/** What a column or row of cells is about, in words. */
function partOf({ name, labels, axis }: ParameterAxis, cell: number, cells: number): string {
  if (labels) return `${name} ${levelsIn(labels, cell, cells)}`
  return `${name} from ${short(valueAtPlace(axis, cell / cells))} to ${short(valueAtPlace(axis, (cell + 1) / cells))}`
}
