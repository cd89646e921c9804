import { dirname } from 'node:path'
import { z } from 'zod'
import { optimizees } from '../../optimizees/index.ts'
import { NoOptimizee, optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { needsMany } from '../core/batch.ts'
import { budgetFrom } from '../core/budget.ts'
import { ConfigurationError, messageOf } from '../core/errors.ts'
import { isOptimizee, type Optimizee } from '../core/optimizee.ts'
import { referenceFrom } from '../core/reference.ts'
import { replicationsFrom } from '../core/replications.ts'
import { nearest } from '../core/settings.ts'
import { listed, show } from '../core/text.ts'
import { nameOfSource } from '../search/run-identity.ts'
import { type ChosenOptimizee, policyOf, sourceOf } from './chosen-optimizee.ts'
import { readConstraints } from './constraints.ts'
import type { ProblemDefinition } from './definition.ts'
import { findModule } from './module.ts'
import { fromCommand, fromProgram } from './own-program.ts'
import { below, makeAt, type Place, parseAt, refuse } from './place.ts'
import { importModule } from './read.ts'
import { commandSchema, failurePolicySchema, moduleSchema, problemShape } from './schema.ts'

/**
 * The simulation, in whichever of the ways it is named: made in the file, a module, a command, or built in; with the
 * constraints that the file asks of it.
 *
 * @param path the experiment's file, to whose folder all paths are relative
 * @param isPrepared whether lines of setup run before workers start, which may put programs on PATH
 */
export async function chooseOptimizee(
  given: object,
  path: string,
  place: Place,
  isPrepared: boolean,
): Promise<ChosenOptimizee> {
  const { budget, reference } = given as ProblemDefinition
  const range = makeAt(below(place, 'budget'), () => (budget === undefined ? undefined : budgetFrom(budget)))
  const chosen = await choose(given, path, place, isPrepared)
  if (isOptimizee(given)) return chosen
  if (range) chosen.optimizee.budget = range
  if (reference !== undefined) {
    chosen.optimizee.reference = makeAt(below(place, 'reference'), () =>
      referenceFrom(reference, chosen.optimizee.objectives),
    )
  }
  await readConstraints(given, chosen.optimizee, below(place, 'constraints'))
  if (!Object.hasOwn(given, 'replications')) return chosen
  const { replications } = given as Required<ProblemDefinition>
  const asked = makeAt(below(place, 'replications'), () => replicationsFrom(replications))
  chosen.optimizee.replications = asked
  return chosen
}

async function choose(given: object, path: string, place: Place, isPrepared: boolean): Promise<ChosenOptimizee> {
  if (isOptimizee(given)) {
    const { source } = given
    return { optimizee: given, source: source ?? { module: path }, policy: {}, simulation: nameOfSource(source) }
  }
  const named = waysToName.filter((way) => Object.hasOwn(given, way))
  if (named.length > 1) refuse(place, `needs one of ${waysToName.join(', ')}, got ${named.join(' and ')}`)
  const takesOne = !Object.hasOwn(given, 'program') && !Object.hasOwn(given, 'module')
  if (takesOne && Object.hasOwn(given, 'batch')) refuse(below(place, 'batch'), needsMany)
  if (Object.hasOwn(given, 'program')) return fromProgram(given, dirname(path), place, isPrepared)
  if (Object.hasOwn(given, 'command')) return fromCommand(given, dirname(path), place, isPrepared)
  if (Object.hasOwn(given, 'module')) return fromModule(given, dirname(path), place)
  if (Object.hasOwn(given, 'type')) return builtIn(given, place)
  if (isOptimizee((given as { default?: unknown }).default)) {
    refuse(place, 'is a module as a whole; wanted its default export, or the experiment in defineExperiment({ ... })')
  }
  const known = [...Object.keys(commandSchema.shape), ...waysToName, 'options']
  for (const key of Object.keys(given)) {
    const meant = known.includes(key) ? undefined : nearest(key, known)
    if (meant) refuse(below(place, key), `is not a setting, did you mean ${meant}?`)
  }
  const keys = Object.keys(given)
  refuse(place, `needs one of ${waysToName.join(', ')}, got ${keys.length > 0 ? listed(keys) : 'none of them'}`)
}

const waysToName = ['command', 'program', 'module', 'type'] as const

/** Whether it is an experiment: it would be taken for its optimizee, and all else that it says be ignored. */
function isExperiment(exported: unknown): boolean {
  return typeof exported === 'object' && exported !== null && 'optimizee' in exported && !isOptimizee(exported)
}

async function fromModule(given: object, folder: string, place: Place): Promise<ChosenOptimizee> {
  const { module, options } = parseAt(moduleSchema, given, place)
  const { path, label } = findModule(module, folder, below(place, 'module'))
  const exported = await importModule(label, path)
  if (options !== undefined && exported.default !== undefined && typeof exported.default !== 'function') {
    refuse(below(place, 'options'), `mean nothing to ${module}, whose default export is not a function of them`)
  }
  if (isExperiment(exported.default)) {
    throw new ConfigurationError(`${label}: it is an experiment; run it, or name the module of its optimizee`)
  }
  const optimizee = await makeOptimizee(exported, options, label)
  return {
    optimizee,
    source: { module: path, ...(options !== undefined && { options }) },
    policy: policyOf(given),
    simulation: nameOfSource({ module, options }),
  }
}

async function makeOptimizee(exported: Record<string, unknown>, options: unknown, label: string): Promise<Optimizee> {
  try {
    return await optimizeeOf(exported, options)
  } catch (error) {
    const how = error instanceof NoOptimizee ? '' : 'threw while it made the optimizee: '
    throw new ConfigurationError(`${label}: ${how}${messageOf(error)}`, { cause: error })
  }
}

function builtIn(given: object, place: Place): ChosenOptimizee {
  const { type } = given as { type: unknown }
  if (!isBuiltIn(type)) {
    const known = Object.keys(optimizees)
    const meant = typeof type === 'string' ? nearest(type, known) : undefined
    const hint = meant ? `, did you mean ${meant}?` : ''
    refuse(below(place, 'type'), `needs one of ${known.join(', ')}, got ${show(type)}${hint}`)
  }
  const { settings, create } = optimizees[type] as unknown as BuiltIn
  const common = { type: z.literal(type), ...problemShape, ...failurePolicySchema.shape }
  const schema = settings.safeExtend(common)
  const options = Object.fromEntries(
    Object.entries(parseAt(schema, given, place)).filter(([key]) => !Object.hasOwn(common, key)),
  )
  const optimizee = makeAt(place, () => create(options))
  return {
    optimizee,
    source: sourceOf(optimizee),
    policy: policyOf(given),
    simulation: nameOfSource(optimizee.source),
  }
}

/** What all of them have in common, whatever their options are. */
interface BuiltIn {
  readonly settings: z.ZodObject
  create(options: unknown): Optimizee
}

function isBuiltIn(type: unknown): type is keyof typeof optimizees {
  return typeof type === 'string' && Object.hasOwn(optimizees, type)
}
