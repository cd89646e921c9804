import { basename, dirname, extname, resolve } from 'node:path'
import { z } from 'zod'
import { isModuleFunction, moduleFunction, type ThunkReference } from '../batch/grid/module-function.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import type { PlainData } from '../core/plain-data.ts'
import { type RunnerSettingsInput, runnerSettings } from '../core/runner-settings.ts'
import { show } from '../core/text.ts'
import { below, type Place, parseAt, refuse } from '../experiment-file/place.ts'
import { isModule, readDefinition } from '../experiment-file/read.ts'
import { type GridOptions, readValue, sortOut, type WrittenKey } from './grid-arguments.ts'

/** A grid as its file says; paths in it are relative to the file. */
export interface GridFile {
  readonly name: string
  readonly thunk: ThunkReference
  readonly keys: readonly WrittenKey[]
  readonly numCpu?: number | 'auto' | undefined
  readonly dataDir?: string | undefined
  readonly datestamp?: boolean | undefined
  readonly objectives?: ObjectiveMap | undefined
  readonly defaultShorthand?: boolean | undefined
  readonly runner?: RunnerSettingsInput | undefined
  /** What stands among the keys and is an option, where the file does not tell them apart. */
  readonly options: GridOptions
}

const byName = z.custom<Readonly<Record<string, unknown>>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
  { error: ({ input }) => `needs names with what they stand for, got ${show(input)}` },
)

const gridSchema = z.strictObject({
  name: z.string().min(1).optional().describe("The grid's name; the file's by default"),
  thunk: z.string().min(1).describe('The module whose default export is called, or the key whose values are modules'),
  keys: byName.describe('Values by key: a list, one value, or { values, shorthand, inName }'),
  numCpu: z
    .union([z.int().min(1), z.literal('auto')])
    .optional()
    .describe('How many processes each experiment has'),
  dataDir: z.string().optional().describe("Where the experiments' directories lie"),
  datestamp: z.boolean().optional().describe("Whether the directories' names say when"),
  objectives: byName.optional().describe('What is wanted, by name: minimize, maximize or a weight'),
  defaultShorthand: z.boolean().optional().describe('Whether keys without a shorthand get one'),
  runner: runnerSettings.optional().describe('How experiments are run'),
})

const keySchema = z.strictObject({
  values: z.unknown(),
  shorthand: z.string().optional(),
  inName: z.boolean().optional(),
})

/** A module, or a text that names one. @throws ConfigurationError or SettingsError with the place, wanted and got */
export async function readGridFile(file: string): Promise<GridFile> {
  const path = resolve(file)
  const title = basename(path, extname(path))
  if (isModule(path)) return { name: `cmd_${title}`, thunk: moduleFunction(path), keys: [], options: {} }
  const definition = (await readDefinition(file, path)) as Record<string, unknown>
  const place: Place = { file, path: '' }
  const folder = dirname(path)
  if (Object.hasOwn(definition, 'alg_name')) return readFlat(definition, folder, place)
  const given = parseAt(gridSchema, definition, place)
  const keys = Object.entries(given.keys).map(([key, values]) => readKey(key, values, below(place, `keys.${key}`)))
  const { runner } = definition as { runner?: RunnerSettingsInput } // as it was given: it is read once, by the runner
  return {
    name: given.name ?? title,
    ...withThunk(given.thunk, keys, folder),
    numCpu: given.numCpu,
    dataDir: given.dataDir === undefined ? undefined : resolve(folder, given.dataDir),
    datestamp: given.datestamp,
    objectives: given.objectives as ObjectiveMap | undefined,
    defaultShorthand: given.defaultShorthand,
    runner,
    options: {},
  }
}

/** The form in which nothing but `alg_name` is special: words as on the command line, several after commas or spaces. */
function readFlat({ alg_name: thunk, ...others }: Record<string, unknown>, folder: string, place: Place): GridFile {
  if (typeof thunk !== 'string' || thunk === '') refuse(below(place, 'alg_name'), `needs a module, got ${show(thunk)}`)
  const entries = Object.entries(others).map(([name, value]) => {
    const written = `${place.file}: ${name}`
    if (typeof value !== 'string') return { name, written, values: valuesOf(value) }
    return {
      name,
      written,
      values: value
        .split(/[,\s]+/)
        .filter(Boolean)
        .map(readValue),
    }
  })
  const { keys, options } = sortOut(entries)
  return { name: `cmd_${basename(thunk, extname(thunk))}`, ...withThunk(thunk, keys, folder), options }
}

function readKey(key: string, given: unknown, place: Place): WrittenKey {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isModuleFunction(given)) {
    return { key, values: valuesOf(given) }
  }
  if (!Object.hasOwn(given, 'values')) {
    refuse(place, `needs a list of values, one value, or { values, shorthand, inName }, got ${show(given)}`)
  }
  const { values, shorthand, inName } = parseAt(keySchema, given, place)
  return { key, values: valuesOf(values), shorthand, inName }
}

/** Nothing at all is a flag. */
function valuesOf(given: unknown): readonly PlainData[] {
  if (given === null || given === undefined) return [true]
  return (Array.isArray(given) ? given : [given]) as readonly PlainData[]
}

/** The thunk, and keys whose modules are named from anywhere. */
function withThunk(thunk: string, keys: readonly WrittenKey[], folder: string): Pick<GridFile, 'thunk' | 'keys'> {
  const absolute = keys.map(({ values, ...key }) => {
    const isThunk = key.key === thunk
    const isEnvironment = key.key === 'envName'
    return { ...key, values: values.map((value) => absoluteIn(value, folder, { isThunk, isEnvironment })) }
  })
  const isKey = keys.some(({ key }) => key === thunk)
  return { thunk: isKey ? thunk : moduleFunction(resolve(folder, thunk)), keys: absolute }
}

function absoluteIn(
  value: PlainData,
  folder: string,
  { isThunk = false, isEnvironment = false }: { readonly isThunk?: boolean; readonly isEnvironment?: boolean } = {},
): PlainData {
  if (isModuleFunction(value)) return moduleFunction(resolve(folder, value.$module), value.$export)
  if (typeof value === 'string') {
    const isFile = isThunk || (isEnvironment && isModule(value))
    return isFile ? moduleFunction(resolve(folder, value)) : value
  }
  if (Array.isArray(value)) return value.map((nested) => absoluteIn(nested, folder))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, nested]) => [name, absoluteIn(nested as PlainData, folder)] as const),
  )
}
