import { z } from 'zod'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { type Best, betterOf, feasibleScore, recommendationOf } from './shared/best.ts'
import { axesOf, type CmaAxes, split } from './shared/cma/axes.ts'
import { type Drawn, drawFresh, drawSample } from './shared/cma/fresh-sample.ts'
import { firstRun, isSpent, nextRun, type RestartSchedule } from './shared/cma/restart-schedule.ts'
import { beginRun, type CmaRun, learn } from './shared/cma/run.ts'
import { Sampler } from './shared/cma/sampler.ts'
import { deviationsOf } from './shared/cma/shape.ts'
import { type KnownBefore, nothingKnown, startAmong, warmStart, withPrior } from './shared/cma/start.ts'
import { type StopReason, stopReason } from './shared/cma/stop.ts'
import { defaultLambda } from './shared/cma/strategy.ts'
import { keyedPoint } from './shared/fresh-point.ts'
import { canonical } from './shared/genes.ts'
import { type KnownPoints, scoreAt, withPoint } from './shared/known-points.ts'
import { costOf } from './shared/score.ts'
import { type Archive, emptyArchive, withPoints } from './shared/surrogate/archive.ts'
import {
  agreementOf,
  type Candidate,
  knownCandidate,
  learnedCosts,
  mostPromising,
  outcomeOf,
} from './shared/surrogate/candidates.ts'
import { fitModel, fullSize, type LqModel, minimiserOf } from './shared/surrogate/lq-model.ts'

const settings = z.strictObject({
  ...commonSettings,
  generations: commonSettings.generations.describe(
    'How many generations to run at most, of which most have as few individuals as `batch`; 1000 unless it is given, or a limit bounds the search',
  ),
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe('How many samples a generation has (lambda), of which few are simulated; 4 + 3 ln n unless it is given'),
  batch: z
    .int()
    .min(1)
    .default(1)
    .describe('How many individuals are simulated at once at least: give the number of workers'),
  sigma: z.number().positive().max(1).default(0.2).describe('The first standard deviation, as a part of each range'),
  restarts: z
    .enum(['none', 'ipop', 'bipop'])
    .default('ipop')
    .describe(
      'What follows when a run has come to rest: nothing, runs of twice the population, or large runs and small ones in turn',
    ),
  agreement: z
    .number()
    .min(-1)
    .max(1)
    .default(0.85)
    .describe("How well the model's order has to agree with the simulated one (Kendall's tau) to be trusted"),
})

type Settings = z.output<typeof settings>

export type LqCmaEsState = {
  /** Null before the first run, and between two. */
  readonly run: CmaRun | null
  readonly schedule: RestartSchedule
  /** The samples of the present generation. */
  readonly candidates: readonly Candidate[]
  /** How many of them are to be simulated before the model is tested. */
  readonly wanted: number
  readonly pending: number
  readonly archive: Archive
  readonly model: LqModel | null
  /** Where the model is least: one of the next samples. */
  readonly optimum: Float64Array | null
  /** The best of what was known before the first run. */
  readonly prior: KnownBefore
  /** The points that were simulated: none is simulated again. */
  readonly known: KnownPoints
  readonly best: Best | null
  readonly stopped: StopReason | 'budget' | null
  readonly hasEnded: boolean
}

type Tag = { readonly run: number; readonly generation: number; readonly place: number }

/**
 * CMA-ES with a linear-quadratic surrogate (Hansen 2019, "A Global Surrogate Assisted CMA-ES"): of each generation as many
 * samples are simulated as it takes until a model of all lately simulated points ranks them well; the others get the
 * model's values. Where the model is least is one of the next samples.
 */
export class LqCmaEs<P = Record<string, unknown>> extends Optimizer<LqCmaEsState, P, Settings> {
  static readonly type = 'lq-cma-es'
  static readonly summary =
    'CMA-ES that learns a quadratic model and simulates little: for up to some 1,000 evaluations'
  static override readonly version = 5
  static readonly since = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real', 'integer'],
    mostAxes: 1000, // it fits a model with twice as many unknowns
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #axes: CmaAxes
  readonly #isDiscrete: boolean
  readonly #isReplicated: boolean

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#axes = axesOf(this.space)
    this.#isDiscrete = this.space.axes.every(({ kind }) => kind !== 'real')
    this.#isReplicated = problem.replications !== undefined
  }

  override get usualGenerations(): number {
    return 1000
  }

  override get populationSize(): number {
    const { populationSize, batch } = this.settings
    return populationSize ?? batch * Math.ceil(defaultLambda(this.space.dimension) / batch)
  }

  /** Takes states of earlier versions as they are: only constants, a path and by which digits points are known have changed. */
  override upgrade(state: State, version: number): LqCmaEsState | undefined {
    return version < 5 ? (state as unknown as LqCmaEsState) : undefined
  }

  override start(): LqCmaEsState {
    return {
      run: null,
      schedule: firstRun(this.populationSize, this.settings.sigma),
      candidates: [],
      wanted: 0,
      pending: 0,
      archive: emptyArchive,
      model: null,
      optimum: null,
      prior: nothingKnown,
      known: [],
      best: null,
      stopped: null,
      hasEnded: false,
    }
  }

  override ask(old: LqCmaEsState, room: number, random: Random): Asked<LqCmaEsState, P> {
    let state = old
    for (let portion = 0; portion < mostOfKnown && !state.hasEnded; portion++) {
      const asked = this.#askPortion(state, room, random)
      const { run, pending, schedule } = asked.state
      if (run === null || pending > 0 || schedule.spent === state.schedule.spent) return asked
      state = this.#test(asked.state, run, random)
    }
    return { state, proposals: [] }
  }

  /** The most promising candidates; those whose points are known have been simulated already, and one point is simulated once. */
  #askPortion(state: LqCmaEsState, room: number, random: Random): Asked<LqCmaEsState, P> {
    const { run, candidates: before, wanted } = state.candidates.length > 0 ? state : this.#sample(state, random)
    if (run === null) return { state, proposals: [] }
    const candidates = [...before]
    const open = new Set(before.filter(({ status }) => status === 'pending').map(({ point }) => this.#keyOf(point)))
    const evaluated = before.filter(({ status }) => status !== 'new').length
    const proposals: Proposal<P>[] = []
    let spent = state.schedule.spent
    const [most, { batch }] = [wanted - evaluated, this.settings]
    for (const [i, place] of mostPromising(state.model, run, before, this.#axes).entries()) {
      if (proposals.length >= Math.min(room, most)) break
      // Where some are known, as many others as there are workers are simulated in their places.
      if (i >= most && (proposals.length === 0 || proposals.length >= batch)) break
      const candidate = before[place]!
      const key = this.#keyOf(candidate.point)
      const score = this.#isReplicated ? undefined : scoreAt(state.known, key)
      if (score !== undefined) {
        candidates[place] = knownCandidate(candidate, score)
        spent++
      } else if (!open.has(key) || this.#isReplicated) {
        open.add(key)
        candidates[place] = { ...candidate, status: 'pending' }
        const tag: Tag = { run: state.schedule.restarts, generation: run.generation, place }
        proposals.push({ parameters: this.space.decode(candidate.point), tag })
      }
    }
    const schedule = { ...state.schedule, spent }
    const pending = state.pending + proposals.length
    return { state: { ...state, run, candidates, wanted, prior: nothingKnown, schedule, pending }, proposals }
  }

  #keyOf(point: readonly number[]): number {
    return keyedPoint(this.space, this.#recorded(point)).key
  }

  /** A point to the last digit as its individual has it: of what the record has as well, a checkpoint need not say it again. */
  #recorded(point: readonly number[]): number[] {
    return this.space.encode(this.space.decode(point))
  }

  /** The samples of a new generation; the model's optimum is the first of them. */
  #sample(state: LqCmaEsState, random: Random): Pick<LqCmaEsState, 'run' | 'candidates' | 'wanted'> {
    const { schedule, prior, known, optimum, archive } = state
    const { lambda, sigma } = schedule
    const given = { lambda, sigma, type: 'full' } as const
    const run = state.run ?? beginRun(this.#startOf(prior, given, schedule.restarts === 0 ? lambda : 1, random))
    const sampler = new Sampler(run, this.#axes)
    const taken = new Set<number>()
    const candidates: Candidate[] = []
    const add = ({ point, sample, key }: Drawn) => {
      if (key !== null) taken.add(key)
      const at = this.#axes.hasIntegers ? canonical(this.space, point) : point
      candidates.push({ sample, point: at, status: 'new', cost: null })
    }
    if (optimum !== null && !this.#isDiscrete) {
      const sample = sampler.inject(optimum, new Int32Array(0))
      if (sample !== undefined) add({ sample, point: sampler.pointOf(sample), key: null })
    }
    const isTaken = (key: number) => taken.has(key) || scoreAt(known, key) !== undefined
    while (candidates.length < lambda) {
      const drawn = this.#isDiscrete
        ? drawFresh(sampler, { space: this.space, axes: this.#axes }, isTaken, random)
        : drawSample(sampler, random)
      if (drawn === undefined) break
      add(drawn)
    }
    const first = Math.floor(1 + Math.max(0.02 * lambda, 3 - archive.costs.length))
    return { run, candidates, wanted: Math.max(first, this.settings.batch) }
  }

  #startOf(prior: KnownBefore, given: Parameters<typeof warmStart>[1], draws: number, random: Random) {
    if (prior.best.length > 0) return warmStart(prior, given, this.#axes)
    const points = Array.from({ length: draws }, () => this.space.encode(this.createIndividual(random)))
    return startAmong(points, given, this.#axes)
  }

  override tell(old: LqCmaEsState, evaluations: readonly Evaluation<P>[], random: Random): LqCmaEsState {
    let { pending, prior, known, best, schedule } = old
    const candidates = [...old.candidates]
    const added: { x: Float64Array; cost: number }[] = []
    for (const evaluation of evaluations) {
      const cost = costOf(this.objectives, evaluation)
      const score = cost === null ? null : 0 - cost
      best = betterOf(best, score, evaluation.individual, this.space)
      const tag = evaluation.tag as Tag | undefined
      const { parameters } = evaluation.individual
      const point = tag ? this.#recorded(candidates[tag.place]!.point) : this.space.encode(parameters)
      known = withPoint(known, keyedPoint(this.space, point).key, score)
      const outcome = outcomeOf(evaluation)
      if (cost !== null && outcome === 'done') added.push({ x: split(this.#axes, point).x, cost })
      if (tag !== undefined) {
        pending--
        schedule = { ...schedule, spent: schedule.spent + 1 }
        candidates[tag.place] = { ...candidates[tag.place]!, status: outcome, cost }
      } else if (cost !== null && old.run === null) prior = withPrior(prior, point, cost)
    }
    const most = Math.max(schedule.lambda, mostRemembered * fullSize(this.#axes.ordered.length))
    const archive = added.length === 0 ? old.archive : withPoints(old.archive, added, most)
    const state = { ...old, pending, prior, known, best, schedule, candidates, archive }
    return pending > 0 || state.run === null ? state : this.#test(state, state.run, random)
  }

  /** The model is trusted when its order agrees with what was simulated last; else more of the generation is simulated. */
  #test(state: LqCmaEsState, run: CmaRun, random: Random): LqCmaEsState {
    const { candidates, archive } = state
    const evaluated = candidates.filter(({ status }) => status !== 'new').length
    const isComplete = evaluated === candidates.length
    if (evaluated < state.wanted && !isComplete) return state
    const n = run.mean.length
    const units = deviationsOf(run.shape, n).map((deviation) => Math.max(1e-300, run.sigma * deviation))
    const model = fitModel(archive, run.mean, units, state.schedule.restarts > 0 ? { reach } : {})
    const isTrusted = model !== null && agreementOf(model, archive, evaluated, run.lambda) >= this.settings.agreement
    const hasTrue = candidates.some(({ status }) => status === 'done')
    if (isComplete || (isTrusted && hasTrue)) return this.#learn({ ...state, model }, run, random)
    return { ...state, model, wanted: Math.max(Math.ceil(1.5 * state.wanted), state.wanted + this.settings.batch) }
  }

  /** A generation is learned from with what was simulated, or with the model's values for all of it. */
  #learn(state: LqCmaEsState, old: CmaRun, random: Random): LqCmaEsState {
    const { model, candidates } = state
    const told = learnedCosts(model, candidates, this.#axes)
    const run = learn(
      old,
      candidates.flatMap(({ sample }, i) => (sample === null ? [] : [{ sample, cost: told[i]! }])),
      this.#axes,
    )
    const optimum = (model && minimiserOf(model)) ?? null
    const next = { ...state, run, candidates: [], optimum }
    const stopped = stopReason(run, this.#axes) ?? (isSpent(state.schedule) ? 'budget' : undefined)
    if (stopped === undefined) return next
    const { restarts, sigma } = this.settings
    if (restarts === 'none') return { ...next, stopped, hasEnded: true }
    const schedule = nextRun(state.schedule, restarts, { lambda: this.populationSize, sigma }, random)
    return { ...next, run: null, model: null, optimum: null, stopped, schedule }
  }

  override recommend({ best }: LqCmaEsState): Recommendation<P>[] {
    return recommendationOf(best, this.space)
  }

  /** Best is a weighted sum of the fitness: larger is better. */
  override summarize(state: LqCmaEsState): Readonly<Record<string, unknown>> {
    const { best, run, schedule, model, stopped, pending } = state
    return {
      best: feasibleScore(best),
      model: model?.type ?? null,
      sigma: run?.sigma ?? null,
      restarts: schedule.restarts,
      populationSize: schedule.lambda,
      stopped,
      pending,
    }
  }
}

/** How many portions whose points are all known follow each other before a search ends: nothing new is left to it. */
const mostOfKnown = 10_000

/** How many times as many points are remembered as the full model has coefficients. */
const mostRemembered = 10

/**
 * How far from its mean, in standard deviations of each axis, a run that follows others learns from what they found: where
 * they ended, far away, says nothing of where this one is, and would draw it there.
 */
const reach = 7
