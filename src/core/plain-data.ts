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

/** Where a value is not what a state may hold, and what stands there instead ("mean[3] is NaN"); undefined if it is plain. */
export function findNotPlain(value: unknown): string | undefined {
  let flaw: Flaw | undefined
  try {
    flaw = flawIn(value)
  } catch (error) {
    if (error instanceof RangeError) return 'it is nested too deeply, or holds itself' // the stack has overflowed
    throw error
  }
  return flaw && `${flaw.where.replace(/^\./, '') || 'it'} is ${flaw.is}`
}

/** What is not plain; its place is put together on the way back from it, since states are looked through at every step. */
interface Flaw {
  readonly where: string
  readonly is: string
}

function flawIn(value: unknown): Flaw | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { where: '', is: String(value) }
    case 'object':
      return value === null ? undefined : flawInObject(value)
    default:
      return { where: '', is: typeof value === 'undefined' ? 'undefined' : `a ${typeof value}` }
  }
}

function flawInObject(value: object): Flaw | undefined {
  if (Array.isArray(value) || value instanceof Float64Array || value instanceof Int32Array) {
    for (let i = 0; i < value.length; i++) {
      const flaw = flawIn(value[i])
      if (flaw) return { where: `[${i}]${flaw.where}`, is: flaw.is }
    }
    return undefined
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return { where: '', is: `a ${value.constructor.name}` }
  for (const key of Object.keys(value)) {
    const flaw = flawIn((value as Readonly<Record<string, unknown>>)[key])
    if (flaw) return { where: `.${key}${flaw.where}`, is: flaw.is }
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
