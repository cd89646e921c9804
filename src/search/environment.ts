import type { Runner } from '../../runtime/runner/runner.ts'
import type { Optimizer } from '../core/optimizer.ts'
import type { State } from '../core/plain-data.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'
import { Checkpoints } from './checkpoints.ts'
import { GenerationalSearch } from './generational-search.ts'
import type { Knowledge, Searched, SearchPlan } from './searched.ts'
import { SteadySearch } from './steady-search.ts'
import { type Progress, Tally } from './tally.ts'

export interface EnvironmentOptions extends SearchPlan {
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The loop: individuals are simulated and their evaluations told to the optimizer, as long as it asks for more. */
export class Environment<P = Record<string, unknown>> {
  readonly #search: GenerationalSearch | SteadySearch

  constructor(
    trajectory: Trajectory,
    given: Optimizer<State, P>,
    record: RecordWriter,
    { order = 'generations', window, limits = {}, start = [], onProgress = () => {} }: EnvironmentOptions = {},
  ) {
    const optimizer = given as unknown as Optimizer // parameters are plain data in here, whatever their types
    const checkpoints = new Checkpoints(optimizer, record)
    const tally = new Tally(record, optimizer.objectives, onProgress)
    const searched: Searched = { trajectory, optimizer, record, checkpoints, tally, limits, start }
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

  /**
   * Runs until the optimizer asks for nothing more, and nothing is pending.
   * @returns whether the search has ended; false if the signal, or the runner's time, stopped it
   */
  async run(runner: Runner, signal: AbortSignal, knowledge: Knowledge = {}): Promise<boolean> {
    const hasEnded = await this.#search.run(runner, signal, knowledge)
    this.#search.keep()
    return hasEnded
  }
}
