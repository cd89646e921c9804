import { show } from '../text.ts'

/**
 * What is known of a real before the search: about where it lies. Its bounds truncate it. Of a `lognormal` one, mean and
 * standard deviation are those of the natural logarithm.
 */
export interface Prior {
  readonly type: 'normal' | 'lognormal'
  readonly mean: number
  readonly sd: number
}

/** Bounds that hold less of a prior than this contradict it. */
const leastShare = 1e-6

/**
 * A truncated prior as a scale: equal parts of the unit interval hold equal shares of it, so that what is drawn uniformly
 * from the cube, by whichever sampler, design or first population, is drawn from the prior.
 *
 * @throws RangeError if the bounds hold next to nothing of it
 */
export function priorScaling(low: number, high: number, prior: Prior) {
  const isLog = prior.type === 'lognormal'
  if (isLog && !(low > 0)) throw new RangeError(`real(low, high) with a lognormal prior needs low > 0, got ${low}`)
  const scale = isLog ? normalScaling(Math.log(low), Math.log(high), prior) : normalScaling(low, high, prior)
  if (scale === undefined) {
    throw new RangeError(
      `a prior needs bounds that hold some of it, got ${low} to ${high} with the mean ${prior.mean} and the sd ${prior.sd}${isLog ? ' of the logarithm' : ''}`,
    )
  }
  if (!isLog) return scale
  const { toUnit, fromUnit } = scale
  return {
    toUnit: (value: number) => toUnit(Math.log(value)),
    fromUnit: (unit: number) =>
      unit === 0 ? low : unit === 1 ? high : Math.min(high, Math.max(low, Math.exp(fromUnit(unit)))),
  }
}

/** Undefined if the bounds hold next to nothing of the distribution. */
function normalScaling(low: number, high: number, { mean, sd }: Pick<Prior, 'mean' | 'sd'>) {
  const [from, to] = [(low - mean) / sd, (high - mean) / sd]
  // Seen from the upper tail where both bounds lie there: next to 1 small differences cannot be written down.
  const side = from > 0 ? -1 : 1
  const shareOf = (z: number) => normalShare(side * z)
  const [first, last] = [shareOf(from), shareOf(to)]
  if (!(Math.abs(last - first) >= leastShare)) return undefined
  // Coarser than the rounding errors of a quantile, so that what was decoded comes back exactly.
  const grain = (high - low) * 2 ** -40
  return {
    toUnit: (value: number) => (shareOf((value - mean) / sd) - first) / (last - first),
    fromUnit(unit: number): number {
      if (unit === 0 || unit === 1) return (unit === 0 ? low : high) + 0
      const value = mean + side * sd * normalQuantile(first + unit * (last - first))
      const rounded = low + Math.round((value - low) / grain) * grain
      return (rounded < low ? low : rounded > high ? high : rounded) + 0
    },
  }
}

/** @throws RangeError unless it is a distribution that there is */
export function checkPrior(call: string, prior: unknown): asserts prior is Prior {
  const { type, mean, sd, ...others } = (prior ?? {}) as Partial<Prior>
  const isOne = type === 'normal' || type === 'lognormal'
  const isWhole = Number.isFinite(mean) && Number.isFinite(sd) && (sd as number) > 0
  if (isOne && isWhole && Object.keys(others).length === 0) return
  throw new RangeError(`${call} needs a prior like { type: 'normal', mean: 0, sd: 1 }, got ${show(prior)}`)
}

/** The share of a standard normal distribution below z, to 7 digits (Press et al., "Numerical Recipes", erfcc). */
function normalShare(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + x / 2)
  const tail = (t * Math.exp(-x * x + polynomial(erfc, t))) / 2
  return z < 0 ? tail : 1 - tail
}

/** The z below which that share of a standard normal distribution lies (Wichura 1988, algorithm AS 241, PPND16). */
function normalQuantile(share: number): number {
  const q = share - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(central[0], r)) / polynomial(central[1], r)
  }
  const r = Math.sqrt(-Math.log(q < 0 ? share : 1 - share))
  const [above, below, offset] = r <= 5 ? [...near, 1.6] : [...far, 5]
  const z = polynomial(above, r - offset) / polynomial(below, r - offset)
  return q < 0 ? -z : z
}

/** Coefficients of ascending powers. */
type Coefficients = readonly number[]

function polynomial(coefficients: Coefficients, x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

const erfc: Coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
]

type Ratio = readonly [above: Coefficients, below: Coefficients]

const central: Ratio = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
]

const near: Ratio = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
]

const far: Ratio = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
]
