import {
  type Estimate,
  elementaryEffects,
  type Importance,
  importances,
  type MainEffect,
  mainEffects,
  type RankCorrelation,
  rankCorrelations,
  type Swing,
  sobolIndices,
  swings,
} from '../../analysis/index.ts'
import { ConfigurationError } from '../../core/errors.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { Random } from '../../core/random.ts'
import { RecordReader } from '../../record/reader.ts'
import type { AnalysisMethod } from './analysis-methods.ts'
import { AnalysisRows } from './analysis-rows.ts'

export interface AnalyseOptions {
  readonly of?: string | undefined
  readonly method?: AnalysisMethod | undefined
  readonly resamples?: number | undefined
  readonly confidence?: number | undefined
  readonly seed?: number | undefined
  /** How much of a problem's budget points have: all of it unless it is said, or as much as any has. */
  readonly budget?: number | undefined
}

/** What matters in a run, as one JSON document. */
export interface AnalysisDocument {
  readonly run: string
  /** The kind of its design; null if it is a search. */
  readonly design: string | null
  readonly points: number
  /** Points that were simulated and never well. */
  readonly failed: number
  /** The name of a problem's budget, and how much of it these points have; others are left out. */
  readonly budget?: { readonly name: string; readonly value: number }
  readonly analyses: readonly (Analysis & { readonly of: string })[]
}

export type Analysis =
  | {
      readonly method: 'sobol'
      readonly mean: number
      readonly variance: number
      readonly rows: number
      readonly incomplete: number
      readonly confidence: number
      readonly factors: readonly { readonly name: string; readonly first: Estimate; readonly total: Estimate }[]
      readonly pairs: readonly (Estimate & { readonly names: readonly [string, string] })[]
    }
  | { readonly method: 'morris'; readonly factors: readonly MorrisRow[] }
  | { readonly method: 'swings'; readonly reference: number | null; readonly parameters: readonly Swing[] }
  | { readonly method: 'effects'; readonly factors: readonly MainEffect[] }
  | { readonly method: 'correlations'; readonly factors: readonly RankCorrelation[] }
  | { readonly method: 'importance'; readonly factors: readonly Importance[] }
  /** Why a method gives nothing for this output. */
  | { readonly method: AnalysisMethod; readonly refusal: string }

export interface MorrisRow {
  readonly name: string
  readonly muStar: number | null
  readonly mu: number | null
  readonly sigma: number | null
  readonly effects: number
}

/**
 * How much each parameter of a run matters to its objectives, or to one number that it gave, by the methods that fit its
 * design.
 *
 * @throws ConfigurationError if it is no run, nothing was evaluated, or the method does not fit the design
 */
export function analyseRun(run: string, options: AnalyseOptions = {}): AnalysisDocument {
  const record = RecordReader.openForReading(run)
  try {
    using _ = record.holdStill()
    return analyseRecord(record, options)
  } finally {
    record.close()
  }
}

/** Analyses a record that is open, as `analyseRun` does that of a directory. */
export function analyseRecord(record: RecordReader, options: AnalyseOptions = {}): AnalysisDocument {
  const { directory: run } = record
  if (record.generations === 0) throw new ConfigurationError(`${run}: nothing has been evaluated well yet`)
  const design = designOf(record)
  const methods = options.method === undefined ? methodsFor(design) : [options.method]
  for (const method of methods) checkFits(method, design, run)
  const rows = new AnalysisRows(record, { isDesign: design !== undefined, budget: options.budget })
  const wanted = options.of === undefined ? record.objectives.names : [options.of]
  const stranger = wanted.find((name) => !rows.has(name))
  if (stranger !== undefined) {
    throw new ConfigurationError(
      `${run} has no number called ${JSON.stringify(stranger)}; it has ${rows.numbers.join(', ')}`,
    )
  }
  const analyses = wanted.flatMap((of) =>
    methods.map((method) => ({ of, ...analyse(method, rows, of, design, options) })),
  )
  const { points, failed, budget: value } = rows
  const { budget } = record
  return {
    ...{ run, design: design?.kind ?? null, points, failed },
    ...(budget && value !== undefined && { budget: { name: budget.name, value } }),
    analyses,
  }
}

/** Whether a run plays a list of points that was fixed before it. */
export function isDesign(record: RecordReader): boolean {
  return designOf(record) !== undefined
}

/** A design as the run recorded it. */
interface DesignDescription {
  readonly kind: string
  readonly points?: number
  readonly secondOrder?: boolean
}

function designOf(record: RecordReader): DesignDescription | undefined {
  if (record.manifest().optimizer !== 'design') return undefined
  const settings = record.groups.find(({ name }) => name === 'optimizer')
  if (!settings?.has('design')) return undefined
  let design = settings.get('design') as { readonly kind: string; readonly design?: PlainData }
  while (design.kind === 'repeat') design = design.design as typeof design // the points are those of what is repeated
  return design
}

function methodsFor(design: DesignDescription | undefined): readonly AnalysisMethod[] {
  switch (design?.kind) {
    case undefined:
      return ['importance', 'correlations']
    case 'saltelli':
      return ['sobol']
    case 'morris':
      return ['morris']
    case 'base-case':
    case 'one-at-a-time':
      return ['swings']
    case 'full-factorial':
      return ['effects']
    default:
      return ['effects', 'correlations']
  }
}

const designsFor: Readonly<Partial<Record<AnalysisMethod, readonly string[]>>> = {
  sobol: ['saltelli'],
  morris: ['morris'],
  swings: ['base-case', 'one-at-a-time'],
}

function checkFits(method: AnalysisMethod, design: DesignDescription | undefined, run: string): void {
  const fitting = designsFor[method]
  if (!fitting || (design && fitting.includes(design.kind))) return
  const got = design ? `a design of kind ${design.kind}` : 'no design'
  throw new ConfigurationError(`${run}: ${method} needs a design of kind ${fitting.join(' or ')}, got ${got}`)
}

/** An output that cannot be analysed must not hide the others. */
function analyse(
  method: AnalysisMethod,
  rows: AnalysisRows,
  of: string,
  design: DesignDescription | undefined,
  options: AnalyseOptions,
): Analysis {
  try {
    if (method === 'sobol' || method === 'morris') refuseGaps(method, rows)
    const output = rows.output(of)
    switch (method) {
      case 'sobol':
        return sobol(rows, output, design!, options)
      case 'morris':
        return morris(rows, output)
      case 'swings': {
        const scenarios = rows.parameters().map((parameters, point) => ({ parameters, output: output[point]! }))
        const reference = scenarios[0]!.output
        return { method, reference: Number.isNaN(reference) ? null : reference, parameters: swings(scenarios) }
      }
      case 'effects':
        return { method, factors: mainEffects(rows.factors(design?.kind === 'full-factorial'), output) }
      case 'correlations':
        return { method, factors: rankCorrelations(rows.factors(), output) }
      case 'importance':
        return { method, factors: importances(rows.factors(), output) }
    }
  } catch (error) {
    if (error instanceof RangeError) return { method, refusal: error.message }
    throw error
  }
}

/** Refuses gaps in designs whose points belong together by their places. */
function refuseGaps(method: AnalysisMethod, { leftOut }: AnalysisRows): void {
  if (leftOut === 0) return
  throw new RangeError(
    `${method} needs all points of its design, of which ${leftOut} violate constraints and were left out; wanted a space that keeps them`,
  )
}

/** The most terms that are summed up in the resamples if nobody says how many resamples there are to be: some seconds. */
const mostTerms = 2e9

function sobol(
  rows: AnalysisRows,
  output: Float64Array,
  design: DesignDescription,
  { resamples, confidence = 0.95, seed = 0 }: AnalyseOptions,
): Analysis {
  const { axes } = rows
  const dimension = axes.length
  const { secondOrder = false } = design
  const block = (secondOrder ? 2 : 1) * dimension + 2
  const begun = Math.ceil(output.length / block)
  const outputs = new Float64Array(begun * block).fill(Number.NaN)
  outputs.set(output)
  const affordable = Math.floor(mostTerms / (begun * (2 * dimension + 2)))
  const indices = sobolIndices({
    dimension,
    secondOrder,
    outputs,
    random: Random.of(seed, 'bootstrap'),
    resamples: resamples ?? Math.max(100, Math.min(1000, affordable)),
    confidence,
  })
  const { first, total, second = [], mean, variance } = indices
  return {
    method: 'sobol',
    mean,
    variance,
    rows: indices.rows,
    incomplete: (design.points ?? begun) - indices.rows,
    confidence,
    factors: axes.map((name, i) => ({ name, first: first[i]!, total: total[i]! })),
    pairs: second.map(({ factors: [a, b], ...index }) => ({ names: [axes[a]!, axes[b]!], ...index })),
  }
}

function morris(rows: AnalysisRows, output: Float64Array): Analysis {
  const { moving, unordered, points } = rows.positions()
  const whole = points.length - (points.length % (moving.length + 1))
  const effects = elementaryEffects({ points: points.slice(0, whole), outputs: output.subarray(0, whole), unordered })
  const noEffect = { muStar: 0, mu: 0, sigma: 0, effects: 0 } // of a parameter that is held
  const factors = rows.axes.map((name, axis) => ({ name, ...(effects[moving.indexOf(axis)] ?? noEffect) }))
  return { method: 'morris', factors: factors.sort((a, b) => (b.muStar ?? -1) - (a.muStar ?? -1)) }
}
