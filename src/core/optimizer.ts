import { z } from 'zod'
import type { Evaluation } from './evaluation.ts'
import type { Objectives } from './objectives.ts'
import type { Problem } from './optimizee.ts'
import { Random } from './random.ts'
import type { Space } from './space.ts'
import type { Proposal, Trajectory } from './trajectory.ts'

/** Data that survives JSON and msgpack unchanged: numbers are finite, there are no classes and no undefined. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData }

/** The settings that every optimizer has. */
export const commonSettings = {
  seed: z.int().min(0).default(0).describe('Where all random numbers of the search come from'),
  generations: z.int().min(1).default(50).describe('How many generations to run at most'),
}

export interface CommonSettings {
  readonly seed: number
  readonly generations: number
}

/**
 * The algorithm, as three pure functions of a state: `start` makes it, `ask` reads from it what to simulate next, `tell`
 * gives the state that follows from the results. The state is plain data and holds the population that it waits for;
 * randomness is an argument. So saving, resuming and testing an optimizer cost nothing.
 *
 * Generational search tells all evaluations of a generation at once, in the order in which they were asked. Steady-state
 * search tells them one by one; the following `ask` then gives what is to be simulated in addition.
 */
export abstract class Optimizer<
  State extends PlainData = PlainData,
  P = Record<string, unknown>,
  Settings extends CommonSettings = CommonSettings,
> {
  readonly space: Space<P>
  readonly objectives: Objectives
  readonly settings: Settings
  readonly #problem: Problem<P>
  #state: State | undefined

  constructor(problem: Problem<P>, settings: Settings) {
    this.#problem = problem
    this.space = problem.space
    this.objectives = problem.objectives
    this.settings = settings
  }

  /** The name under which experiment files ask for it. */
  abstract get type(): string

  /** The state before anything has been simulated. */
  abstract start(random: Random): State

  /** What the state waits for. Nothing at all means that the search has ended. Does not change the state. */
  abstract ask(state: State): readonly Proposal<P>[]

  /** The state after the results of what `ask` gave; failed evaluations are among them. Does not change the old state. */
  abstract tell(state: State, evaluations: readonly Evaluation<P>[], random: Random): State

  /**
   * The state that `start` gave, with what is known from elsewhere taken in: nothing of it is simulated again. Undefined if
   * the algorithm has no use for it.
   *
   * @param evaluations those of generation -1; failed ones are among them
   */
  warmStart(_state: State, _evaluations: readonly Evaluation<P>[], _random: Random): State | undefined {
    return undefined
  }

  /** Parameters to start from, as the simulation gives them; uniform in the space if it does not say. */
  createIndividual(random: Random): P {
    return this.#problem.createIndividual?.(random) ?? this.space.decode(this.space.samplePoint(random))
  }

  /** A stand-in for an individual that failed for good, where the experiment wants one: anywhere, unless overridden. */
  replace(_state: State, random: Random): P {
    return this.createIndividual(random)
  }

  /** What the state says to people: a few named numbers, recorded with each generation. */
  summarize(_state: State): Readonly<Record<string, unknown>> {
    return {}
  }

  /** A sentence that says how much there is to simulate, where that is known before anything is. */
  announce(): string | undefined {
    return undefined
  }

  /** The state that the newest generation was expanded from. */
  get state(): State | undefined {
    return this.#state
  }

  /** Goes on from a saved state. */
  load(state: State): void {
    this.#state = state
  }

  /**
   * Tells the evaluations of the newest generation (before the first, those that are known from elsewhere) and expands the
   * trajectory by the next one. Not expanding is how a search ends.
   */
  postProcess(trajectory: Trajectory<P>, evaluations: readonly Evaluation<P>[]): void {
    const { seed, generations } = this.settings
    if (trajectory.generation + 1 >= generations) return
    const state =
      this.#state === undefined
        ? this.#begin(evaluations)
        : this.tell(this.#state, evaluations, Random.of(seed, 'tell', trajectory.generation))
    const proposals = this.ask(state)
    if (proposals.length === 0) return
    this.#state = state
    trajectory.fExpand(proposals, seed)
  }

  #begin(known: readonly Evaluation<P>[]): State {
    const { seed } = this.settings
    const state = this.start(Random.of(seed, 'start'))
    return (known.length > 0 && this.warmStart(state, known, Random.of(seed, 'warm-start'))) || state
  }

  /** Called once after the last generation; records the final results. */
  end(trajectory: Trajectory<P>): void {
    const [best] = trajectory.best(1)
    if (best?.outcome !== 'done') return
    trajectory.fAddResult('final_individual', best.individual.parameters)
    trajectory.fAddResult('final_fitness', best.fitness)
  }
}
