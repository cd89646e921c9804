import { z } from 'zod'
import { type Abilities, allAxes } from './abilities.ts'
import type { Algorithm, Asked, Recommendation, Reported } from './algorithm.ts'
import type { BudgetRange } from './budget.ts'
import { Constraints } from './constraints.ts'
import { ConfigurationError } from './errors.ts'
import type { Evaluation } from './evaluation.ts'
import type { IndividualId } from './individual.ts'
import type { Objectives } from './objectives.ts'
import type { Problem } from './optimizee.ts'
import { type OptionCheck, refuseSurplus } from './options.ts'
import type { State } from './plain-data.ts'
import type { Random } from './random.ts'
import type { Reference } from './reference.ts'
import type { Replications } from './replications.ts'
import { SearchState } from './search-state.ts'
import { aSpace, type Space } from './space.ts'
import { show } from './text.ts'
import type { Trajectory } from './trajectory.ts'

/** The settings that every optimizer has. */
export const commonSettings = {
  seed: z.int().min(0).default(0).describe('Where all random numbers of the search come from'),
  generations: z
    .int()
    .min(1)
    .optional()
    .describe('How many generations to run at most; 50 unless it is given, or a limit bounds the search'),
}

export interface CommonSettings {
  readonly seed: number
  readonly generations?: number | undefined
}

/** The static side of an optimizer: what a registry, an experiment file and the record know an algorithm by. */
export interface OptimizerClass {
  /** The name under which experiment files ask for it. */
  readonly type: string
  /** Goes up when states or results change: a run of another version is refused in a sentence. */
  readonly version: number
  /** The earliest version whose runs it goes on with, by `upgrade`: its own unless it says so. */
  readonly since?: number
  /** One line for lists. */
  readonly summary?: string
  readonly settings: z.ZodObject
  readonly abilities: Abilities
  new (problem: Problem, settings: object): Optimizer
}

/**
 * The algorithm, as pure functions of a state: `start` makes it, `ask` takes from it what to simulate next, `tell` gives
 * the state that follows from results. Randomness is an argument. So saving, resuming and testing an optimizer cost nothing.
 *
 * What is told carries the tag of its proposal. Without one it was not asked for: it is known from elsewhere (warm start),
 * a first guess of the user, or stands in for one that failed.
 */
export abstract class Optimizer<
  S extends State = State,
  P = Record<string, unknown>,
  Settings extends CommonSettings = CommonSettings,
> implements Algorithm<S, P>
{
  /** An algorithm that says nothing else works in generations, on everything, by a weighted sum of the objectives. */
  static readonly abilities: Abilities = { axes: allAxes, objectives: 'weighted', pace: 'generation', searches: true }
  static readonly version: number = 1

  readonly space: Space<P>
  readonly objectives: Objectives
  readonly settings: Settings
  readonly #problem: Problem<P>
  #search: SearchState<S, P> | undefined
  #horizon: number | undefined
  #mostGenerations: number | undefined

  constructor(problem: Problem<P>, settings: Settings, ...surplus: readonly never[]) {
    const type = (new.target as unknown as OptimizerClass).type ?? new.target.name
    checkProblem(type, problem)
    refuseSurplus(type, 2, surplus, '; name it among the settings')
    this.#problem = problem
    this.space = problem.space
    this.objectives = problem.objectives
    this.settings = settings
  }

  /** The name under which experiment files ask for it. */
  get type(): string {
    return (this.constructor as unknown as OptimizerClass).type ?? this.constructor.name
  }

  get abilities(): Abilities {
    return (this.constructor as unknown as OptimizerClass).abilities
  }

  get version(): number {
    return (this.constructor as unknown as OptimizerClass).version
  }

  /** The earliest version whose runs it goes on with. */
  get since(): number {
    return (this.constructor as unknown as OptimizerClass).since ?? this.version
  }

  /** How many proposals make one generation, or one block of a steady search. */
  get populationSize(): number {
    const { populationSize } = this.settings as { populationSize?: number }
    return populationSize ?? 32
  }

  /**
   * How many proposals the next generation has at most, before which a limit of evaluations is looked at.
   * @param _state after everything was told
   */
  generationSize(_state: S): number {
    return this.populationSize
  }

  /** How many individuals it may have to make at once, where they are fewer than a population. */
  get mostAtOnce(): number {
    return this.populationSize
  }

  /** How many generations there are in all, of what is laid out beforehand. */
  get allGenerations(): number {
    return Number.POSITIVE_INFINITY
  }

  /** How many generations there are where neither the settings nor the limits of a search say how far it goes. */
  get usualGenerations(): number {
    return Number.isFinite(this.allGenerations) ? this.allGenerations : 50
  }

  /** How many generations, or blocks of a steady search, it makes at most: limits may give it more room than is usual. */
  get mostGenerations(): number {
    return this.#mostGenerations ?? this.settings.generations ?? this.usualGenerations
  }

  set mostGenerations(generations: number) {
    this.#mostGenerations = generations
  }

  /**
   * How many evaluations schedules are laid out for. Settled when a search begins and the same ever after, whatever
   * becomes of its limits; as many as the settings give generations for, where nobody has said so.
   */
  get horizon(): number {
    return this.#horizon ?? (this.settings.generations ?? this.usualGenerations) * this.populationSize
  }

  set horizon(evaluations: number) {
    this.#horizon = evaluations
  }

  /** The state before anything has been simulated. */
  abstract start(random: Random): S

  /**
   * At most `room` proposals beside those that are pending (all of a generation, whatever the room, when the pace is that),
   * and the state that waits for them. None while some are pending: not now. None while nothing is: the search has ended.
   * Asked with less room than it has proposals for, it gives the first of them, as if it had no more.
   */
  abstract ask(state: S, room: number, random: Random): Asked<S, P>

  /**
   * The state after results, in the order that the record keeps; failed ones are among them. Does not change the old state.
   * @param evaluations of a steady algorithm, any portion of what was asked; else all of a generation
   */
  abstract tell(state: S, evaluations: readonly Evaluation<P>[], random: Random): S

  /** The state of an earlier version in the form of this one; undefined if there is no way. */
  upgrade(_state: State, _version: number): S | undefined {
    return undefined
  }

  /** What follows from an intermediate report of a pending individual. */
  report?(state: S, individual: IndividualId, step: number, value: number, random: Random): Reported<S>

  /** What it has found, best first: one, a Pareto front, an archive. Nothing if it has no better word than the record. */
  recommend(_state: S): readonly Recommendation<P>[] {
    return []
  }

  /** The individuals that proposals to come may go on from: the checkpoints of all others are removed. */
  needs(_state: S): readonly IndividualId[] {
    return []
  }

  /** What is wrong with parameters that it proposes, as the end of a sentence; undefined if nothing is. */
  refuse(parameters: P): string | undefined {
    return this.space.refuse(parameters)
  }

  /** What is asked of parameters and results beside the objectives. */
  get constraints(): Constraints<P> {
    return this.#problem.constraints ?? noConstraints
  }

  /** How much of the simulation there is, where an individual may be given a part of it. */
  get budget(): BudgetRange | undefined {
    return this.#problem.budget
  }

  /** How often each individual is simulated, if it is more than once. */
  get replications(): Replications | undefined {
    return this.#problem.replications
  }

  /** Whether individuals may have the seed of others: those that have the same parameters as well are the same. */
  get sharesSeeds(): boolean {
    return this.replications?.seeds === 'common' && this.budget === undefined
  }

  /** What hypervolumes of its front are measured from, where that is given. */
  get reference(): Reference | undefined {
    return this.#problem.reference
  }

  /**
   * Parameters to start from, as the simulation gives them; uniform in the space if it does not say. They are drawn again
   * where they violate constraints of parameters, a limited number of times.
   */
  createIndividual(random: Random): P {
    const draw = () => this.#problem.createIndividual?.(random) ?? this.space.decode(this.space.samplePoint(random))
    const { constraints } = this
    let drawn = draw()
    if (!constraints.constrainParameters) return drawn
    for (let again = 0; again < mostDraws && constraints.violationBy(drawn) > 0; again++) drawn = draw()
    return drawn
  }

  /** A point of the cube to start from: where `createIndividual` says, and anywhere on the axes of what does not apply. */
  protected createPoint(random: Random): number[] {
    return this.pointOf(this.createIndividual(random), random)
  }

  /** Where parameters lie in the cube, and anywhere on the axes of those that do not apply: no model learns from the middle. */
  protected pointOf(parameters: P, random: Random): number[] {
    const point = this.space.encode(parameters)
    this.space.fillHidden(point, random)
    return point
  }

  /** What the state says to people: a few named numbers, recorded with each generation. */
  summarize(_state: S): Readonly<Record<string, unknown>> {
    return {}
  }

  /** A sentence that says how much there is to simulate, where that is known before anything is. */
  announce(): string | undefined {
    return undefined
  }

  /** Where the search stands: its state, and what was asked and told. It begins at the first look. */
  get search(): SearchState<S, P> {
    this.#search ??= SearchState.begin(this)
    return this.#search
  }

  /** Goes on from where a search stood. */
  set search(search: SearchState<S, P>) {
    this.#search = search
  }

  /** The state that the newest proposals were asked from. */
  get state(): S {
    return this.search.state
  }

  /**
   * Tells the evaluations of the newest generation (before the first, those that are known from elsewhere) and expands the
   * trajectory by the next one. Not expanding is how a search ends.
   */
  postProcess(trajectory: Trajectory<P>, evaluations: readonly Evaluation<P>[]): void {
    const { search } = this
    if (evaluations.length > 0) search.tell(evaluations)
    if (trajectory.generation + 1 >= this.mostGenerations) return
    const { populationSize } = this
    const isSteady = this.abilities.pace === 'steady'
    const proposals = isSteady ? search.askAtMost(populationSize) : search.ask(populationSize)
    if (proposals.length > 0) search.expect(trajectory.fExpand(proposals, this.settings.seed))
  }

  /** Called once after the last generation has been told; records the final results: the best, and what a model recommends. */
  end(trajectory: Trajectory<P>): void {
    const recommended = this.search.recommend()
    const [first] = recommended
    if (first?.by === 'model') trajectory.fAddResult('recommended', first.parameters)
    if (isWholeAnswer(recommended, this.abilities)) trajectory.fAddResult('recommendations', recommended)
    const [best] = trajectory.best(1)
    if (best?.outcome !== 'done') return
    trajectory.fAddResult('final_individual', best.individual.parameters)
    trajectory.fAddResult('final_fitness', best.fitness)
  }
}

/** Whether all that is recommended is the answer, as an archive and the sample of a posterior are: of the best, the record knows. */
export function isWholeAnswer(recommended: readonly Pick<Recommendation, 'by'>[], { searches }: Abilities): boolean {
  return recommended.length > 1 && (!searches || recommended.some(({ by }) => by === 'model'))
}

const noConstraints = new Constraints<never>() as Constraints<never> & Constraints

/** The most draws for parameters to start from, where few keep the constraints; what is drawn last may violate them. */
const mostDraws = 100

/** Refuses what no optimizer can search: whatever has no parameters or no objectives. @throws ConfigurationError */
export function checkProblem(optimizer: string, problem: unknown): void {
  const { space, objectives } = (problem ?? {}) as Partial<Problem>
  if (aSpace(space) === undefined && objectives !== undefined) return
  throw new ConfigurationError(
    `${optimizer} needs an optimizee, which has a space and objectives, got ${show(problem)}`,
  )
}

/** Checks an argument; also the optimizers of another copy of this package are such. */
export const anOptimizer: OptionCheck = (value) => {
  const { ask, tell, postProcess } = (value ?? {}) as Partial<Optimizer>
  return [ask, tell, postProcess].every((method) => typeof method === 'function')
    ? undefined
    : `needs an optimizer, as in new CmaEs(optimizee, { seed: 1 }), got ${show(value)}`
}
