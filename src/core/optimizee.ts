import type { Batch, BatchSize } from './batch.ts'
import type { BudgetRange } from './budget.ts'
import { type Constraint, Constraints } from './constraints.ts'
import type { SimulationResult } from './evaluation.ts'
import type { Individual } from './individual.ts'
import { type Objectives, someObjectives } from './objectives.ts'
import { checkArgument, type OptionCheck } from './options.ts'
import type { Random } from './random.ts'
import type { Reference } from './reference.ts'
import type { Replications } from './replications.ts'
import { aSpace, type Space } from './space.ts'
import { show } from './text.ts'

/** What an optimizer must know of a simulation: which parameters there are, and what is wanted of the fitness. */
export interface Problem<P = Record<string, unknown>> {
  readonly space: Space<P>
  readonly objectives: Objectives
  /** What else is asked of parameters and results; nothing unless it is given. */
  readonly constraints?: Constraints<P> | undefined
  /** How often each individual is simulated; once if it does not say. */
  readonly replications?: Replications | undefined
  /** How much of the simulation there is, where an individual may be given a part of it. */
  readonly budget?: BudgetRange | undefined
  /** What hypervolumes of its front are measured from; the worst of the first generation if it does not say. */
  readonly reference?: Reference | undefined
  /** False of a simulation that has no way to say anything before its result. */
  readonly canReport?: boolean | undefined
  /** Parameters to start from; uniform in the space if it does not say. */
  createIndividual?(random: Random): P
}

/** Where workers find an optimizee again: a module whose default export is one, or is a function of options that makes one. */
export interface OptimizeeSource {
  /** A file URL or an absolute path; in an optimizee's own file, `import.meta.url`. */
  readonly module: string
  readonly options?: unknown
}

/** What a simulation may use beside its individual. */
export interface SimulationContext {
  /** The random numbers of this individual: the same on every attempt and every worker. */
  readonly random: Random
  /** Aborted when the result is no longer wanted: the timeout has passed, or the run is being stopped. */
  readonly signal: AbortSignal
  /** 1 for the first try. */
  readonly attempt: number
  /** How much of the simulation is wanted, where the problem has a budget. */
  readonly budget: number | undefined
  /** What `Optimizee.snapshot` gave when the run was made; the same for all individuals. */
  readonly snapshot: unknown
  /** Records an intermediate value, for curves over time or steps; false if the simulation need not go on. */
  report(step: number, value: number): boolean
  /** Whether the simulation need not go on: its last report is its result, whatever it returns or throws from now on. */
  readonly stopped: boolean
  /**
   * The directory that the individual from which this one goes on has left by `checkpoint`, as that left it; undefined where
   * there is none, and all is to be simulated from the beginning.
   */
  restore(): string | undefined
  /**
   * A directory in which this attempt leaves what others may go on from, made at the first call; or only where it would be.
   * It is theirs once this attempt has given its result.
   */
  checkpoint(options?: { readonly make: boolean }): string
  /** A directory of this individual's own, made at the first call, kept with the run; or only where it would be. */
  directory(options?: { readonly make: boolean }): string
  /** Takes down what processes that the simulation has started have used. */
  account(usage: ProcessUsage): void
  /** Takes down how long standard error was when this one had printed all, where what prints has begun the next already. */
  printedUntil(bytes: number): void
}

/** An individual that is simulated soon, with what its simulation may use. */
export interface Upcoming<P = Record<string, unknown>> {
  readonly individual: Individual<P>
  readonly context: SimulationContext
}

/** What processes have used that were started for an attempt. */
export interface ProcessUsage {
  /** CPU time. */
  readonly cpuMs: number
  /** The most memory that one of them was seen to hold, in bytes; null if none was looked at in time. */
  readonly peakMemory: number | null
}

/** What is known of an attempt before it is made. */
export type ExplainedContext = Pick<SimulationContext, 'attempt' | 'directory' | 'checkpoint' | 'restore'>

/** How a simulation is told what to simulate, for people who look at it, and for what simulates outside of a run. */
export interface Explanation {
  /** What is started, with which arguments and input, and where its result is read. */
  readonly facts: readonly (readonly [label: string, text: string])[]
  /** What lies in the individual's directory when it starts. */
  readonly files: readonly GivenFile[]
  /** The files outside of that directory that it is known to write. */
  readonly written: readonly string[]
  /** The lines of shell that start it by hand, once the files are there. */
  readonly byHand: string
  /** The parameters that nothing tells the simulation. */
  readonly unused: readonly string[]
}

/** A file that is put into an individual's directory, by its name there. */
export type GivenFile = { readonly name: string } & ({ readonly text: string } | { readonly link: string })

/** What a simulation of several individuals at once may use beside them. */
export interface BatchContext {
  /** Aborted when none of the results is longer wanted. */
  readonly signal: AbortSignal
  readonly snapshot: unknown
  /** What the individual at this position has for itself. */
  of(position: number): SimulationContext
}

/**
 * What may come of several individuals: a list with a result for each, in their order; or the results with the positions
 * of their individuals, as they are known. An error in the place of a result is the failure of that individual alone.
 */
export type ResultsOfMany<R = SimulationResult> =
  | ArrayLike<R | Error>
  | Generator<PositionedResult<R>>
  | AsyncIterable<PositionedResult<R>>

export type PositionedResult<R = SimulationResult> = readonly [position: number, result: R | Error]

/** The simulation: a parameter space, objectives and `simulate`. */
export abstract class Optimizee<P = Record<string, unknown>> implements Problem<P> {
  readonly space: Space<P>
  readonly objectives: Objectives
  /** How often each individual is simulated, if the simulation says so itself, or its experiment does. */
  replications?: Replications | undefined
  budget?: BudgetRange | undefined
  reference?: Reference | undefined
  readonly canReport?: boolean | undefined
  /** Where workers find it again; undefined as long as it exists in this process only. */
  readonly source: OptimizeeSource | undefined
  /** What its maker asks of parameters and results. */
  readonly ownConstraints: readonly Constraint<P>[]
  #constraints: Constraints<P>

  constructor(
    space: Space<P>,
    objectives: Objectives,
    source?: OptimizeeSource,
    constraints: readonly Constraint<P>[] = [],
  ) {
    checkArgument('Optimizee', 'the space', space, aSpace)
    checkArgument('Optimizee', 'the objectives', objectives, someObjectives)
    this.space = space
    this.objectives = objectives
    this.source = source
    this.ownConstraints = constraints
    this.#constraints = new Constraints(constraints)
  }

  get constraints(): Constraints<P> {
    return this.#constraints
  }

  /** Says what is asked of parameters and results, in place of what was; before a search is made of it. */
  constrain(constraints: readonly Constraint<P>[]): void {
    this.#constraints = new Constraints(constraints)
  }

  /** One run of the simulation. What it throws becomes a failed evaluation. */
  abstract simulate(individual: Individual<P>, context: SimulationContext): SimulationResult | Promise<SimulationResult>

  /**
   * Several runs of the simulation at once. What an individual gives is independent of the others: what this throws is
   * nobody's failure before those that have no result yet were tried again, half of them at a time.
   */
  simulateMany?(individuals: Batch<P>, context: BatchContext): ResultsOfMany | Promise<ResultsOfMany>

  /** How many individuals it likes to be given at once; an experiment may say otherwise. */
  readonly batch?: BatchSize | undefined

  /**
   * Hears what is simulated next, one by one in this order, where each takes a moment only: what simulates in another process
   * need not wait between two of them. Those that are never simulated after all were not asked for.
   */
  prepare?(upcoming: readonly Upcoming<P>[]): void

  /** Makes ready what lasts longer than one simulation; called before each of them, outside of its time. */
  open?(): Promise<void>

  /** Ends what `open` has made ready. */
  close?(): Promise<void>

  /** The user's files and folders that it is made of beside its module, and the folder that they are named from. */
  namedFiles?(): { readonly folder: string; readonly paths: readonly string[] }

  /** What is started for an individual; makes nothing. */
  explain?(individual: Individual<P>, context: ExplainedContext): Explanation

  /** The same simulation, with the directories that it makes for its users made below this one. */
  elsewhere?(directory: string): Optimizee<P>

  /** Parameters to start from: uniform in the space, unless a simulation knows better. */
  createIndividual(random: Random): P {
    return this.space.decode(this.space.samplePoint(random))
  }

  /** Parameters within their bounds: the nearest ones to those given. */
  boundingFunc(parameters: P): P {
    return this.space.decode(this.space.encode(parameters))
  }

  /** What is costly to make and the same for every individual; made once a run, given to each worker once. */
  snapshot(): unknown {
    return undefined
  }

  /** Whether there is a snapshot, which may take long to make. */
  get hasSnapshot(): boolean {
    return this.snapshot !== Optimizee.prototype.snapshot
  }
}

/** Whether a value has the members of an optimizee: an optimizee in a bundle has the bundle's own copy of the class. */
export function isOptimizee(value: unknown): value is Optimizee {
  if (typeof value !== 'object' || value === null) return false
  const { space, objectives, simulate } = value as Partial<Optimizee>
  return typeof space === 'object' && typeof objectives === 'object' && typeof simulate === 'function'
}

/** Checks an argument; also the optimizees of another copy of this package are such. */
export const anOptimizee: OptionCheck = (value) =>
  isOptimizee(value) ? undefined : `needs an optimizee, as defineOptimizee makes them, got ${show(value)}`
