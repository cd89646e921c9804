/** How the covariance is kept: all of it, its diagonal, or a few directions for very many parameters. */
export type ShapeType = 'full' | 'separable' | 'limited-memory'

/** The constants of one run; the numbers are those of Hansen 2016, "The CMA Evolution Strategy: A Tutorial". */
export interface Strategy {
  readonly dimension: number
  readonly lambda: number
  readonly mu: number
  /** The weights of samples by rank, best first: positive ones of sum 1, then negative ones. */
  readonly weights: Float64Array
  readonly muEff: number
  readonly cSigma: number
  readonly dSigma: number
  readonly cc: number
  readonly c1: number
  readonly cMu: number
}

/** lambda = 4 + floor(3 ln n), Eq. (48); with fewer than five the weights hardly select. */
export function defaultLambda(dimension: number): number {
  return Math.max(5, 4 + Math.floor(3 * Math.log(Math.max(1, dimension))))
}

/** E|N(0, I)|. */
export function meanLength(dimension: number): number {
  return Math.sqrt(dimension) * (1 - 1 / (4 * dimension) + 1 / (21 * dimension ** 2))
}

/** The defaults of Table 1, with the smaller c_sigma and the damping for large populations that pycma has taken up since. */
export function strategyOf(dimension: number, lambda: number, shape: ShapeType): Strategy {
  const n = Math.max(1, dimension)
  const mu = Math.floor(lambda / 2)
  const raw = Float64Array.from({ length: lambda }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1)) // Eq. (49)
  const muEff = effective(raw.subarray(0, mu))
  const muEffMinus = effective(raw.subarray(mu))
  const cSigma = Math.min(0.5, (muEff + 2) / (n + muEff + 3)) // Eq. (55)
  const kappa = Math.max(1, 3 * (1 - 2 ** (-n / 9)))
  const dSigma = 1 + cSigma + 2 * Math.max(0, kappa * Math.sqrt((muEff - 1) / (n + 1)) - 1) // Eq. (55)
  const cc = (4 + muEff / n) / (n + 4 + (2 * muEff) / n) // Eq. (56)
  // A diagonal has fewer entries, which may be learned faster (Ros and Hansen 2008, "A Simple Modification in CMA-ES").
  const faster = shape === 'separable' ? (n + 2) / 3 : 1
  const c1 = Math.min(0.5, (faster * 2 * Math.min(1, lambda / 6)) / ((n + 1.3) ** 2 + muEff)) // Eq. (57)
  const cMu = Math.min(1 - c1, (faster * 2 * (0.25 + muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff)) // Eq. (58)
  const positive = total(raw.subarray(0, mu))
  const negative = -total(raw.subarray(mu))
  const alpha = Math.min(1 + c1 / cMu, 1 + (2 * muEffMinus) / (muEff + 2), (1 - c1 - cMu) / (n * cMu)) // Eqs. (50) to (52)
  const weights = raw.map((weight, i) => (i < mu ? weight / positive : (alpha * weight) / Math.max(negative, 1e-300))) // Eq. (53)
  const rates = shape === 'limited-memory' ? { cSigma: Math.min(0.5, (2 * lambda) / n), dSigma: 1 } : { cSigma, dSigma }
  return { dimension, lambda, mu, weights, muEff, cc, c1, cMu, ...rates }
}

/** How many equal weights would select as little. */
function effective(weights: Float64Array): number {
  return total(weights) ** 2 / Math.max(1e-300, total(weights.map((weight) => weight ** 2)))
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}
