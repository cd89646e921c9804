import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import commandOptimizee from '../../optimizees/command/command.ts'
import { checkPlace, type NamedResult, placeOf } from '../../optimizees/command/named-result.ts'
import type { CommandResult } from '../../optimizees/command/options.ts'
import { reserved } from '../../optimizees/command/values.ts'
import programOptimizee from '../../optimizees/program/program.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import { sealed } from '../search/secret.ts'
import { type ChosenOptimizee, policyOf, sourceOf } from './chosen-optimizee.ts'
import { readParameters } from './parameters.ts'
import { below, makeAt, type Place, parseAt, refuse } from './place.ts'
import { refuseProgram } from './program.ts'
import { commandSchema, programSchema, resultPlaceSchema, wholeResultSchema } from './schema.ts'
import { namesInOrder } from './yaml.ts'

/** Started for each individual. */
export function fromCommand(given: object, folder: string, place: Place, isPrepared: boolean): ChosenOptimizee {
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

/** Started once, by each worker. */
export function fromProgram(given: object, folder: string, place: Place, isPrepared: boolean): ChosenOptimizee {
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

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
