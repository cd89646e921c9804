import type { FailureCause } from '../core/evaluation.ts'
import { Individual } from '../core/individual.ts'
import { nearest } from '../core/nearest.ts'
import type { Explanation } from '../core/optimizee.ts'
import { isSame } from '../core/plain-data.ts'
import { Random, seedOf } from '../core/random.ts'
import { repair } from '../core/repair.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import type { Space } from '../core/space.ts'
import { show } from '../core/text.ts'
import { explain, OutputAside, type SimulatedHere, simulateHere, TemporaryDirectory } from '../search/simulate-here.ts'
import { type LoadedExperiment, loadExperiment } from './load.ts'
import { readSetting } from './overrides.ts'
import { refuse } from './place.ts'
import { watched } from './watched.ts'

/** A simulation that takes no longer is simulated once more, with other parameters. */
const shortMs = 10_000

/** A trial begins at the beginning. */
const restore = () => undefined

type Parameters = Readonly<Record<string, unknown>>

/** What came of a trial. */
export interface Tried extends SimulatedHere {
  /** What looks wrong, a sentence each. */
  readonly warnings: readonly string[]
}

/** One individual of an experiment that is simulated here, without a run, and of which nothing is left. */
export class Trial implements Disposable {
  readonly parameters: Parameters
  readonly seed: number
  readonly objectives: readonly string[]
  /** What is started for it, as far as the simulation says. */
  readonly explanation: Explanation | undefined
  readonly #experiment: LoadedExperiment
  readonly #directory = new TemporaryDirectory('try')

  /** @throws ConfigurationError unless the parameters are some that the simulation takes */
  constructor(experiment: LoadedExperiment, set: readonly string[]) {
    const { seed } = experiment.optimizer.settings
    this.#experiment = experiment
    this.parameters = parametersOf(experiment, set)
    this.seed = seedOf(seed, 'try')
    this.objectives = experiment.optimizee.objectives.names
    this.explanation = explain(experiment.optimizee, this.#individual(), {
      attempt: 1,
      directory: this.#directory,
      restore,
    })
  }

  /** @param set parameters as `name=value`; the others are the file's first guess, or drawn as its seed wants them */
  static async of(file: string, set: readonly string[]): Promise<Trial> {
    return new Trial(await loadExperiment(file), set)
  }

  /** Simulates it; what it prints goes to standard error. */
  async simulate(signal: AbortSignal): Promise<Tried> {
    const { optimizee } = this.#experiment
    using _aside = new OutputAside()
    try {
      const snapshot = await optimizee.snapshot()
      const used = new Set<string>()
      const parameters = this.explanation ? this.parameters : watched(this.parameters, used)
      const first = await this.#simulate(parameters, snapshot, signal)
      const warnings = this.#unused(used, first)
      if (first.came.outcome === 'done' && first.milliseconds < shortMs && !signal.aborted) {
        warnings.push(...(await this.#compare(first.came.fitness, snapshot, signal)))
      }
      return { ...first, warnings }
    } finally {
      await optimizee.close?.()
    }
  }

  [Symbol.dispose](): void {
    this.#directory.remove()
  }

  async #simulate(parameters: Parameters, snapshot: unknown, signal: AbortSignal): Promise<SimulatedHere> {
    const { optimizee, runner } = this.#experiment
    const { timeout } = runnerSettings.parse(runner)
    const surroundings = { attempt: 1, timeout, snapshot: () => snapshot, restore, directory: this.#directory, signal }
    return simulateHere(optimizee, this.#individual(parameters), surroundings)
  }

  #individual(parameters = this.parameters): Individual {
    const budget = this.#experiment.optimizee.budget?.high
    return new Individual({ generation: 0, index: 0, replicate: 0 }, parameters, this.seed, { budget })
  }

  #unused(used: ReadonlySet<string>, { came }: SimulatedHere): string[] {
    if (this.explanation) {
      const nothing = 'Nothing tells the simulation its parameter'
      return this.explanation.unused.map((name) => `${nothing} ${show(name)}: no placeholder and no input has it.`)
    }
    if (came.outcome === 'failed') return []
    const unused = Object.keys(this.parameters).filter((name) => !used.has(name))
    return unused.map((name) => `The simulation did not look at its parameter ${show(name)}.`)
  }

  /** Whether other parameters with the same seed give something else. */
  async #compare(fitness: readonly number[], snapshot: unknown, signal: AbortSignal): Promise<string[]> {
    const { space, constraints } = this.#experiment.optimizee
    const random = Random.of(this.seed, 'another')
    const others = repair(space, constraints, space.decode(space.samplePoint(random)), random)
    if (others === undefined) return []
    if (isSame(space.toValues(others), space.toValues(this.parameters))) return []
    process.stderr.write('(another individual, to compare)\n')
    const { came } = await this.#simulate(others, snapshot, signal)
    const another = `Another individual, ${show(others)},`
    if (came.outcome === 'failed') return signal.aborted ? [] : [`${another} failed: ${sentenceOf(came.cause)}`]
    return isSame(came.fitness, fitness)
      ? [`${another} gave the very same result; do its parameters reach the simulation?`]
      : []
  }
}

function parametersOf({ file, optimizee, optimizer, plan }: LoadedExperiment, set: readonly string[]): Parameters {
  const { space, constraints } = optimizee
  const random = Random.of(optimizer.settings.seed, 'try')
  const first: Parameters = optimizee.createIndividual(random)
  const drawn = repair(space, constraints, first, random) ?? first
  const given = Object.fromEntries(set.map(readSetting))
  const parameters = { ...whatApplies(space, { ...drawn, ...plan.start?.[0] }, given), ...given }
  const unknown = Object.keys(parameters).find((name) => !space.names.includes(name))
  if (unknown !== undefined) {
    const meant = nearest(unknown, space.names)
    const hint = meant ? `did you mean ${meant}?` : `there are ${space.names.join(', ')}`
    refuse({ file, path: '' }, `has no parameter ${show(unknown)}; ${hint}`)
  }
  const refusal = space.refuse(parameters)
  if (refusal !== undefined) refuse({ file, path: '' }, refusal)
  const violated = constraints.refuse(parameters)
  if (violated !== undefined) {
    refuse({ file, path: '' }, `${show(parameters)} ${violated}; no search simulates what does`)
  }
  return parameters
}

/** What is given may make others apply than did without it: they lie in the middle. */
function whatApplies(space: Space, drawn: Parameters, given: Parameters): Parameters {
  if (!space.isConditional) return drawn
  const middle = space.valuesAt(space.encode(drawn))
  const known = space.toValues({ ...drawn, ...given })
  return space.fromValues(space.withoutAbsent(known.map((value, i) => (value === undefined ? middle[i] : value))))
}

function sentenceOf({ kind, message }: FailureCause): string {
  return `${kind}: ${message}`
}
