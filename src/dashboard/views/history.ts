import { axisFor, Density, type DrawnAxis, placeOn, valueAtPlace } from '../../analysis/density.ts'
import type { Part, Places } from '../../record/places.ts'
import type { Counts } from '../../record/rows.ts'
import type { DrawnRow, ScreenReader } from '../../record/screen-reader.ts'
import type { HistoryAnswer } from '../answers.ts'
import { BestSoFar } from '../best-so-far.ts'
import { bestAmong, fitnessIn, objectiveIn } from '../objective.ts'
import { contenders } from '../points.ts'
import { type Query, QueryError } from '../query.ts'
import { shareOf } from '../share.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { plural, short } from '../words.ts'
import { axisAnswer, densityAnswer, digits } from './pictures.ts'

const runnings = ['evaluations', 'generations', 'time'] as const
type Running = (typeof runnings)[number]

/** Every evaluation as density, the best so far, and the middle half, over evaluations, generations or time. */
export function history({ record, query }: ViewContext): HistoryAnswer {
  const objectives = record.objectives.names
  const objective = objectiveIn(query, objectives)
  const running = query.choice('over', runnings)
  const scale = query.choice('scale', ['auto', 'linear', 'log'])
  const widest = query.count('columns', { low: 10, high: 300, otherwise: 240 })
  const rows = query.count('rows', { low: 10, high: 120, otherwise: 110 })
  const { places } = record
  const placed = { places, times: toldTogether(record) }
  const numberOf = (row: DrawnRow) => runningNumber(running, row, placed)
  const sample = record.sample(mostSampled)
  const share = shareOf(record)
  const columns = running === 'generations' ? Math.max(1, Math.min(widest, record.generations)) : widest
  const named = {
    x: (axis: DrawnAxis) => axisAnswer(axis, running, running !== 'time'),
    y: (axis: DrawnAxis) => axisAnswer(axis, objectives[objective]!),
  }
  const wholeX = runningAxis(running, record)
  const x = zoomed(query, wholeX, 'from', 'to')
  const values = sample.map((row) => fitnessIn(row, objective))
  const sign = Math.sign(record.objectives.weights[objective]!)
  const best = bestAmong(contenders(record).filter(share.has), objective, sign)
  const wholeY = axisFor(values, { better: best, wanted: scale })
  const y = zoomed(query, wholeY, 'low', 'high')
  query.refuseOthers()

  const part = partWithin(x, sample, numberOf, places)
  const drawn = record.sample(mostDrawn, part)
  const [density, parts] = [new Density(columns, rows), new Density(columns, rows)]
  for (const row of drawn)
    (share.has(row) ? density : parts).add(placeOn(x, numberOf(row)), placeOn(y, fitnessIn(row, objective)))
  const soFar = new BestSoFar(columns, sign)
  for (const row of contenders(record, drawn).filter(share.has))
    soFar.add(row, placeOn(x, numberOf(row)), fitnessIn(row, objective))
  const bests = soFar.values()
  const counts = { ...record.counts(), ...record.evaluationCounts() }
  const { done, failed } = counts
  return {
    x: named.x(x),
    y: named.y(y),
    whole: { x: named.x(wholeX), y: named.y(wholeY) },
    objectives,
    density: densityAnswer(density),
    parts: share.answer && densityAnswer(parts),
    budget: share.answer?.name ?? null,
    best: bests,
    ...quantilesOf(density, y),
    done,
    failed,
    drawn: drawnOf(drawn, part.to - part.from),
    summary: summaryOf(objectives[objective]!, soFar.sign, bests, { ...counts, replicates: places.replicates }),
  }
}

/**
 * The part of the search in which an axis lies: whole generations, if all of them can be drawn, since who stands in for another
 * has its place at the end of a generation and is told in the middle of it.
 */
function partWithin(
  x: DrawnAxis,
  sample: readonly DrawnRow[],
  numberOf: (row: DrawnRow) => number,
  places: Places,
): Part {
  const seen = partSeen(x, sample, numberOf, places)
  const whole = places.whole(seen)
  return whole.to - whole.from <= mostDrawn ? whole : seen
}

/** The part of the search that is seen, as far as a sample of all of it shows. */
function partSeen(
  x: DrawnAxis,
  sample: readonly DrawnRow[],
  numberOf: (row: DrawnRow) => number,
  places: Places,
): Part {
  const isWithin = (row: DrawnRow) => numberOf(row) >= x.low && numberOf(row) <= x.high
  const [first, last] = [sample.findIndex(isWithin), sample.findLastIndex(isWithin)]
  const placeOf = (row: DrawnRow | undefined) => row && places.of(row[0], row[1])
  if (first < 0) {
    const next = sample.findIndex((row) => numberOf(row) > x.high)
    return { from: placeOf(sample[next - 1]) ?? 0, to: placeOf(sample[next]) ?? places.total }
  }
  return { from: placeOf(sample[first - 1]) ?? 0, to: placeOf(sample[last + 1]) ?? places.total }
}

function runningAxis(running: Running, record: ScreenReader): DrawnAxis {
  switch (running) {
    case 'evaluations':
      return linear(0, Math.max(record.lastTold ?? 0, Math.ceil(record.places.total / toldTogether(record)) - 1))
    case 'generations':
      return linear(-0.5, record.generations - 0.5)
    case 'time': {
      const { first, last } = record.spanExtent()
      return linear(first ?? 0, last ?? 0)
    }
  }
}

function linear(low: number, high: number): DrawnAxis {
  return low < high ? { scale: 'linear', low, high } : { scale: 'linear', low: low - 0.5, high: low + 0.5 }
}

/** How many simulations have one number of telling: the replicates of an individual, if not each as it comes or as a design asks for it. */
function toldTogether(record: ScreenReader): number {
  return record.manifest().order === 'arrival' ? 1 : (record.replications?.count ?? 1)
}

/** Where an evaluation stands on the axis; what was not told stands at its place in the search. */
function runningNumber(
  running: Running,
  [generation, index, replicate, , , , told, ended]: DrawnRow,
  { places, times }: { readonly places: Places; readonly times: number },
): number {
  switch (running) {
    case 'evaluations':
      return told ?? Math.floor((places.of(generation, index) + replicate) / times)
    case 'generations':
      return generation
    case 'time':
      return ended ?? Number.NaN
  }
}

function zoomed(query: Query, axis: DrawnAxis, from: string, to: string): DrawnAxis {
  const low = query.number(from, { otherwise: axis.low })
  const high = query.number(to, { otherwise: axis.high })
  if (!(low < high)) throw new QueryError(`${from} and ${to} need ${from} < ${to}, got ${low} and ${high}`)
  return { scale: axis.scale === 'log' && low <= 0 ? 'linear' : axis.scale, low, high }
}

/** The middle half and the middle, each where neighbouring columns have points enough together for it to be told. */
function quantilesOf(density: Density, y: DrawnAxis): Pick<HistoryAnswer, 'quarter' | 'median' | 'threeQuarters'> {
  const points = density.counts.reduce((sum, count) => sum + count, 0)
  const count = Math.max(1, Math.min(density.columns, 60, Math.floor(points / 12)))
  const border = (i: number) => Math.round((i * density.columns) / count)
  const quantile = (part: number) => {
    const values = new Array<number | null>(density.columns).fill(null)
    for (let i = 0; i < count; i++) {
      const place = density.quantile([border(i), border(i + 1)], part)
      if (place !== null) values[(border(i) + border(i + 1) - 1) >> 1] = digits(valueAtPlace(y, place))
    }
    return values
  }
  return { quarter: quantile(0.25), median: quantile(0.5), threeQuarters: quantile(0.75) }
}

function summaryOf(
  name: string,
  sign: number,
  best: readonly (number | null)[],
  { done, failed, stopped, replicates }: Pick<Counts, 'done' | 'failed' | 'stopped'> & { readonly replicates: number },
): string {
  const known = best.filter((value) => value !== null)
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) {
    return failed > 0
      ? `Nothing was evaluated well: ${plural(failed, 'evaluation')} failed.`
      : 'Nothing has been evaluated yet.'
  }
  const moved = first === last ? `stayed at ${short(last)}` : `went from ${short(first)} to ${short(last)}`
  const beside = [
    ...(failed > 0 ? [`; ${plural(failed, 'evaluation')} failed and cannot be drawn`] : []),
    ...(stopped > 0 ? [`; ${plural(stopped, 'evaluation')} stopped on the way and not drawn`] : []),
  ].join('')
  const of = replicates > 1 ? `, and of each point it is what its ${replicates} replicates come to` : ''
  return `The best ${name} (${sign < 0 ? 'smaller' : 'larger'} is better${of}) ${moved} in ${plural(done, 'evaluation')}${beside}.`
}
