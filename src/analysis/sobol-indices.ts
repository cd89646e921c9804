import { anything, checkOptions, needOptions, refuseSurplus, trueOrFalse, wholeFrom } from '../core/options.ts'
import { type BootstrapOptions, bootstrap, checkBootstrap, type Estimate } from './estimate.ts'
import { doVary, powerOfTwoAbove } from './variation.ts'

export interface SobolInput extends BootstrapOptions {
  /** How many factors there are. */
  readonly dimension: number
  /** Whether there are points BA_i. */
  readonly secondOrder?: boolean | undefined
  /** The outputs at the points of the design `saltelli`, in its order; no number where there is none. */
  readonly outputs: ArrayLike<number>
}

const sobolInput = {
  dimension: wholeFrom(1),
  secondOrder: trueOrFalse,
  outputs: anything,
  random: anything,
  resamples: anything,
  confidence: anything,
}

export interface SobolIndices {
  /** For each factor the part of the variance that it explains alone. */
  readonly first: readonly Estimate[]
  /** For each factor the part of the variance that is gone when all others are known: alone and in interactions. */
  readonly total: readonly Estimate[]
  /** What two factors explain together, beyond what either does alone; only where there are points BA_i. */
  readonly second?: readonly SecondOrderIndex[] | undefined
  readonly mean: number
  readonly variance: number
  /** Rows of A and B that were used, and those with an output missing, which could not be. */
  readonly rows: number
  readonly incomplete: number
}

export interface SecondOrderIndex extends Estimate {
  readonly factors: readonly [number, number]
}

/**
 * Sobol's sensitivity indices from the outputs of a Saltelli design: first order by Saltelli et al. 2010, "Variance based
 * sensitivity analysis of model output", table 2 (b); total by Jansen 1999, "Analysis of variance designs for model
 * output", table 2 (f) there; second order by Saltelli 2002, "Making best use of model evaluations to compute sensitivity
 * indices", theorem 2. The mean is taken off the outputs first, which changes no index but makes the estimates of first
 * order much better. Rows of A and B with all their points are what the bootstrap draws.
 *
 * @throws RangeError if the outputs are not whole rows, or fewer than two rows are complete, or all outputs are equal
 */
export function sobolIndices(input: SobolInput, ...surplus: readonly never[]): SobolIndices {
  refuseSurplus('sobolIndices', 1, surplus)
  checkOptions('sobolIndices', input, sobolInput)
  needOptions('sobolIndices', input, 'dimension', 'outputs', 'random')
  const { dimension, secondOrder = false, outputs } = input
  checkBootstrap('sobolIndices', input)
  const block = (secondOrder ? 2 : 1) * dimension + 2
  if (outputs.length === 0 || outputs.length % block !== 0) {
    throw new RangeError(`sobolIndices needs outputs of whole rows of ${block} points, got ${outputs.length}`)
  }
  const all = Array.from({ length: outputs.length / block }, (_, row) => row * block)
  const begins = all.filter((begin) => {
    for (let i = 0; i < block; i++) if (!Number.isFinite(outputs[begin + i]!)) return false
    return true
  })
  if (begins.length < 2) {
    throw new RangeError(`sobolIndices needs at least 2 rows that are complete, got ${begins.length} of ${all.length}`)
  }
  const used = Float64Array.from(
    begins.flatMap((begin) => Array.from({ length: block }, (_, i) => outputs[begin + i]!)),
  )
  if (!doVary(used)) throw new RangeError('sobolIndices needs outputs that differ, got the same everywhere')
  // Squares of what is very large or very small are no numbers any more.
  const unit = powerOfTwoAbove(used)
  // What all have in common is taken off first: it would leave few digits to differences that are small beside it.
  const base = used[0]! / unit
  const apart = (place: number) => outputs[place]! / unit - base
  const mean = begins.reduce((sum, begin) => sum + (apart(begin) + apart(begin + block - 1)) / 2, 0) / begins.length
  const pairs = secondOrder ? pairsOf(dimension) : []
  const width = 2 + 2 * dimension + pairs.length
  const terms = new Float64Array(begins.length * width)
  begins.forEach((begin, row) => {
    const at = (place: number) => apart(begin + place) - mean
    writeTerms(terms, row * width, at, { dimension, block, pairs })
  })
  const statistics = (means: Float64Array) => indicesOf(means, dimension, pairs)
  const estimates = bootstrap(terms, width, statistics, input)
  const variance = estimates[0]!.value
  if (!(variance > 0)) throw new RangeError('sobolIndices needs outputs that differ, got the same everywhere')
  return {
    first: estimates.slice(1, 1 + dimension),
    total: estimates.slice(1 + dimension, 1 + 2 * dimension),
    ...(secondOrder && {
      second: pairs.map((factors, i) => ({ factors, ...estimates[1 + 2 * dimension + i]! })),
    }),
    mean: (mean + base) * unit,
    variance: variance * unit * unit,
    rows: begins.length,
    incomplete: all.length - begins.length,
  }
}

interface Layout {
  readonly dimension: number
  readonly block: number
  readonly pairs: readonly (readonly [number, number])[]
}

/** The terms of one row whose means over the rows the indices are made of. */
function writeTerms(
  terms: Float64Array,
  begin: number,
  at: (place: number) => number,
  { dimension, block, pairs }: Layout,
): void {
  const a = at(0)
  const b = at(block - 1)
  terms[begin] = (a + b) / 2
  terms[begin + 1] = (a * a + b * b) / 2
  for (let i = 0; i < dimension; i++) {
    const ab = at(1 + i)
    terms[begin + 2 + i] = b * (ab - a) // (b)
    terms[begin + 2 + dimension + i] = (a - ab) ** 2 / 2 // (f)
  }
  pairs.forEach(([i, j], pair) => {
    terms[begin + 2 + 2 * dimension + pair] = at(1 + dimension + i) * at(1 + j) - a * b
  })
}

/** The variance, then the indices of first order, the total ones, and those of second order. */
function indicesOf(means: Float64Array, dimension: number, pairs: Layout['pairs']): number[] {
  const variance = means[1]! - means[0]! ** 2
  const parts = Array.from(means.subarray(2), (part) => part / variance)
  const second = pairs.map(([i, j], pair) => parts[2 * dimension + pair]! - parts[i]! - parts[j]!)
  return [variance, ...parts.slice(0, 2 * dimension), ...second]
}

function pairsOf(dimension: number): [number, number][] {
  return Array.from({ length: dimension }, (_, i) => i).flatMap((i) =>
    Array.from({ length: dimension - i - 1 }, (_, k): [number, number] => [i, i + 1 + k]),
  )
}
