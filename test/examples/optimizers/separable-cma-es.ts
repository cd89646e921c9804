import { type Asked, commonSettings, type Evaluation, Optimizer, type Problem, type Random } from 'twoloop'
import {
  clipToCube,
  generationsToRest,
  grownPopulation,
  isAtRest,
  normalPoint,
  parseSettings,
  rank,
  z,
} from 'twoloop/kit'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe('How many individuals the first generations have (lambda); 4 + 3 ln n'),
  sigma: z.number().positive().max(1).default(0.3).describe("The first step size, as a part of each parameter's range"),
})

type Settings = z.output<typeof settings>

type CmaState = {
  readonly generation: number
  readonly restarts: number
  readonly pending: number
  readonly mean: readonly number[]
  readonly sigma: number
  /** The diagonal of the covariance matrix. */
  readonly variances: readonly number[]
  readonly stepPath: readonly number[]
  readonly variancePath: readonly number[]
  /** The best score of each of the newest generations. */
  readonly bestScores: readonly number[]
}

/**
 * The separable CMA-ES: the covariance is a diagonal, which is learned (n + 2) / 3 times as fast and costs O(n) (Ros and
 * Hansen 2008, "A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity"). Equation numbers are those
 * of Hansen 2016, "The CMA Evolution Strategy: A Tutorial". At rest it starts again with twice the population.
 */
export default class SeparableCmaEs<P = Record<string, unknown>> extends Optimizer<CmaState, P, Settings> {
  static readonly type = 'separable-cma-es'
  static readonly summary = 'Learns a step size for each real parameter; for many of them, and ill-conditioned ones'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real'],
    objectives: 'weighted',
    pace: 'generation',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}) {
    super(problem, parseSettings(settings, given, 'optimizer'))
  }

  override get populationSize(): number {
    return this.settings.populationSize ?? 4 + Math.floor(3 * Math.log(this.space.dimension))
  }

  override start(random: Random): CmaState {
    return this.#begin(this.space.encode(this.createIndividual(random)), this.settings.sigma, 0)
  }

  override ask(state: CmaState, _room: number, random: Random): Asked<CmaState, P> {
    if (state.pending > 0) return { state, proposals: [] }
    const { mean, sigma, variances } = state
    const pending = grownPopulation(this.populationSize, state.restarts)
    const proposals = Array.from({ length: pending }, () => {
      const z = normalPoint(mean.length, random)
      const point = clipToCube(mean.map((m, i) => m + sigma * Math.sqrt(variances[i]!) * z[i]!)) // Eq. (40)
      return { parameters: this.space.decode(point), tag: point }
    })
    return { state: { ...state, pending }, proposals }
  }

  /** What failed is no parent; the tag is the exact point, also where its parameters were rounded on their way. */
  override tell(state: CmaState, evaluations: readonly Evaluation<P>[], random: Random): CmaState {
    const ranked = rank(this.objectives, evaluations)
    const points = ranked.map(({ evaluation: { tag, individual } }) =>
      tag === undefined ? this.space.encode(individual.parameters) : (tag as readonly number[]),
    )
    if (state.pending === 0) return points[0] ? this.#begin(points[0], this.settings.sigma / 5, 0) : state
    const anywhere = () => this.space.samplePoint(random)
    if (points.length === 0) return this.#begin(anywhere(), this.settings.sigma, state.restarts)
    const next = this.#learn(state, points.slice(0, Math.ceil(state.pending / 2)))
    const looksAt = generationsToRest(state.mean.length, state.pending)
    const bestScores = [...state.bestScores, ranked[0]!.score].slice(-looksAt)
    const widest = next.sigma * Math.sqrt(Math.max(...next.variances))
    if (isAtRest(bestScores, looksAt, 1e-12) || widest < 1e-12) {
      return this.#begin(anywhere(), this.settings.sigma, state.restarts + 1)
    }
    return { ...next, bestScores }
  }

  override recommend({ generation, mean }: CmaState) {
    return generation > 0 ? [{ parameters: this.space.decode(mean), by: 'model' as const }] : []
  }

  override summarize({ generation, restarts, sigma, pending }: CmaState): Readonly<Record<string, unknown>> {
    return { generation, restarts, sigma, individuals: pending }
  }

  #begin(mean: readonly number[], sigma: number, restarts: number): CmaState {
    const [ones, zeros] = [mean.map(() => 1), mean.map(() => 0)]
    return {
      ...{ generation: 0, restarts, pending: 0, mean, sigma },
      ...{ variances: ones, stepPath: zeros, variancePath: zeros, bestScores: [] },
    }
  }

  /** @param parents best first */
  #learn(state: CmaState, parents: readonly (readonly number[])[]): CmaState {
    const { generation, mean, sigma, variances } = state
    const n = mean.length
    const raw = parents.map((_, i) => Math.log(parents.length + 0.5) - Math.log(i + 1))
    const total = raw.reduce((sum, w) => sum + w)
    const weights = raw.map((w) => w / total) // Eq. (49), without negative weights
    const mu = 1 / weights.reduce((sum, w) => sum + w * w, 0) // Eq. (8)
    const cs = (mu + 2) / (n + mu + 5) // Eq. (55)
    const damping = 1 + 2 * Math.max(0, Math.sqrt((mu - 1) / (n + 1)) - 1) + cs
    const cc = (4 + mu / n) / (n + 4 + (2 * mu) / n) // Eq. (56)
    const c1Full = 2 / ((n + 1.3) ** 2 + mu) // Eq. (57)
    const cmuFull = Math.min(1 - c1Full, (2 * (1 / 4 + mu - 2 + 1 / mu)) / ((n + 2) ** 2 + mu)) // Eq. (58)
    const faster = Math.min((n + 2) / 3, 1 / (c1Full + cmuFull)) // Ros and Hansen 2008
    const [c1, cmu] = [c1Full * faster, cmuFull * faster]
    const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    const weighted = (of: (point: readonly number[]) => number) =>
      parents.reduce((sum, x, k) => sum + weights[k]! * of(x), 0)

    const step = mean.map((m, i) => weighted((x) => (x[i]! - m) / sigma)) // Eq. (41)
    const stepPath = state.stepPath.map(
      (p, i) => (1 - cs) * p + (Math.sqrt(cs * (2 - cs) * mu) * step[i]!) / Math.sqrt(variances[i]!), // Eq. (43)
    )
    const length = Math.hypot(...stepPath)
    const isSteady = length / Math.sqrt(1 - (1 - cs) ** (2 * generation + 2)) < (1.4 + 2 / (n + 1)) * expected
    const variancePath = state.variancePath.map(
      (p, i) => (1 - cc) * p + (isSteady ? Math.sqrt(cc * (2 - cc) * mu) * step[i]! : 0), // Eq. (45)
    )
    const stall = isSteady ? 0 : cc * (2 - cc)
    return {
      ...state,
      generation: generation + 1,
      pending: 0,
      mean: clipToCube(mean.map((m, i) => m + sigma * step[i]!)), // Eq. (42)
      sigma: Math.min(1, sigma * Math.exp(Math.min(1, (cs / damping) * (length / expected - 1)))), // Eq. (44)
      stepPath,
      variancePath,
      variances: variances.map((c, i) => {
        const spread = weighted((x) => ((x[i]! - mean[i]!) / sigma) ** 2)
        return Math.max(1e-20, (1 - c1 - cmu + c1 * stall) * c + c1 * variancePath[i]! ** 2 + cmu * spread) // Eq. (47)
      }),
    }
  }
}
