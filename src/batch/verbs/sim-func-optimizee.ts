import type { Individual } from '../../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../core/objectives.ts'
import { Optimizee, type SimulationContext } from '../../core/optimizee.ts'
import { aFunction, aRecord, aText, checkOptions, needOptions, wholeFrom } from '../../core/options.ts'
import { type ParameterMap, Space } from '../../core/space.ts'
import { anything } from '../parameters.ts'
import { asOutput, plainCopy, refusePlain, toRecord } from '../plain-value.ts'
import { type CacheData, ReadCache } from './read-cache.ts'
import { SharedSnapshot } from './shared-snapshot.ts'
import type { SimFunc } from './sim-func.ts'
import type { Beginning, SimulationEnvironment } from './simulation-environment.ts'

/** What is the same for all runs of a batch. */
export interface SimSettings {
  /** The parameters that samples have. */
  readonly names: readonly string[]
  readonly nSteps: number
  readonly simKwargs: Readonly<Record<string, unknown>>
}

/** What the runs begin from, as it is stored. */
export type StoredBeginning = { readonly snapshot: unknown } | { readonly cache: CacheData } | undefined

/** What stands for the parameters where there are none. */
export const noParameters = '(sample)'

type AnySimFunc = SimFunc<SimulationEnvironment, Readonly<Record<string, unknown>>>

export interface SimulationOptimizeeOptions<P> {
  /** `import.meta.url` of the module whose default export this is. */
  readonly module: string
  readonly parameters: ParameterMap<P>
  readonly nSteps: number
  /** Named numbers in the result that an optimizer is to judge by; for designs there need not be any. */
  readonly objectives?: ObjectiveMap
  /** Given to the simulation function with the parameters. */
  readonly simKwargs?: Readonly<Record<string, unknown>>
  /** Makes what every environment begins from; called once a run. */
  snapshot?(): unknown
}

/**
 * A simulation function as a simulation, for designs and optimizers in an experiment file.
 *
 * @example export default simulationOptimizee(simulate, { module: import.meta.url, parameters: { fee: real(0, 1) }, nSteps: 100 })
 */
export function simulationOptimizee<E extends SimulationEnvironment, P>(
  simFunc: SimFunc<E, P>,
  options: SimulationOptimizeeOptions<Partial<P>>,
): Optimizee {
  checkOptions('simulationOptimizee', options, {
    module: aText,
    parameters: aRecord,
    nSteps: wholeFrom(0),
    objectives: aRecord,
    simKwargs: aRecord,
    snapshot: aFunction,
  })
  needOptions('simulationOptimizee', options, 'module', 'parameters', 'nSteps')
  const { module, parameters, nSteps, objectives, simKwargs = {}, snapshot } = options
  if (objectives && Object.hasOwn(objectives, 'result')) {
    throw new TypeError('objectives need other names than "result", by which all is kept that the simulation returns')
  }
  const space = new Space<Partial<P>>(parameters) as unknown as Space
  return new SimFuncOptimizee({
    simFunc: simFunc as unknown as SimFunc,
    settings: { names: space.names, nSteps, simKwargs },
    space,
    objectives,
    module,
    begin: snapshot && (async () => ({ snapshot: checkedSnapshot(await snapshot()) })),
  })
}

/** What workers do with the module of a simulation function. @throws TypeError if it gives none */
export function loadSimFunc(
  [module]: readonly { readonly default?: unknown }[],
  { modules, ...settings }: SimSettings & { readonly modules: readonly string[] },
): SimFuncOptimizee {
  const exported = module?.default as Partial<SimFuncOptimizee> | undefined
  // By its member, not its class: the module may have come with another copy of this package.
  const simFunc = (exported?.simFunc ?? exported) as SimFunc | undefined
  if (typeof simFunc === 'function' && typeof simFunc.environment === 'function') {
    return new SimFuncOptimizee({ simFunc, settings })
  }
  throw new TypeError(`${modules[0]} needs a simulation function as its default export, made with defineSimFunc`)
}

/** @throws TypeError at the first value that would not be the same for a worker */
export function checkedSnapshot(snapshot: unknown): unknown {
  const refusal = refusePlain(snapshot, 'binary')
  if (refusal !== undefined) throw new TypeError(`the snapshot ${refusal}`)
  return snapshot
}

/** Runs a simulation function: makes its environment from the seed and what the batch begins from, and calls it. */
export class SimFuncOptimizee extends Optimizee {
  readonly simFunc: SimFunc
  readonly #settings: SimSettings
  readonly #begin: (() => Promise<StoredBeginning>) | undefined
  #shared: { readonly snapshot: SharedSnapshot } | { readonly cache: CacheData } | undefined

  constructor(options: {
    readonly simFunc: SimFunc
    readonly settings: SimSettings
    readonly space?: Space
    readonly objectives?: ObjectiveMap | undefined
    readonly module?: string
    /** Makes what the runs begin from, once. */
    readonly begin?: (() => Promise<StoredBeginning>) | undefined
  }) {
    const { simFunc, settings, objectives = { completed: 'maximize' }, module, begin } = options
    const names = settings.names.length > 0 ? settings.names : [noParameters]
    const space = options.space ?? new Space<Record<string, unknown>>(names.map((name) => [name, anything] as const))
    super(space, new Objectives(objectives), module === undefined ? undefined : { module })
    this.simFunc = simFunc
    this.#settings = settings
    this.#begin = begin
  }

  override async simulate({ parameters, seed }: Individual, context: SimulationContext) {
    await undefined // from here on the timeout counts
    const { nSteps, simKwargs, names } = this.#settings
    const simFunc = this.simFunc as unknown as AnySimFunc
    const given = Object.entries(parameters).filter(([name, value]) => value !== undefined && names.includes(name))
    const environment = new simFunc.environment(seed, this.#beginning(context.snapshot as StoredBeginning) as never)
    const returned = await simFunc(environment, seed, nSteps, { ...Object.fromEntries(given), ...simKwargs })
    const result = plainCopy(returned, 'the simulation function')
    return { completed: 1, ...scalarsIn(result), result: toRecord(result) }
  }

  /** Made once a run by the process that has the batch; `Optimizee.snapshot` may be a promise. */
  override snapshot(): unknown {
    return this.#begin?.()
  }

  /** A beginning of its own for each run: what one reads or changes, no other sees. */
  #beginning(stored: StoredBeginning): Beginning {
    if (stored === undefined) return {}
    this.#shared ??= 'snapshot' in stored ? { snapshot: new SharedSnapshot(stored.snapshot) } : stored
    return 'snapshot' in this.#shared
      ? { snapshot: this.#shared.snapshot.fork() }
      : { cache: new ReadCache(this.#shared.cache) }
  }
}

/** The named numbers and texts of a result, which are outputs of their own. */
function scalarsIn(result: unknown): object {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return {}
  return Object.fromEntries(
    Object.entries(result)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => [name, asOutput(value)]),
  )
}
