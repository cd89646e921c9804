/** Data that survives JSON and msgpack unchanged: numbers are finite, there are no classes and no undefined. */
export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData }

/** What an optimizer's state is made of: plain data, and typed arrays, which the record keeps at 8 bytes a number. */
export type State =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | Int32Array
  | readonly State[]
  | { readonly [key: string]: State }

/** Of what is only written down, numbers need not be finite, and what is undefined is left out. */
type Use = 'kept' | 'written'

/** Where a value is not what a state may hold, and what stands there instead ("mean[3] is NaN"); undefined if it is plain. */
export function findNotPlain(value: unknown, use: Use = 'kept'): string | undefined {
  const first = flawIn(value, use, 0)
  const flaw = first?.is === tooDeep ? circleIn(value) : first
  return flaw && `${flaw.where.replace(/^\./, '') || 'it'} is ${flaw.is}`
}

/** What is not plain; its place is put together on the way back from it, since states are looked through at every step. */
interface Flaw {
  readonly where: string
  readonly is: string
}

/** So deep that whatever packs it is far from the end of its stack; what holds itself is deeper. */
const deepest = 500
const tooDeep = 'nested too deeply'

function flawIn(value: unknown, use: Use, depth: number): Flaw | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return undefined
    case 'number':
      return use === 'written' || Number.isFinite(value) ? undefined : { where: '', is: String(value) }
    case 'object':
      return value === null ? undefined : flawInObject(value, use, depth)
    case 'undefined':
      return use === 'written' ? undefined : { where: '', is: 'undefined' }
    default:
      return { where: '', is: `a ${typeof value}` }
  }
}

/*
 * Lists are looked through by `at`, never by an index in brackets: where lists of numbers and lists of objects are both read by
 * one index, the engine turns each of numbers that comes by into one of objects for good, and whatever computes with it then
 * takes half as long again.
 */

function flawInObject(value: object, use: Use, depth: number): Flaw | undefined {
  if (depth > deepest) return { where: '', is: tooDeep }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const flaw = flawIn(value.at(i), use, depth + 1)
      if (flaw) return { where: `[${i}]${flaw.where}`, is: flaw.is }
    }
    return undefined
  }
  if (value instanceof Int32Array) return undefined
  if (value instanceof Float64Array) return flawInNumbers(value, use)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    const { name } = (prototype.constructor ?? Object) as { readonly name: string }
    return { where: '', is: name === 'Object' ? 'an object that inherits from another' : `a ${name}` }
  }
  for (const key of Object.keys(value)) {
    const flaw = flawIn((value as Readonly<Record<string, unknown>>)[key], use, depth + 1)
    if (flaw) return { where: `.${key}${flaw.where}`, is: flaw.is }
  }
  return undefined
}

function flawInNumbers(numbers: Float64Array, use: Use): Flaw | undefined {
  if (use === 'written') return undefined
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) return { where: `[${i}]`, is: String(numbers[i]) }
  }
  return undefined
}

/** The first place in which something holds itself; else it is only too deep. */
function circleIn(value: unknown): Flaw {
  const path: object[] = []
  const names: string[] = []
  const seen = new Set<object>()
  const findIn = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false
    if (path.includes(value)) return true
    if (path.length === mostDeep || seen.has(value)) return false
    seen.add(value)
    path.push(value)
    for (const [key, item] of Object.entries(value)) {
      names.push(Array.isArray(value) ? `[${key}]` : `.${key}`)
      if (findIn(item)) return true
      names.pop()
    }
    path.pop()
    return false
  }
  if (!findIn(value)) return { where: '', is: tooDeep }
  return { where: names.join(''), is: 'what holds it, so that there is no end' }
}

/** How deep a circle is looked for: who makes one of more steps finds it by less. */
const mostDeep = 200

/** Where the second of two states first differs from the first ("mean[3]"); undefined if it does not. */
export function findChange(before: unknown, now: unknown): string | undefined {
  const place = changeIn(before, now)
  return place && (place.replace(/^\./, '') || 'all of it')
}

function changeIn(before: unknown, now: unknown): string | undefined {
  if (before === now) return undefined
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) return '.'
  const isList = Array.isArray(before) || ArrayBuffer.isView(before)
  if (isList) {
    const [list, others] = [before as readonly unknown[], now as readonly unknown[]]
    if (others.length !== list.length) return '.'
    for (let i = 0; i < list.length; i++) {
      const place = changeIn(list.at(i), others.at(i))
      if (place !== undefined) return `[${i}]${place === '.' ? '' : place}`
    }
    return undefined
  }
  const one = before as Readonly<Record<string, unknown>>
  const other = now as Readonly<Record<string, unknown>>
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const place = changeIn(one[key], other[key])
    if (place !== undefined) return `.${key}${place === '.' ? '' : place}`
  }
  return undefined
}

/** A value as JSON keeps it: what is undefined is left out, and only data is left of classes. */
export function plainDataOf(value: unknown): PlainData {
  return JSON.parse(JSON.stringify(value)) as PlainData
}

/** Whether a value has other values by their names: an object that is no list. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two pieces of plain data say the same; the order of keys means nothing, and 0 and -0 are one number. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const others = new Map(Object.entries(b))
  const entries = Object.entries(a)
  return (
    entries.length === others.size && entries.every(([key, value]) => others.has(key) && isSame(value, others.get(key)))
  )
}
