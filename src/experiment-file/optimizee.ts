import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import commandOptimizee from '../../optimizees/command/command.ts'
import { checkPlace, type NamedResult, placeOf } from '../../optimizees/command/named-result.ts'
import type { CommandResult } from '../../optimizees/command/options.ts'
import { reserved } from '../../optimizees/command/values.ts'
import { optimizees } from '../../optimizees/index.ts'
import programOptimizee from '../../optimizees/program/program.ts'
import { NoOptimizee, optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { needsMany } from '../core/batch.ts'
import { budgetFrom } from '../core/budget.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import { referenceFrom } from '../core/reference.ts'
import { replicationsFrom } from '../core/replications.ts'
import { nearest } from '../core/settings.ts'
import { show } from '../core/text.ts'
import { type NamedSimulation, nameOfSource } from '../search/run-identity.ts'
import { sealed } from '../search/secret.ts'
import { readConstraints } from './constraints.ts'
import type { ProblemDefinition, SimulationPolicy } from './definition.ts'
import { findModule } from './module.ts'
import { readParameters } from './parameters.ts'
import { below, makeAt, messageOf, type Place, parseAt, refuse } from './place.ts'
import { refuseProgram } from './program.ts'
import { importModule } from './read.ts'
import {
  commandSchema,
  failurePolicySchema,
  moduleSchema,
  policySchema,
  problemShape,
  programSchema,
  resultPlaceSchema,
  wholeResultSchema,
} from './schema.ts'
import { namesInOrder } from './yaml.ts'

/** The simulation that an experiment names. */
export interface ChosenOptimizee {
  readonly optimizee: Optimizee
  /** Where workers find it. */
  readonly source: OptimizeeSource
  readonly policy: SimulationPolicy
  /** What the experiment says of it: the same words mean the same simulation. */
  readonly simulation: NamedSimulation
}

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
  if (Object.hasOwn(given, 'command') && Object.hasOwn(given, 'program')) {
    refuse(
      place,
      'has a command and a program; wanted one of them: a command is started for each individual, a program once',
    )
  }
  const takesOne = !Object.hasOwn(given, 'program') && !Object.hasOwn(given, 'module')
  if (takesOne && Object.hasOwn(given, 'batch')) refuse(below(place, 'batch'), needsMany)
  if (Object.hasOwn(given, 'program')) return fromProgram(given, dirname(path), place, isPrepared)
  if (Object.hasOwn(given, 'command')) return fromCommand(given, dirname(path), place, isPrepared)
  if (Object.hasOwn(given, 'module')) return fromModule(given, dirname(path), place)
  if (Object.hasOwn(given, 'type')) return builtIn(given, place)
  if (isOptimizee((given as { default?: unknown }).default)) {
    refuse(place, 'is a module as a whole; wanted its default export, or the experiment in defineExperiment({ ... })')
  }
  const known = [...Object.keys(commandSchema.shape), 'program', 'module', 'options', 'type']
  for (const key of Object.keys(given)) {
    const meant = known.includes(key) ? undefined : nearest(key, known)
    if (meant) refuse(below(place, key), `is not a setting, did you mean ${meant}?`)
  }
  refuse(place, `needs a command, a program, a module or a type, got ${show(Object.keys(given))}`)
}

function isOptimizee(value: unknown): value is Optimizee {
  if (typeof value !== 'object' || value === null) return false
  const { space, objectives, simulate } = value as Partial<Optimizee>
  return typeof space === 'object' && typeof objectives === 'object' && typeof simulate === 'function'
}

function fromCommand(given: object, folder: string, place: Place, isPrepared: boolean): ChosenOptimizee {
  const settings = parseAt(commandSchema, given, place)
  const { command, result, environment, templates, files, input, setup, keep, seeds, budget } = settings
  // Only what is given: runs that were begun without know nothing of it.
  const rest = ofGiven({ templates, files, input, setup, keep, seeds })
  const { keep: _, ...asked } = rest // what stays on the disk is no part of a result
  const program = command[0]!
  const searchPath = isPrepared || setup ? undefined : searchPathIn(environment)
  if (!program.includes('{')) checkProgram(program, searchPath, folder, below(place, 'command.0'))
  const workingDirectory = readWorkingDirectory(settings.workingDirectory, folder, place)
  const objectives = settings.objectives as ObjectiveMap
  checkObjectives(objectives, below(place, 'objectives'))
  const parameters = readParameters(settings.parameters, below(place, 'parameters'))
  const options = {
    command: fromFolder(command, folder),
    parameters,
    objectives,
    workingDirectory,
    ...(environment && { environment }),
    ...(budget && { budget }),
    ...rest,
  }
  const resultFrom = readResultSetting(result, Object.keys(objectives), below(place, 'result'))
  const none = { environment: {}, templates: [], files: [], input: undefined } as const
  const plain = { ...options, ...none, result: { from: 'stdout' } } as const
  makeAt(below(place, 'command'), () => commandOptimizee(plain))
  for (const [name, value] of Object.entries(environment ?? {})) {
    makeAt(below(place, `environment.${name}`), () => commandOptimizee({ ...plain, environment: { [name]: value } }))
  }
  makeAt(below(place, 'templates'), () => commandOptimizee({ ...plain, templates }))
  makeAt(below(place, 'files'), () => commandOptimizee({ ...plain, templates, files }))
  makeAt(below(place, 'input'), () => commandOptimizee({ ...plain, templates, files, input }))
  const optimizee = makeAt(below(place, 'result'), () => commandOptimizee({ ...options, result: resultFrom }))
  const { workingDirectory: where = '.' } = settings
  return {
    optimizee,
    source: sourceOf(optimizee),
    policy: policyOf(given),
    simulation: {
      module: 'command',
      options: {
        command,
        result,
        environment: sealedEnvironment(environment),
        workingDirectory: where,
        ...asked,
      },
    },
  }
}

function checkObjectives(objectives: ObjectiveMap, place: Place): void {
  const names = namesInOrder(objectives)
  const kept = Object.keys(objectives)
  if (names.some((name, i) => name !== kept[i])) {
    refuse(
      place,
      `needs names that are whole numbers first and in ascending order, as results have them: ${kept.join(', ')}`,
    )
  }
  makeAt(place, () => new Objectives(objectives))
}

function fromProgram(given: object, folder: string, place: Place, isPrepared: boolean): ChosenOptimizee {
  const settings = parseAt(programSchema, given, place)
  const { program, environment, setup, ready } = settings
  const searchPath = isPrepared || setup ? undefined : searchPathIn(environment)
  checkProgram(program[0]!, searchPath, folder, below(place, 'program.0'))
  const workingDirectory = readWorkingDirectory(settings.workingDirectory, folder, place)
  const objectives = settings.objectives as ObjectiveMap
  checkObjectives(objectives, below(place, 'objectives'))
  const parameters = readParameters(settings.parameters, below(place, 'parameters'))
  const names = parameters.map(([name]) => name)
  for (const [i, word] of program.entries()) refusePlaceholder(word, names, below(place, `program.${i}`))
  for (const [name, value] of Object.entries(environment ?? {})) {
    refusePlaceholder(value, names, below(place, `environment.${name}`))
  }
  const optimizee = makeAt(below(place, 'program'), () =>
    programOptimizee({
      program: fromFolder(program, folder),
      parameters,
      objectives,
      workingDirectory,
      ...ofGiven({ environment, setup, ready }),
    }),
  )
  return {
    optimizee,
    source: sourceOf(optimizee),
    policy: policyOf(given),
    simulation: {
      module: 'program',
      options: {
        program,
        environment: sealedEnvironment(environment),
        workingDirectory: settings.workingDirectory ?? '.',
        ...ofGiven({ setup }),
      },
    },
  }
}

/** What a program is started with is the same for all individuals. */
function refusePlaceholder(text: string, parameters: readonly string[], place: Place): void {
  const [, whole] = /^(?:-[^={}]*=)?\{(\w+)\}$/.exec(text) ?? [] // braces elsewhere may be a script's own
  const known: readonly (string | undefined)[] = reserved
  const name = parameters.find((name) => text.includes(`{${name}}`)) ?? (known.includes(whole) ? whole : undefined)
  if (name === undefined) return
  refuse(
    place,
    `has the placeholder {${name}}, but a program is started once for all individuals, each of which is a line on its standard input`,
  )
}

function searchPathIn({ PATH = process.env.PATH ?? '' }: Readonly<Record<string, string>> = {}): string {
  return PATH
}

function checkProgram(program: string, searchPath: string | undefined, folder: string, place: Place): void {
  const refusal = refuseProgram(program, folder, searchPath)
  if (refusal !== undefined) refuse(place, refusal)
}

/** The program's words as they stand for the file's folder, wherever the program is to run. */
function fromFolder([program, ...args]: readonly string[], folder: string): string[] {
  return [program!.includes('/') ? resolve(folder, program!) : program!, ...args]
}

function readWorkingDirectory(given: string | undefined, folder: string, place: Place): string {
  const path = resolve(folder, given ?? '.')
  if (!isDirectory(path)) refuse(below(place, 'workingDirectory'), `needs a directory, and there is none at ${path}`)
  return path
}

/** All of a text or file if it says `from`, which is no name of a place then; else by name. */
function readResultSetting(
  given: Readonly<Record<string, unknown>>,
  objectives: readonly string[],
  place: Place,
): CommandResult {
  if (!Object.hasOwn(given, 'from')) return { from: 'names', names: readNames(given, objectives, place) }
  const { from, path } = parseAt(wholeResultSchema, given, place)
  switch (from) {
    case 'stdout':
      if (path !== undefined) refuse(below(place, 'path'), 'means nothing for a result from stdout')
      return { from }
    case 'file':
      if (!path) refuse(below(place, 'path'), 'is missing; wanted the file that the command writes')
      return { from, path }
  }
}

function readNames(
  given: Readonly<Record<string, unknown>>,
  objectives: readonly string[],
  place: Place,
): Record<string, NamedResult> {
  const missing = objectives.find((name) => !Object.hasOwn(given, name))
  if (missing !== undefined) {
    refuse(place, `needs the objective ${missing}, got ${Object.keys(given).join(', ')}`)
  }
  const names = Object.entries(given).map(([name, named]): [string, NamedResult] => {
    const at = below(place, name)
    const read = typeof named === 'string' ? named : parseAt(resultPlaceSchema, named, at)
    makeAt(at, () => checkPlace(name, placeOf(read), objectives.includes(name)))
    return [name, read]
  })
  return Object.fromEntries(names)
}

/** Values may be passwords, and the record is for everybody. */
function sealedEnvironment(environment: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(environment)
    .sort()
    .map(([name, value]) => [name, sealed(value)])
}

function ofGiven<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>
}

async function fromModule(given: object, folder: string, place: Place): Promise<ChosenOptimizee> {
  const { module, options } = parseAt(moduleSchema, given, place)
  const { path, label } = findModule(module, folder, below(place, 'module'))
  const exported = await importModule(label, path)
  if (options !== undefined && exported.default !== undefined && typeof exported.default !== 'function') {
    refuse(below(place, 'options'), `mean nothing to ${module}, whose default export is not a function of them`)
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

function sourceOf({ source }: Optimizee): OptimizeeSource {
  if (!source) throw new Error('an optimizee of this package does not say where workers find it')
  return source
}

/** As it was given: durations are read once, together with the runner's settings. */
function policyOf(given: object): SimulationPolicy {
  const entries = Object.entries(given).filter(([key]) => Object.hasOwn(policySchema.shape, key))
  return Object.fromEntries(entries)
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
