import type { Runner } from '../../runtime/runner/runner.ts'
import { orders } from '../core/abilities.ts'
import type { Limits } from '../core/limits.ts'
import { anOptimizer, type Optimizer } from '../core/optimizer.ts'
import { OptimizerError, whatFailed } from '../core/optimizer-error.ts'
import {
  aFunction,
  aList,
  aRecord,
  checkArgument,
  checkOptions,
  oneOf,
  refuseSurplus,
  wholeFrom,
} from '../core/options.ts'
import type { State } from '../core/plain-data.ts'
import { aTrajectory, type Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'
import { Checkpoints } from './checkpoints.ts'
import { Ends } from './ends.ts'
import { GenerationalSearch } from './generational-search.ts'
import { LeftCheckpoints } from './left-checkpoints.ts'
import { type Knowledge, mostGenerations, type Searched, type SearchPlan } from './searched.ts'
import { SteadySearch } from './steady-search.ts'
import { type Progress, Tally } from './tally.ts'
import { TimeLimit } from './time-limit.ts'

export interface EnvironmentOptions extends SearchPlan {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Milliseconds since any moment, for the limit of time and for how long the optimizer computes. */
  readonly now?: (() => number) | undefined
}

const environmentOptions = {
  order: oneOf(...orders),
  window: wholeFrom(1),
  start: aList,
  limits: aRecord,
  horizon: wholeFrom(1),
  onProgress: aFunction,
  now: aFunction,
}

/** The loop: individuals are simulated and their evaluations told to the optimizer, as long as it asks for more. */
export class Environment<P = Record<string, unknown>> {
  readonly #search: GenerationalSearch | SteadySearch
  readonly #optimizer: Optimizer
  readonly #record: RecordWriter
  readonly #limits: Limits
  readonly #now: () => number
  #time: TimeLimit | undefined
  #limit: string | undefined

  constructor(
    trajectory: Trajectory,
    given: Optimizer<State, P>,
    record: RecordWriter,
    options: EnvironmentOptions = {},
    ...surplus: readonly never[]
  ) {
    checkArgument('Environment', 'the trajectory', trajectory, aTrajectory)
    checkArgument('Environment', 'the optimizer', given, anOptimizer)
    checkOptions('Environment', options, environmentOptions)
    refuseSurplus('Environment', 4, surplus)
    const { order = 'generations', window, limits = {}, start = [], onProgress = () => {} } = options
    this.#record = record
    this.#limits = limits
    this.#now = options.now ?? (() => performance.now())
    const optimizer = given as unknown as Optimizer // parameters are plain data in here, whatever their types
    this.#optimizer = optimizer
    optimizer.mostGenerations = mostGenerations(optimizer, limits)
    const checkpoints = new Checkpoints(optimizer, record, this.#now)
    const tally = new Tally(record, optimizer, (progress) => {
      this.#time?.look()
      const timeLeftMs = this.#time?.left ?? Number.POSITIVE_INFINITY
      onProgress({ ...progress, ...(Number.isFinite(timeLeftMs) && { timeLeftMs }) })
    })
    const ends = new Ends(limits, optimizer)
    const left = optimizer.budget && new LeftCheckpoints(record, optimizer)
    const searched: Searched = { trajectory, optimizer, record, checkpoints, tally, limits, ends, left, start }
    this.#search =
      order === 'generations'
        ? new GenerationalSearch(searched)
        : new SteadySearch(searched, order, window ?? optimizer.populationSize)
  }

  /** How many places of the search were told to the optimizer before it asked for the newest individuals. */
  get told(): number {
    return this.#search.told
  }

  /** How many individuals the newest generation or block has, stand-ins not counted. */
  get size(): number {
    return this.#search.size
  }

  /** What has ended the search, as a sentence's end; undefined as long as nothing has. */
  get limit(): string | undefined {
    return this.#limit
  }

  /**
   * Runs until the optimizer asks for nothing more and nothing is pending, or a limit is reached. That of time does not wait
   * for a generation: what it leaves undone is done first if the limit is raised.
   *
   * @returns whether the search has ended; false if the signal, or the runner's time, stopped it
   */
  async run(runner: Runner, signal: AbortSignal, knowledge: Knowledge = {}): Promise<boolean> {
    using time = new TimeLimit(this.#limits.time, this.#record, this.#now)
    this.#time = time
    if (time.isOver) {
      this.#limit = time.reason
      return true
    }
    const hasEnded = await this.#search.run(runner, AbortSignal.any([signal, time.signal]), knowledge)
    if (hasEnded) this.#refuseNothing()
    if (hasEnded) this.#optimizer.search.requirePlain() // who goes on with the search later is to find it as it ends here
    this.#search.keep()
    time.keep()
    if (hasEnded) this.#limit = this.#search.limit
    else if (time.isOver && !signal.aborted && runner.stopReason === undefined) this.#limit = time.reason
    return hasEnded || this.#limit !== undefined
  }

  /** @throws OptimizerError if nothing was ever asked for, of an optimizer that was told nothing by which it could know enough */
  #refuseNothing(): void {
    const { search } = this.#optimizer
    if (search.told > 0 || this.#record.counts().individuals > 0) return
    throw new OptimizerError(whatFailed(this.#optimizer, 'ask', 0, 'it gave nothing to simulate'))
  }
}
