import { ConfigurationError } from '../../core/errors.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { show } from '../../core/text.ts'
import { environmentOf, type PlannedExperiment, planExperiment } from './experiment.ts'
import { type GridDefinition, gridSize, type Variant, valuesAt, variantOf } from './grid-definition.ts'
import { type ModuleFunction, moduleFunctionsIn, type ThunkReference, thunkFunction } from './module-function.ts'
import type { OutputSettings } from './output-directory.ts'
import { nameOfVariant } from './variant-name.ts'

/** What the experiments of a grid have in common. */
export interface GridOutput extends Pick<OutputSettings, 'dataDir' | 'datestamp' | 'now'> {
  /** The function that all call, or the key whose values are the functions. */
  readonly thunk: ModuleFunction | { readonly key: string }
}

export interface PlannedVariant extends PlannedExperiment {
  readonly variant: Variant
  readonly seed: number
}

/** The thunk that is meant by a reference, or by the name of a key whose values are references. */
export function thunkOf(definition: GridDefinition, thunk: ThunkReference): GridOutput['thunk'] {
  const key = definition.keys.find(({ key }) => key === thunk)
  if (!key) return thunkFunction(thunk)
  if (key.key.includes(':')) throw new RangeError(`a thunk needs a key without parts, got ${key.key}`)
  for (const value of key.values) thunkFunction(value)
  return { key: key.key }
}

/** The experiment that a variant stands for. */
export function planVariant(
  definition: GridDefinition,
  output: GridOutput,
  values: readonly PlainData[],
): PlannedVariant {
  const variant = variantOf(definition, values)
  const name = nameOfVariant(definition, values)
  const seed = (variant.seed ?? 0) as number
  const settings = { ...output, seed }
  if (!('key' in output.thunk)) {
    return { ...planExperiment(name, output.thunk, variant, settings), variant, seed }
  }
  const { [output.thunk.key]: thunk, ...kwargs } = variant
  return { ...planExperiment(name, thunkFunction(thunk), kwargs, settings), variant, seed }
}

/** All experiments of a grid in order. @throws ConfigurationError if two of them would write to the same place */
export function planGrid(definition: GridDefinition, output: GridOutput): PlannedVariant[] {
  if (definition.keys.length === 0) throw new ConfigurationError('a grid needs at least one key, got none')
  const planned = Array.from({ length: gridSize(definition) }, (_, index) =>
    planVariant(definition, output, valuesAt(definition, index)),
  )
  const places = new Map<string, PlannedVariant>()
  for (const experiment of planned) {
    const place = experiment.directory ?? `${experiment.name} with seed ${experiment.seed}`
    const other = places.get(place)
    if (other) {
      throw new ConfigurationError(
        `two variants have the name ${experiment.name} and would write to ${place}: ` +
          `${show(other.variant)} and ${show(experiment.variant)}`,
      )
    }
    places.set(place, experiment)
  }
  return planned
}

/** Every thunk of a grid, once. */
export function thunksOf({ keys }: GridDefinition, { thunk }: GridOutput): ModuleFunction[] {
  if (!('key' in thunk)) return [thunk]
  return keys.find(({ key }) => key === thunk.key)!.values.map(thunkFunction)
}

/** Every other function that its values name. */
export function otherFunctionsOf({ keys }: GridDefinition): ModuleFunction[] {
  return keys.flatMap(({ key, values }) =>
    values.flatMap((value) => [...moduleFunctionsIn(key === 'envName' ? environmentOf(value) : value)]),
  )
}
