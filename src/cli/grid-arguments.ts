import { ConfigurationError } from '../core/errors.ts'
import type { PlainData } from '../core/plain-data.ts'
import { show } from '../core/text.ts'
import { readPythonLiteral } from './python-literal.ts'

/** A key with its values, as somebody has written them. */
export interface WrittenKey {
  readonly key: string
  readonly values: readonly PlainData[]
  readonly shorthand?: string | undefined
  readonly inName?: boolean | undefined
}

export interface GridArguments {
  readonly keys: readonly WrittenKey[]
  readonly options: GridOptions
}

/** What is said of the grid as a whole, as it was written. */
export type GridOptions = Partial<Readonly<Record<RunOption, readonly PlainData[]>>>

/** The words that are options of the grid and no keys, in whichever spelling: data-dir, data_dir, dataDir. */
const runOptions = {
  'exp-name': ['<name>', "the grid's name; cmd_ and the module's by default"],
  'num-cpu': ['<number>', 'how many processes each experiment has, or auto'],
  'data-dir': ['<directory>', "where the experiments' directories lie (data)"],
  datestamp: ['', "put the time into the directories' names"],
  objective: ['<name=direction...>', 'what is wanted, like AverageEpRet=maximize'],
  root: ['<directory>', 'where the run directories lie (runs)'],
  workers: ['<number>', 'how many experiments run at a time'],
  launcher: ['<launcher>', 'how workers are started'],
  timeout: ['<duration>', 'how long an experiment may take'],
  retries: ['<number>', 'how often an experiment that failed is tried again (0)'],
  wait: ['<seconds>', 'time to think again before the launch (0)'],
  'dry-run': ['', 'say what would be run, and where'],
  overwrite: ['', 'begin anew where there is a run already'],
  json: ['', 'print one JSON document'],
} as const

export type RunOption = keyof typeof runOptions

/** Short words for keys that many experiments have. */
const substitutions: Readonly<Record<string, string>> = {
  env: 'envName',
  hid: 'acKwargs:hiddenSizes',
  act: 'acKwargs:activation',
  cpu: 'num-cpu',
  dt: 'datestamp',
}

/**
 * The words of a command line: `--key value ...`, `--key[shorthand] value ...`, and options of the grid.
 * @throws ConfigurationError for a value without a key, and for a key or an option that comes twice
 */
export function parseGridArguments(words: readonly string[]): GridArguments {
  const given: { readonly word: string; readonly values: PlainData[] }[] = []
  for (const word of words) {
    const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    if (name !== undefined) given.push({ word: name, values: [readValue(value!)] })
    else if (word.startsWith('--')) given.push({ word, values: [] })
    else if (given.length > 0) given.at(-1)!.values.push(readValue(word))
    else throw new ConfigurationError(`${word}: wanted a key like --seed before the first value`)
  }
  return sortOut(given.map(({ word, values }) => ({ name: word.slice(2), written: word, values })))
}

/** Names with their values, told apart: keys of the grid, and options. A name without a value is true. */
export function sortOut(
  given: readonly { readonly name: string; readonly written: string; readonly values: readonly PlainData[] }[],
): GridArguments {
  const keys: WrittenKey[] = []
  const options: Partial<Record<RunOption, readonly PlainData[]>> = {}
  for (const { name, written, values: own } of given) {
    const { key: short, shorthand } = splitShorthand(name, written)
    const key = Object.hasOwn(substitutions, short) ? substitutions[short]! : short
    const values = own.length === 0 ? [true] : own
    const option = runOptionOf(key)
    if (option === undefined) {
      if (keys.some((other) => other.key === key)) throw new ConfigurationError(`${written}: ${key} comes twice`)
      keys.push({ key, values, ...(shorthand !== undefined && { shorthand }) })
    } else {
      if (shorthand !== undefined)
        throw new ConfigurationError(`${written}: ${option} is an option and has no shorthand`)
      if (options[option]) throw new ConfigurationError(`${written}: ${option} comes twice`)
      if (values.length > 1 && option !== 'objective') {
        throw new ConfigurationError(`${written}: needs one value, got ${values.map(show).join(' ')}`)
      }
      options[option] = values
    }
  }
  return { keys, options }
}

/**
 * A value as it is written: JSON or a literal of Python where it is one, and else a text. It is never code.
 * @throws ConfigurationError for what looks like a value and is none, such as a list that does not end
 */
export function readValue(text: string): PlainData {
  const value = literalIn(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^\s*[-+]?\d+\s*$/.test(text)) {
    throw new ConfigurationError(`${show(text)} needs to be a whole number below 2^53, or a text in quotes`)
  }
  if (value !== undefined) return value
  if (/^\s*['"([{]|^\s*[-+\d.]+\s*(\*\*?|\/\/?|%)\s*[-+\d.]+\s*$/.test(text)) {
    throw new ConfigurationError(`${show(text)} needs to be a value, or a text in quotes; nothing is computed here`)
  }
  return text
}

function literalIn(text: string): PlainData | undefined {
  for (const read of [JSON.parse, readPythonLiteral] as readonly ((text: string) => PlainData)[]) {
    try {
      return read(text)
    } catch {} // not in that language
  }
  return undefined
}

/** The list of options, for help. */
export function describeRunOptions(): string {
  const rows = Object.entries(runOptions).map(([name, [value, meaning]]) => [`--${name} ${value}`, meaning] as const)
  const width = Math.max(...rows.map(([left]) => left.length))
  return ['Options of the grid:', ...rows.map(([left, meaning]) => `  ${left.padEnd(width)}  ${meaning}`)].join('\n')
}

/** `key[shorthand]` */
function splitShorthand(name: string, written: string): { readonly key: string; readonly shorthand?: string } {
  const match = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(name)
  if (!match) throw new ConfigurationError(`${written}: wanted a key like --lr or --lr[shorthand]`)
  const [, key, shorthand] = match
  return { key: key!, ...(shorthand !== undefined && { shorthand }) }
}

function runOptionOf(key: string): RunOption | undefined {
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')
  return Object.hasOwn(runOptions, name) ? (name as RunOption) : undefined
}
