import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { type Best, betterOf, feasibleScore, recommendationOf } from './shared/best.ts'
import { axesOf, type CmaAxes, split } from './shared/cma/axes.ts'
import { type Drawn, drawFresh, drawSample, meetingKeyOf } from './shared/cma/fresh-sample.ts'
import { type NoisyPast, noNoisyPast, remember, settle, settledIn, withoutNoise } from './shared/cma/noise.ts'
import { firstRun, isSpent, nextRun, type RestartSchedule } from './shared/cma/restart-schedule.ts'
import { beginRun, type CmaRun, type CmaSample, learn, type ToldSample } from './shared/cma/run.ts'
import { Sampler } from './shared/cma/sampler.ts'
import { type KnownBefore, nothingKnown, startAmong, warmStart, withPrior } from './shared/cma/start.ts'
import { type StopReason, stopReason } from './shared/cma/stop.ts'
import { defaultLambda, type ShapeType } from './shared/cma/strategy.ts'
import { type KnownPoints, keyOf, scoreAt, withPoint } from './shared/known-points.ts'
import { costOf } from './shared/score.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe(
      'How many samples a generation has (lambda); 4 + 3 ln n unless it is given, 2.5 times that with `noise` and without replications, more for more workers',
    ),
  sigma: z.number().positive().max(1).default(0.2).describe('The first standard deviation, as a part of each range'),
  restarts: z
    .enum(['none', 'local', 'ipop', 'bipop'])
    .default('bipop')
    .describe(
      'What follows when a run has come to rest: nothing, runs of the same population, of twice that each, or large and small ones in turn',
    ),
  covariance: z
    .enum(['automatic', 'full', 'separable', 'limited-memory'])
    .default('automatic')
    .describe(
      'What is learned of how parameters go together: all, nothing, or a few directions; automatic is full up to 200 axes, limited-memory above',
    ),
  noise: z
    .boolean()
    .optional()
    .describe(
      'Whether the same parameters have another fitness each time: a quadratic model takes the noise from what is learned, and what is recommended is its least point; as there are replications unless given',
    ),
})

type Settings = z.output<typeof settings>

export type CmaEsState = {
  /** Null before the first run, and between two. */
  readonly run: CmaRun | null
  readonly schedule: RestartSchedule
  /** What was told of the present generation. */
  readonly told: readonly ToldSample[]
  /** How many of these were asked for. */
  readonly own: number
  readonly pending: number
  /** The best of what was known before the first run. */
  readonly prior: KnownBefore
  /**
   * Which points that may come again are known, and which are simulated, so that none is simulated twice: all of a space without
   * real axes, or where these may not apply; else those where samples from beyond the bounds meet.
   */
  readonly known: KnownPoints
  readonly open: readonly number[]
  readonly best: Best | null
  /** The past of a search whose costs are noisy. */
  readonly noise?: NoisyPast
  /** Why the last run stopped. */
  readonly stopped: StopReason | 'budget' | null
  readonly hasEnded: boolean
}

/** A generation whose results have come, and what follows from it. */
type Complete = Pick<CmaEsState, 'schedule' | 'told' | 'best' | 'stopped'> & {
  readonly run: CmaRun
  readonly noise: NoisyPast | undefined
}
type Learned = Pick<CmaEsState, 'run' | 'schedule' | 'stopped' | 'hasEnded'> & { readonly noise: NoisyPast | undefined }

/** A sample and the run that it belongs to; what its point is known by if it may come again. */
type Tag = { readonly run: number; readonly sample: CmaSample | null; readonly key: number | null }

/**
 * The covariance matrix adaptation evolution strategy (Hansen 2016, "The CMA Evolution Strategy: A Tutorial"), with active
 * updates and restarts: samples of a normal distribution are simulated, and it moves, grows and turns towards the better.
 *
 * What lies beyond a bound is simulated at the bound and ranked by a penalty. Integer axes keep a deviation that reaches
 * the neighbours; axes without order have probabilities of their own (CatCMA with margin). A step is told with its sample,
 * so that results may come in any order.
 */
export class CmaEs<P = Record<string, unknown>> extends Optimizer<CmaEsState, P, Settings> {
  static readonly type = 'cma-es'
  static readonly summary = 'Adapts a normal distribution to the better samples: for up to some 10,000 evaluations'
  static override readonly version = 7
  static readonly since = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #axes: CmaAxes
  readonly #shape: ShapeType
  readonly #isDiscrete: boolean
  readonly #isNoisy: boolean
  readonly #isReplicated: boolean

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#axes = axesOf(this.space)
    this.#isDiscrete = this.space.isConditional || this.space.axes.every(({ kind }) => kind !== 'real')
    this.#isReplicated = problem.replications !== undefined
    this.#isNoisy = this.settings.noise ?? this.#isReplicated
    const dimension = this.#axes.ordered.length
    this.#shape = shapeFor(this.settings.covariance, dimension)
    if (this.#shape === 'full' && dimension > mostOfFull) {
      throw new SettingsError(
        `optimizer: covariance full needs at most ${mostOfFull} real and integer axes, got ${dimension} (automatic, separable and limited-memory take any number)`,
      )
    }
  }

  override get populationSize(): number {
    const usual = defaultLambda(this.space.dimension)
    // Replications have averaged part of the noise, and leave fewer points.
    const suffices = !this.#isNoisy || this.#isReplicated
    return this.settings.populationSize ?? (suffices ? usual : Math.ceil(2.5 * usual))
  }

  override announce(): string | undefined {
    const dimension = this.#axes.ordered.length
    if (this.settings.covariance !== 'automatic' || this.#shape === 'full') return undefined
    return `The space has ${dimension} real and integer axes: above ${mostFull}, cma-es learns a few directions in place of a covariance.`
  }

  /**
   * Takes states of earlier versions as they are: constants, tests for a stop, the size of populations, a path and which
   * points are known have changed, and what was not noisy then is not.
   */
  override upgrade(state: State, version: number): CmaEsState | undefined {
    return version < 7 ? (state as unknown as CmaEsState) : undefined
  }

  override start(): CmaEsState {
    return {
      run: null,
      schedule: firstRun(this.populationSize, this.settings.sigma),
      told: [],
      own: 0,
      pending: 0,
      prior: nothingKnown,
      known: [],
      open: [],
      best: null,
      ...(this.#isNoisy && { noise: noNoisyPast }),
      stopped: null,
      hasEnded: false,
    }
  }

  override ask(old: CmaEsState, room: number, random: Random): Asked<CmaEsState, P> {
    let state = old
    for (let generation = 0; generation < mostOfKnown && !state.hasEnded; generation++) {
      const asked = this.#askOnce(state, room, random)
      if (asked.proposals.length > 0 || asked.state.own === state.own) return asked
      state = this.#afterKnown(asked.state, random)
    }
    return { state, proposals: [] }
  }

  /** Samples of the present generation; of those whose points are known it is told at once. */
  #askOnce(state: CmaEsState, room: number, random: Random): Asked<CmaEsState, P> {
    const run = state.run ?? this.#begin(state, random)
    const sampler = new Sampler(run, this.#axes)
    // A generation is filled first; where results come one by one, nobody waits for its last.
    const count = state.pending > 0 ? room : Math.min(room, run.lambda - state.own)
    const proposals: Proposal<P>[] = []
    const open = [...state.open]
    const told = [...state.told]
    let { own, schedule } = state
    for (let draw = 0; draw < count; draw++) {
      const drawn = this.#draw(sampler, state.known, open, random)
      if (drawn === undefined) break
      const { point, sample, key } = drawn
      const score = key === null ? undefined : scoreAt(state.known, key)
      if (score !== undefined) {
        told.push({ sample: sample!, cost: score === null ? null : 0 - score })
        schedule = { ...schedule, spent: schedule.spent + 1 }
        own++
        continue
      }
      if (key !== null) open.push(key)
      const tag: Tag = { run: schedule.restarts, sample, key }
      proposals.push({ parameters: this.space.decode(point), tag })
    }
    const pending = state.pending + proposals.length
    return { state: { ...state, run, prior: nothingKnown, schedule, told, own, open, pending }, proposals }
  }

  /** A sample whose point is not simulated already; in a discrete space, none that is known. */
  #draw(sampler: Sampler, known: KnownPoints, open: readonly number[], random: Random): Drawn | undefined {
    if (this.#isDiscrete) {
      const isTaken = (key: number) => open.includes(key) || scoreAt(known, key) !== undefined
      return drawFresh(sampler, { space: this.space, axes: this.#axes }, isTaken, random)
    }
    for (let draw = 0; draw < mostOfOpen; draw++) {
      const drawn = drawSample(sampler, random)
      const key = this.#keyOf(drawn.point)
      if (key === null || !open.includes(key)) return { ...drawn, key }
    }
    return undefined
  }

  #begin({ schedule, prior }: CmaEsState, random: Random): CmaRun {
    const given = { sigma: schedule.sigma, lambda: schedule.lambda, type: this.#shape }
    if (prior.best.length > 0) return beginRun(warmStart(prior, given, this.#axes))
    const count = schedule.restarts === 0 ? schedule.lambda : 1
    const points = Array.from({ length: count }, () => this.createPoint(random))
    return beginRun(startAmong(points, given, this.#axes))
  }

  override tell(old: CmaEsState, evaluations: readonly Evaluation<P>[], random: Random): CmaEsState {
    let { run, schedule, own, pending, prior, known, best, noise, stopped, hasEnded } = old
    let told = [...old.told]
    const open = [...old.open]
    for (const evaluation of evaluations) {
      const cost = costOf(this.objectives, evaluation)
      const score = cost === null ? null : 0 - cost
      best = betterOf(best, score, evaluation.individual, this.space)
      const tag = evaluation.tag as Tag | undefined
      const key = tag === undefined ? this.#keyOf(this.space.encode(evaluation.individual.parameters)) : tag.key
      if (key !== null) {
        known = withPoint(known, key, score)
        if (tag !== undefined) open.splice(open.indexOf(key), 1)
      }
      if (tag !== undefined) {
        pending--
        if (tag.run !== schedule.restarts || run === null) continue // the run that it belongs to has stopped meanwhile
        if (tag.sample !== null) told.push({ sample: tag.sample, cost, ...(noise && this.#placeOf(evaluation)) })
        schedule = { ...schedule, spent: schedule.spent + 1 }
        own++
      } else if (cost !== null) {
        const point = this.pointOf(evaluation.individual.parameters, random)
        if (run === null) prior = withPrior(prior, point, cost)
        else told.push(...this.#takeForeign(run, point, cost))
      }
      if (run === null || own < run.lambda) continue
      const learned = this.#learn({ run, schedule, told, best, stopped, noise }, random)
      ;({ run, schedule, stopped, hasEnded, noise } = learned)
      told = []
      own = 0
    }
    const next = { run, schedule, told, own, pending, prior, known, open, best, stopped, hasEnded }
    return noise === undefined ? next : { ...next, noise }
  }

  /** A generation is learned from; a run that stops is followed by the next. */
  #learn(old: Complete, random: Random): Learned {
    let { run, schedule, told, noise, best } = old
    if (noise !== undefined) {
      noise = remember(noise, told, this.#axes)
      told = withoutNoise(noise, run, told)
    }
    run = learn(run, told, this.#axes)
    // Under noise the least is a matter of luck.
    const least = noise === undefined && best !== null ? 0 - best.score : undefined
    const stopped = stopReason(run, this.#axes, least) ?? (isSpent(schedule) ? 'budget' : undefined)
    if (stopped === undefined) return { run, schedule, noise, stopped: old.stopped, hasEnded: false }
    if (noise !== undefined) noise = settle(noise, run, this.#axes)
    const { restarts, sigma } = this.settings
    if (restarts === 'none') return { run, schedule, noise, stopped, hasEnded: true }
    const next = nextRun(schedule, restarts, { lambda: this.populationSize, sigma }, random)
    return { run: null, schedule: next, noise, stopped, hasEnded: false }
  }

  /** What a point is known by if it may come again, which noise asks for. */
  #keyOf(point: readonly number[]): number | null {
    if (this.#isDiscrete) return keyOf(point)
    return this.#isNoisy ? null : meetingKeyOf(this.space, point)
  }

  /** A generation that was completed by what is known is learned from at once. */
  #afterKnown(state: CmaEsState, random: Random): CmaEsState {
    const { run, own, noise } = state
    if (run === null || own < run.lambda) return state
    const { noise: past, ...learned } = this.#learn({ ...state, run, noise }, random)
    return { ...state, ...learned, told: [], own: 0, ...(past !== undefined && { noise: past }) }
  }

  /** Where a model of costs may learn what came of an evaluation. */
  #placeOf(evaluation: Evaluation<P>): Pick<ToldSample, 'x' | 'variance'> {
    if (evaluation.outcome !== 'done' || (evaluation.violation ?? 0) > 0) return {}
    const { x } = split(this.#axes, this.space.encode(evaluation.individual.parameters))
    const errors = evaluation.standardError?.map((error, i) => (error ?? 0) * this.objectives.weights[i]!)
    return errors === undefined ? { x } : { x, variance: errors.reduce((sum, error) => sum + error * error, 0) }
  }

  /** What was not asked for is taken for a sample of the present generation. */
  #takeForeign(run: CmaRun, point: readonly number[], cost: number): ToldSample[] {
    const { x, levels } = split(this.#axes, point)
    const sample = new Sampler(run, this.#axes).inject(x, levels)
    return sample === undefined ? [] : [{ sample, cost }]
  }

  /** Under noise the best that was seen is the luckiest. */
  override recommend({ best, run, noise }: CmaEsState): Recommendation<P>[] {
    const settled = noise && settledIn(noise, run, this.#axes)
    if (settled !== undefined) return [{ parameters: this.space.decode([...settled]), by: 'model' }]
    return recommendationOf(best, this.space)
  }

  /** Best is a weighted sum of the fitness: larger is better. */
  override summarize({ best, run, schedule, stopped, pending }: CmaEsState): Readonly<Record<string, unknown>> {
    const { restarts, lambda } = schedule
    return {
      best: feasibleScore(best),
      sigma: run?.sigma ?? null,
      generation: run?.generation ?? 0,
      restarts,
      populationSize: lambda,
      stopped,
      pending,
    }
  }
}

/** How many generations whose points are all known follow each other before a search ends: nothing new is left to it. */
const mostOfKnown = 1000
/** How often another sample is drawn in place of one whose point is simulated already. */
const mostOfOpen = 20

/** Up to here all that is learned of how parameters go together is worth what it takes; beyond the second, no record holds it. */
const mostFull = 200
const mostOfFull = 2000

function shapeFor(covariance: Settings['covariance'], dimension: number): ShapeType {
  if (covariance !== 'automatic') return covariance
  return dimension > mostFull ? 'limited-memory' : 'full'
}
