import { Batch, type BatchSize } from './batch.ts'
import { type BudgetRange, budgetFrom } from './budget.ts'
import type { Constraint } from './constraints.ts'
import { ConfigurationError } from './errors.ts'
import type { SimulationResult } from './evaluation.ts'
import type { Individual } from './individual.ts'
import { meant, meantTogether } from './meant.ts'
import { type ObjectiveMap, Objectives } from './objectives.ts'
import { type BatchContext, Optimizee, type ResultsOfMany, type SimulationContext } from './optimizee.ts'
import {
  aFunction,
  aList,
  anything,
  aRecord,
  aText,
  checkArgument,
  checkOptions,
  type OptionCheck,
  refuseSurplus,
  wholeFrom,
} from './options.ts'
import type { Random } from './random.ts'
import { referenceFrom } from './reference.ts'
import { type GivenReplications, replicationsFrom } from './replications.ts'
import { onlyResult } from './results-of-many.ts'
import { type MeantBy, type ParameterMap, Space } from './space.ts'
import { show } from './text.ts'

/** What a simulation may return whose objectives are known by name: none of them is forgotten, the rest are outputs. */
export type ResultOf<O extends ObjectiveMap> = string extends keyof O
  ? SimulationResult
  :
      | (IsUnion<keyof O> extends true ? never : number) // a number alone is the one objective
      | readonly number[]
      | (Readonly<Record<keyof O & string, number>> & Readonly<Record<string, unknown>>)

type IsUnion<Key, All = Key> = Key extends unknown ? ([All] extends [Key] ? false : true) : never

/** A problem with what a simulation has for it, beside the function that simulates. */
export interface SimulatedProblem<P, O extends ObjectiveMap> {
  readonly parameters: ParameterMap<P>
  readonly objectives: O
  readonly constraints?: readonly Constraint<P>[]
  /** `import.meta.url`, for use from a script; an experiment file that is run by the command needs none. */
  readonly module?: string
  /** How often each individual is simulated, and what of that is its fitness: a count, or `{ count, aggregate, seeds }`. */
  readonly replications?: GivenReplications
  /** How much of the simulation there is, where an individual may be given a part of it: `context.budget` says how much. */
  readonly budget?: BudgetRange
  /** What hypervolumes are measured from, of several objectives without weights. */
  readonly reference?: Readonly<Record<keyof NoInfer<O> & string, number>>
  createIndividual?(random: Random): P
  boundingFunc?(parameters: P): P
  snapshot?(): unknown
}

/** Simulates one individual after the other. */
export interface SimulatesOne<P, O extends ObjectiveMap> {
  simulate(individual: Individual<MeantBy<P>>, context: SimulationContext): ResultOf<O> | Promise<ResultOf<O>>
}

/** Simulates several individuals at once. */
export interface SimulatesMany<P, O extends ObjectiveMap> {
  simulateMany(
    individuals: Batch<MeantBy<P>>,
    context: BatchContext,
  ): ResultsOfMany<ResultOf<O>> | Promise<ResultsOfMany<ResultOf<O>>>
  /** How many individuals it is given at most; 64 by default. */
  readonly batch?: BatchSize
}

/** An optimizee in one object: it simulates one individual, or several at once. */
export type OptimizeeDefinition<P, O extends ObjectiveMap = ObjectiveMap> = SimulatedProblem<P, O> &
  (
    | (SimulatesOne<P, O> & { readonly simulateMany?: undefined; readonly batch?: undefined })
    | (SimulatesMany<P, O> & Partial<SimulatesOne<P, O>>)
  )

/** An optimizee whose objectives have these names. */
export type OptimizeeOf<P, Name extends string> = Optimizee<P> & {
  readonly objectives: { readonly names: readonly Name[] }
}

/**
 * An optimizee from its parameters, objectives and simulation, with types from the parameters to `simulate`.
 *
 * @example
 * export default defineOptimizee({
 *   module: import.meta.url,
 *   parameters: { x: real(-5, 5), solver: choice(['euler', 'rk4']) },
 *   objectives: { error: 'minimize' },
 *   simulate: ({ parameters }) => parameters.x ** 2,
 * })
 */
export function defineOptimizee<P, O extends ObjectiveMap = ObjectiveMap>(
  definition: OptimizeeDefinition<P, O>,
  ...surplus: readonly never[]
): OptimizeeOf<P, keyof O & string> {
  refuseSurplus('defineOptimizee', 1, surplus, '')
  checkArgument('defineOptimizee', 'its argument', definition, aRecord)
  const { simulate, simulateMany } = definition
  checkOptions('defineOptimizee', definition, {
    parameters: aRecord,
    objectives: aRecord,
    constraints: aList,
    module: aText,
    replications: anything,
    budget: anything,
    reference: aRecord,
    simulate: aFunction,
    simulateMany: aFunction,
    batch: simulateMany ? aBatchSize : forManyOnly,
    createIndividual: aFunction,
    boundingFunc: aFunction,
    snapshot: aFunction,
  })
  if (!simulate && !simulateMany)
    throw new ConfigurationError('defineOptimizee needs simulate or simulateMany, got neither')
  const defined = simulateMany ? new DefinedForMany<P, O>(definition) : new DefinedForOne<P, O>(definition)
  return defined as unknown as OptimizeeOf<P, keyof O & string> // the names are the definition's
}

const aBatchSize: OptionCheck = (value) => {
  const { size } = value as Partial<BatchSize>
  return wholeFrom(1)(size) === undefined
    ? undefined
    : `needs { size } with a whole size of at least 1, got ${show(value)}`
}

const forManyOnly: OptionCheck = () => 'needs simulateMany, which takes several individuals at once'

abstract class DefinedOptimizee<P, O extends ObjectiveMap> extends Optimizee<P> {
  protected readonly definition: OptimizeeDefinition<P, O>

  constructor(definition: OptimizeeDefinition<P, O>) {
    super(
      new Space<P>(definition.parameters),
      new Objectives(definition.objectives),
      definition.module === undefined ? undefined : { module: definition.module },
      definition.constraints,
    )
    this.definition = definition
    const { replications, budget, reference } = definition
    if (replications !== undefined) this.replications = replicationsFrom(replications)
    if (budget !== undefined) this.budget = budgetFrom(budget)
    if (reference !== undefined) this.reference = referenceFrom(reference, this.objectives)
  }

  override createIndividual(random: Random): P {
    return this.definition.createIndividual?.(random) ?? super.createIndividual(random)
  }

  override boundingFunc(parameters: P): P {
    return this.definition.boundingFunc?.(parameters) ?? super.boundingFunc(parameters)
  }

  override snapshot(): unknown {
    return this.definition.snapshot?.()
  }

  override get hasSnapshot(): boolean {
    return this.definition.snapshot !== undefined
  }
}

class DefinedForOne<P, O extends ObjectiveMap> extends DefinedOptimizee<P, O> {
  override simulate(
    individual: Individual<P>,
    context: SimulationContext,
  ): SimulationResult | Promise<SimulationResult> {
    return this.definition.simulate!(meant(individual, this.space), context)
  }
}

class DefinedForMany<P, O extends ObjectiveMap> extends DefinedOptimizee<P, O> {
  override readonly batch: BatchSize | undefined

  constructor(definition: OptimizeeDefinition<P, O>) {
    super(definition)
    this.batch = definition.batch
  }

  override simulateMany(individuals: Batch<P>, context: BatchContext): ResultsOfMany | Promise<ResultsOfMany> {
    return this.definition.simulateMany!(meantTogether(individuals, this.space), context)
  }

  override simulate(
    individual: Individual<P>,
    context: SimulationContext,
  ): SimulationResult | Promise<SimulationResult> {
    if (this.definition.simulate) return this.definition.simulate(meant(individual, this.space), context)
    const alone: BatchContext = {
      get signal() {
        return context.signal
      },
      get snapshot() {
        return context.snapshot
      },
      of: () => context,
    }
    return onlyResult(this.simulateMany(new Batch([individual], this.space), alone)) as Promise<SimulationResult>
  }
}
