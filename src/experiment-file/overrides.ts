import { parseDocument, visit } from 'yaml'
import { ConfigurationError } from '../core/errors.ts'
import { commonSettings } from '../core/optimizer.ts'
import { parseSettings } from '../core/settings.ts'
import { losesDigits, tooManyDigits } from './yaml.ts'

/** What the command line says in place of the experiment's file; kept with the run, for `resume`. */
export interface Overrides {
  /** `path=value`, the value as in YAML. */
  readonly set?: readonly string[] | undefined
  readonly seed?: number | undefined
  readonly generations?: number | undefined
  readonly workers?: number | undefined
  readonly launcher?: string | undefined
  readonly order?: string | undefined
}

/** The definition with what the command line says in it. */
export function override(
  definition: unknown,
  { set = [], seed, generations, workers, launcher, order }: Overrides,
): unknown {
  const settings: (readonly [option: string, path: string, value: unknown])[] = [
    ...set.map((setting) => [`--set ${setting}`, ...readSetting(setting)] as const),
    ['--seed', 'optimizer.seed', seed],
    ['--generations', 'optimizer.generations', generations],
    ['--generations', 'limits.generations', limitsGenerations(definition) ? generations : undefined],
    ['--workers', 'runner.workers', workers],
    ['--launcher', 'runner.launcher', launcher],
    ['--order', 'order', order],
  ]
  return settings
    .filter(([, , value]) => value !== undefined)
    .reduce((at, [option, path, value]) => assign(at, path.split('.'), value, option), definition)
}

/** Whether the file limits generations, which would end a search that is to have more. */
function limitsGenerations(definition: unknown): boolean {
  const { limits } = (definition ?? {}) as { readonly limits?: { readonly generations?: unknown } | null }
  return typeof limits?.generations === 'number'
}

/** The path and value of `path=value`. @throws ConfigurationError */
export function readSetting(setting: string): [path: string, value: unknown] {
  const equals = setting.indexOf('=')
  if (equals < 1) throw new ConfigurationError(`--set ${setting}: wanted path=value, like optimizer.populationSize=64`)
  const document = parseDocument(setting.slice(equals + 1))
  const [error] = document.errors
  if (error)
    throw new ConfigurationError(`--set ${setting}: ${error.message.split(/ at line |\n/)[0]}`, { cause: error })
  visit(document, {
    Scalar(_, { value, source }) {
      if (typeof value !== 'number' || source === undefined || !losesDigits(source, value)) return
      throw new ConfigurationError(`--set ${setting}: ${tooManyDigits(source)}`)
    },
  })
  return [setting.slice(0, equals), document.toJS() as unknown]
}

/** Sets a value along a path. A name with dots in it is found as it stands, if it stands there already. */
function assign(at: unknown, path: readonly string[], value: unknown, option: string): unknown {
  if (path.length === 0) return value
  if (at !== undefined && !isPlain(at)) {
    if (isCommonSetting(at, path)) return withSetting(at, path[0]!, value, option)
    throw new ConfigurationError(`${option}: nothing can be set there, since the experiment's file makes it by itself`)
  }
  const length = longestKey(at, path)
  const key = path.slice(0, length).join('.')
  const copy: Record<string, unknown> | unknown[] = Array.isArray(at) ? [...at] : { ...at }
  const old: unknown = at !== undefined && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  Object.defineProperty(copy, key, {
    value: assign(old, path.slice(length), value, option),
    enumerable: true,
    writable: true,
    configurable: true,
  })
  return copy
}

function longestKey(at: object | undefined, path: readonly string[]): number {
  for (let length = path.length; at && length > 1; length--) {
    if (Object.hasOwn(at, path.slice(0, length).join('.'))) return length
  }
  return 1
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

interface Configured {
  readonly settings: object
}

/** An optimizer that the file made by itself still takes another seed or number of generations: `Optimizer` reads them. */
function isCommonSetting(at: unknown, path: readonly string[]): at is Configured {
  const isSettings = typeof (at as Partial<Configured> | null)?.settings === 'object'
  return isSettings && path.length === 1 && Object.hasOwn(commonSettings, path[0]!)
}

function withSetting(optimizer: Configured, key: string, value: unknown, option: string): Configured {
  const parsed = parseSettings(commonSettings[key as keyof typeof commonSettings], value, option)
  return Object.assign(optimizer, { settings: { ...optimizer.settings, [key]: parsed } })
}
