import { type Axis, axisFor, cellOf, Density, placeOn, valueAtPlace } from '../../analysis/density.ts'
import type { DrawnRow, Extent, ScreenReader } from '../../record/screen-reader.ts'
import type { HistoryAnswer } from '../answers.ts'
import { fitnessIn, objectiveIn } from '../objective.ts'
import { type Query, QueryError } from '../query.ts'
import { passing, type ViewContext } from '../view.ts'
import { plural, short } from '../words.ts'
import { axisAnswer, densityAnswer, digits } from './pictures.ts'

const runnings = ['evaluations', 'generations', 'time'] as const
type Running = (typeof runnings)[number]

/** So many evaluations tell how large the numbers are; all are drawn. */
const sampleSize = 4000

/** Every evaluation as density, the best so far, and the middle half, over evaluations, generations or time. */
export async function history({ record, query, signal }: ViewContext): Promise<HistoryAnswer> {
  const objectives = record.objectives.names
  const objective = objectiveIn(query, objectives)
  const running = query.choice('over', runnings)
  const scale = query.choice('scale', ['auto', 'linear', 'log'])
  const widest = query.count('columns', { low: 10, high: 300, otherwise: 240 })
  const rows = query.count('rows', { low: 10, high: 120, otherwise: 110 })
  const extent = record.extent()
  const columns = running === 'generations' ? Math.max(1, Math.min(widest, record.generations)) : widest
  const x = zoomed(query, runningAxis(running, record, extent), 'from', 'to')
  const best = record.best(1).flatMap((one) => (one.outcome === 'done' ? [one.fitness[objective]!] : []))
  const sample = record.sample(sampleSize).map((row) => fitnessIn(row, objective))
  const y = zoomed(query, axisFor(sample, { better: best, wanted: scale }), 'low', 'high')
  query.refuseOthers()

  const density = new Density(columns, rows)
  const sign = Math.sign(record.objectives.weights[objective]!)
  const bests = new Array<number | null>(columns).fill(null)
  let [before, done, failed, place] = [Number.NaN, 0, 0, 0]
  for await (const batch of passing(record.drawn({ parameters: false }), signal)) {
    for (const row of batch) {
      const value = fitnessIn(row, objective)
      if (row[3] === 'failed') failed++
      if (Number.isNaN(value)) continue
      done++
      const at = placeOn(x, runningValue(running, row, place++))
      density.add(at, placeOn(y, value))
      if ((row[5] ?? 0) > 0 || Number.isNaN(at) || at > 1) continue
      if (at < 0) before = betterOf(before, value, sign)
      else bests[cellOf(at, columns)] = betterOf(bests[cellOf(at, columns)] ?? Number.NaN, value, sign)
    }
  }
  const windows = windowsOf(columns, done)
  const quantiles = (part: number) => {
    const values = new Array<number | null>(columns).fill(null)
    for (const window of windows) {
      const place = density.quantile(window, part)
      if (place !== null) values[(window[0] + window[1] - 1) >> 1] = digits(valueAtPlace(y, place))
    }
    return values
  }
  const soFar = bestSoFar(bests, before, sign)
  return {
    x: { ...axisAnswer(x, running), isWhole: running !== 'time' },
    y: axisAnswer(y, objectives[objective]!),
    objectives,
    density: densityAnswer(density),
    best: soFar,
    quarter: quantiles(0.25),
    median: quantiles(0.5),
    threeQuarters: quantiles(0.75),
    done,
    failed,
    summary: summaryOf(objectives[objective]!, sign, soFar, done, failed),
  }
}

function runningAxis(
  running: Running,
  record: ScreenReader,
  { firstEnded, lastEnded, lastTold, evaluations }: Extent,
): Axis {
  switch (running) {
    case 'evaluations':
      return linear(0, Math.max(lastTold ?? 0, evaluations - 1))
    case 'generations':
      return linear(-0.5, record.generations - 0.5)
    case 'time':
      return linear(firstEnded ?? 0, lastEnded ?? 0)
  }
}

function linear(low: number, high: number): Axis {
  return low < high ? { scale: 'linear', low, high } : { scale: 'linear', low: low - 0.5, high: low + 0.5 }
}

/** @param counted how many evaluations have come before, of what was not told */
function runningValue(running: Running, [generation, , , , , , told, ended]: DrawnRow, counted: number): number {
  switch (running) {
    case 'evaluations':
      return told ?? counted
    case 'generations':
      return generation
    case 'time':
      return ended ?? Number.NaN
  }
}

function zoomed(query: Query, axis: Axis, from: string, to: string): Axis {
  const low = query.number(from, { otherwise: axis.low })
  const high = query.number(to, { otherwise: axis.high })
  if (!(low < high)) throw new QueryError(`${from} and ${to} need ${from} < ${to}, got ${low} and ${high}`)
  return { scale: axis.scale === 'log' && low <= 0 ? 'linear' : axis.scale, low, high }
}

/** Neighbouring columns that have points enough together for their middle half to be told. */
function windowsOf(columns: number, points: number): (readonly [from: number, to: number])[] {
  const count = Math.max(1, Math.min(columns, 60, Math.floor(points / 12)))
  return Array.from({ length: count }, (_, i) => [
    Math.round((i * columns) / count),
    Math.round(((i + 1) * columns) / count),
  ])
}

function betterOf(best: number, value: number, sign: number): number {
  return Number.isNaN(best) || sign * value > sign * best ? value : best
}

function bestSoFar(bests: readonly (number | null)[], before: number, sign: number): (number | null)[] {
  let best = before
  return bests.map((value) => {
    if (value !== null) best = betterOf(best, value, sign)
    return Number.isNaN(best) ? null : best
  })
}

function summaryOf(name: string, sign: number, best: readonly (number | null)[], done: number, failed: number): string {
  const known = best.filter((value) => value !== null)
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) {
    return failed > 0
      ? `Nothing was evaluated well: ${plural(failed, 'evaluation')} failed.`
      : 'Nothing has been evaluated yet.'
  }
  const moved = first === last ? `stayed at ${short(last)}` : `went from ${short(first)} to ${short(last)}`
  const beside = failed > 0 ? `; ${plural(failed, 'evaluation')} failed and cannot be drawn` : ''
  return `The best ${name} (${sign < 0 ? 'smaller' : 'larger'} is better) ${moved} in ${plural(done, 'evaluation')}${beside}.`
}
