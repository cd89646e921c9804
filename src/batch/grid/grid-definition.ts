import { plainName } from '../../core/nearest.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { show } from '../../core/text.ts'
import { plainValue } from './plain-value.ts'

/** One parameter of a grid. */
export interface GridKey {
  /** `a:b:c` names the place c of the place b of the parameter a. */
  readonly key: string
  readonly values: readonly PlainData[]
  /** What stands for the key in names, nothing if it is empty; the key itself if there is none. */
  readonly shorthand?: string | undefined
  /** Whether it stands in names although it has one value only. */
  readonly inName: boolean
}

/** A grid as plain data, so that workers can be told of it. */
export interface GridDefinition {
  readonly name: string
  readonly keys: readonly GridKey[]
}

/** One combination of values: keyword arguments for the thunk. */
export type Variant = Readonly<Record<string, PlainData>>

/** The options of an experiment; a grid cannot have parameters of these names. */
const reserved = ['numCpu', 'dataDir', 'datestamp']

/** A key that has been checked by itself. @throws TypeError or RangeError */
export function checkedKey(key: string, values: unknown, shorthand: string | undefined, inName: boolean): GridKey {
  if (typeof key !== 'string' || key.split(':').some((part) => part === '' || part === '__proto__')) {
    throw new TypeError(`add(key, values) needs a key with a name in each of its parts, got ${show(key)}`)
  }
  const option = reserved.find((name) => plainName(name) === plainName(key))
  if (option !== undefined) {
    throw new RangeError(
      `add(key, values) needs the name of a parameter, got ${key}, which is the option ${option} of run`,
    )
  }
  if (shorthand !== undefined && typeof shorthand !== 'string') {
    throw new TypeError(`the shorthand of ${key} needs to be a text, got ${show(shorthand)}`)
  }
  if (typeof inName !== 'boolean') throw new TypeError(`inName of ${key} needs true or false, got ${show(inName)}`)
  const list = Array.isArray(values) ? values : [values]
  if (list.length === 0) throw new RangeError(`${key} needs at least one value, got an empty list`)
  const plain = list.map((value, i) => plainValue(value, list.length === 1 ? key : `${key}, value ${i + 1},`))
  if (key === 'seed') plain.forEach(checkSeed)
  return { key, values: plain, shorthand, inName }
}

export function checkSeed(seed: unknown): asserts seed is number {
  if (Number.isSafeInteger(seed) && (seed as number) >= 0) return
  throw new RangeError(`seed needs a whole number of at least 0, got ${show(seed)}`)
}

/** @throws RangeError if the key cannot stand beside one of those that are there */
export function checkBeside(others: readonly GridKey[], added: GridKey): void {
  for (const other of others) {
    if (other.key === added.key) {
      throw new RangeError(
        `the key ${added.key} was added twice, with the values ${show(other.values)} and then ${show(added.values)}`,
      )
    }
    const [outer, inner] = other.key.length < added.key.length ? [other.key, added.key] : [added.key, other.key]
    if (inner.startsWith(`${outer}:`)) {
      throw new RangeError(`the keys ${outer} and ${inner} exclude each other: ${outer} is either a value or has parts`)
    }
    if (isInName(other) && isInName(added) && shortOf(added) !== '' && shortOf(other) === shortOf(added)) {
      throw new RangeError(
        `the keys ${other.key} and ${added.key} have the same shorthand ${shortOf(added)}; give one of them another`,
      )
    }
  }
}

/** Whether names tell the values of the key; the seed has a place of its own. */
export function isInName({ key, values, inName }: GridKey): boolean {
  return (values.length > 1 || inName) && key !== 'seed'
}

/** What stands for the key in names, as file systems take it. */
export function shortOf({ key, shorthand }: GridKey): string {
  return safeText(shorthand ?? key)
}

/** A text in lower case, with a dash for whatever is no letter, digit, dash or underscore. */
export function safeText(text: string): string {
  return [...text.toLowerCase()].map((character) => (/[-_a-z0-9]/.test(character) ? character : '-')).join('')
}

/** The number of variants. */
export function gridSize({ keys }: GridDefinition): number {
  return keys.reduce((product, { values }) => product * values.length, 1)
}

/** The values of a variant in the order of the keys; the first key is the slowest. */
export function valuesAt({ keys }: GridDefinition, index: number): PlainData[] {
  const values = new Array<PlainData>(keys.length)
  let rest = index
  for (let i = keys.length - 1; i >= 0; i--) {
    const { values: own } = keys[i]!
    values[i] = own[rest % own.length]!
    rest = Math.floor(rest / own.length)
  }
  return values
}

/** The variant with these values, its parts one in another. */
export function variantOf({ keys }: GridDefinition, values: readonly PlainData[]): Variant {
  const variant: Record<string, PlainData> = {}
  keys.forEach(({ key }, i) => {
    const path = key.split(':')
    let at: Record<string, PlainData> = variant
    for (const part of path.slice(0, -1)) {
      if (!Object.hasOwn(at, part)) at[part] = {}
      at = at[part] as Record<string, PlainData>
    }
    at[path.at(-1)!] = values[i]!
  })
  return variant
}

/** The value that a variant has for a key. @throws RangeError if it has none */
export function valueIn(variant: Variant, key: string): PlainData {
  let at: PlainData | undefined = variant
  for (const part of key.split(':')) {
    const inside: Variant = typeof at === 'object' && at !== null ? (at as Variant) : {}
    at = Object.hasOwn(inside, part) ? inside[part] : undefined
    if (at === undefined) throw new RangeError(`the variant needs a value for ${key}, got ${show(variant)}`)
  }
  return at!
}
