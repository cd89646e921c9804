import type { Random } from '../../core/random.ts'
import type { DeclaredParameters } from '../parameters.ts'

/** A model as Mesa's users know it: it is made from parameters and a seed, steps, and collects data of itself. */
export interface Model {
  /** Whether it has more to do; it is not stepped any more once this is false. */
  readonly running: boolean
  /** How many steps it has taken; `step` counts them. */
  readonly steps: number
  readonly dataCollector: Recorder
  step(): void | Promise<void>
}

/** An agent of a model: whatever has an identity in it. */
export interface Agent {
  readonly uniqueId: number | string
}

/** What every model is given beside its parameters: the seed as it stands in the run configuration, and numbers from it. */
export interface Seeded {
  readonly seed: number
  readonly rng: Random
}

/**
 * The class of a model.
 *
 * @example
 * export default class Forest implements Model {
 *   static readonly module = import.meta.url
 *   static readonly parameters = { density: real(0, 1) }
 *   constructor({ density = 0.6, rng }: { density?: number } & Seeded) { ... }
 * }
 */
export interface ModelClass<P = never> {
  new (parameters: P & Seeded): Model
  /** Where workers find it: a module whose default export it is, or a model optimizee of it. */
  readonly module?: string
  /** What it takes, so that a misspelt name or a value out of bounds is refused before anything is run. */
  readonly parameters?: DeclaredParameters
}

/** What a data collector has recorded of a model, recording by recording. */
export interface Recorder {
  /** The names of the model reporters. */
  readonly modelReporters: readonly string[]
  /** The names of the agent reporters, group by group: those of all agents, then those of each type. */
  readonly agentReporters: readonly (readonly string[])[]
  readonly recordings: readonly Recording[]
}

/** What was collected at one moment. */
export interface Recording {
  readonly step: number
  /** One value for each model reporter. */
  readonly model: readonly unknown[]
  /** For each group of agent reporters a row for each agent: its id, then a value for each reporter. */
  readonly agents: readonly (readonly (readonly unknown[])[])[]
}
