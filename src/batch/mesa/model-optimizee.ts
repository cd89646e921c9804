import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { encodeMessage } from '../../../runtime/channel/protocol.ts'
import { causeOf } from '../../../runtime/worker/outcome.ts'
import { type FailureCause, SimulationFailure } from '../../core/evaluation.ts'
import type { Individual } from '../../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../core/objectives.ts'
import { Optimizee, type SimulationContext } from '../../core/optimizee.ts'
import {
  aFunction,
  aRecord,
  aText,
  checkArgument,
  checkOptions,
  type OptionCheck,
  oneOf,
  wholeFrom,
} from '../../core/options.ts'
import { Space } from '../../core/space.ts'
import { show } from '../../core/text.ts'
import { anything, optional } from '../parameters.ts'
import { asOutput, toRecord } from '../plain-value.ts'
import { type CollectionRule, collectedOf, sizeOf } from './collected.ts'
import type { Model, ModelClass } from './model.ts'

/** How far a run had come when it failed; `aborted` if its process ended and nobody can say. */
export type Stage = 'instantiating' | 'running' | 'extracting' | 'writing' | 'aborted'

/** Why a run failed, and at which stage. */
export interface StagedCause extends FailureCause {
  readonly stage: Stage
}

/** What is the same for all runs of a model. */
export interface ModelRunSettings {
  readonly maxSteps: number
  readonly dataCollectionPeriod: number
  readonly collection: CollectionRule
}

export interface ModelOptimizeeOptions extends Partial<ModelRunSettings> {
  /** `import.meta.url` of the module whose default export this is. */
  readonly module?: string
  /** Model reporters whose last values an optimizer is to judge by; how many steps it took, if it does not say. */
  readonly objectives?: ObjectiveMap
}

/** The parameter in which a run says what is its own and not the same for all. */
export const ownSettings = 'RunConfiguration'
export type OwnSettings = Partial<ModelRunSettings> & { readonly RunId?: number; readonly model?: number }

/** Data of more values than this goes to a file of the run's own. */
const mostValuesInRecord = 100_000
export const collectedFile = 'collected.msgpack'
/** A model that is stepped without a pause hears of its timeout this often. */
const breathEveryMs = 20

const aPeriod: OptionCheck = (value) =>
  value === -1 || (Number.isSafeInteger(value) && (value as number) > 0)
    ? undefined
    : `needs -1 for the last, 1 for all or k for each k-th, got ${show(value)}`

export const runDefaults: ModelRunSettings = { maxSteps: 1000, dataCollectionPeriod: -1, collection: 'recorded' }

/**
 * A model as a simulation, for designs and optimizers in an experiment file.
 *
 * @example export default modelOptimizee(Schelling, { module: import.meta.url, maxSteps: 200 })
 */
export function modelOptimizee(model: ModelClass, options: ModelOptimizeeOptions = {}): Optimizee {
  checkOptions('modelOptimizee', options, {
    module: aText,
    objectives: aRecord,
    maxSteps: wholeFrom(0),
    dataCollectionPeriod: aPeriod,
    collection: oneOf('recorded', 'steps'),
  })
  checkArgument('modelOptimizee', 'the model', model, aFunction)
  const { module, objectives, ...settings } = options
  const declared = Object.entries(model.parameters ?? {})
  if (declared.length === 0) {
    throw new TypeError(`${model.name} needs static \`parameters\` that say what can be searched, got none`)
  }
  return new ModelOptimizee({
    models: [model],
    space: new Space<Record<string, unknown>>(declared),
    settings,
    objectives,
    module,
  })
}

/** What workers do with the modules of models. @throws TypeError if one of them gives no model */
export function loadModels(
  modules: readonly { readonly default?: unknown }[],
  options: {
    readonly names: readonly string[]
    readonly modules: readonly string[]
    readonly settings: ModelRunSettings
  },
): ModelOptimizee {
  const models = modules.map(({ default: exported }, i) => {
    // By its member, not its class: the module may have come with another copy of this package.
    const model = (exported as Partial<ModelOptimizee> | undefined)?.model ?? exported
    if (typeof model === 'function' && typeof model.prototype?.step === 'function') return model as ModelClass
    throw new TypeError(`${options.modules[i]} needs a model as its default export: a class with a method step()`)
  })
  return new ModelOptimizee({ models, space: spaceOf(models, options.names), settings: options.settings })
}

/** The space of what is varied: declared parameters within their bounds, others as they come; all may be absent. */
export function spaceOf(models: readonly ModelClass[], names: readonly string[]): Space {
  const declared = models.length === 1 ? models[0]!.parameters : undefined
  return new Space<Record<string, unknown>>(
    names.map((name) => {
      const parameter = declared && Object.hasOwn(declared, name) ? declared[name] : undefined
      return [name, parameter ? optional(parameter) : anything] as const
    }),
  )
}

/** Runs models: makes one from an individual's parameters and seed, steps it, and gives what it has collected. */
export class ModelOptimizee extends Optimizee {
  readonly #models: readonly ModelClass[]
  readonly #settings: ModelRunSettings

  constructor(options: {
    readonly models: readonly ModelClass[]
    readonly space: Space
    readonly settings?: Partial<ModelRunSettings>
    readonly objectives?: ObjectiveMap | undefined
    readonly module?: string | undefined
  }) {
    const { models, space, settings, objectives = { steps: 'maximize' }, module } = options
    super(space, new Objectives(objectives), module === undefined ? undefined : { module })
    this.#models = models
    this.#settings = { ...runDefaults, ...settings }
  }

  /** The model, or the first of several. */
  get model(): ModelClass {
    return this.#models[0]!
  }

  override async simulate({ parameters, seed }: Individual, context: SimulationContext) {
    const { [ownSettings]: own = {}, ...given } = parameters as { readonly [ownSettings]?: OwnSettings }
    const settings = { ...this.#settings, ...own }
    const { maxSteps, dataCollectionPeriod, collection } = settings
    const Model = this.#models[own.model ?? 0]!
    let stage: Stage = 'instantiating'
    try {
      await undefined // from here on the timeout counts
      const model = new Model({ ...present(given), seed, rng: context.random } as never)
      stage = 'running'
      await stepTo(model, maxSteps, context.signal)
      stage = 'extracting'
      if (typeof model.dataCollector?.recordings !== 'object') {
        const other = ['datacollector', 'data_collector'].find((name) => Object.hasOwn(model, name)) // as Mesa calls it
        throw new TypeError(
          `${Model.name} needs a data collector in its attribute dataCollector, and has ${other === undefined ? 'none' : `one in ${other}`}`,
        )
      }
      const collected = collectedOf(model.dataCollector, collection, dataCollectionPeriod, model.steps)
      // What an optimizer judges by is how the run ended, whatever period its data are kept by.
      const last = model.dataCollector.recordings.at(-1)?.model ?? []
      const finals = Object.fromEntries(
        collected.modelReporters
          .map((name, i) => [name, asOutput(last[i])])
          .filter(([, value]) => typeof value !== 'object'),
      )
      const results = { ...finals, steps: model.steps }
      const stored = toRecord(collected)
      if (sizeOf(collected) <= mostValuesInRecord) return { ...results, collected: stored }
      stage = 'writing'
      writeFileSync(join(context.directory(), collectedFile), encodeMessage(stored))
      return { ...results, collected: { file: collectedFile } }
    } catch (error) {
      throw new SimulationFailure(stagedCause(error, stage, context.signal))
    }
  }
}

async function stepTo(model: Model, maxSteps: number, signal: AbortSignal): Promise<void> {
  let breathedAt = performance.now()
  while (model.running && model.steps < maxSteps) {
    const before = model.steps
    const stepping = model.step()
    if (stepping instanceof Promise) await stepping
    if (!(model.steps > before)) {
      throw new RangeError(`step() needs to count in the model's steps, which were ${before} and are ${model.steps}`)
    }
    if (performance.now() - breathedAt > breathEveryMs) {
      await setImmediate()
      signal.throwIfAborted()
      breathedAt = performance.now()
    }
  }
}

/** A parameter that is absent must not hide the model's default. */
function present(parameters: object): object {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
}

function stagedCause(error: unknown, stage: Stage, { aborted, reason }: AbortSignal): StagedCause {
  if (aborted && (reason as Error | undefined)?.name === 'TimeoutError') {
    return { kind: 'timeout', message: `The run was ended while it was ${stage}: ${(reason as Error).message}.`, stage }
  }
  if (error instanceof SimulationFailure) return { ...error.cause, stage }
  return { ...causeOf(error), stage }
}
