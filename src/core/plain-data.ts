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
export function findNotPlain(value: unknown, where = ''): string | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return undefined
    case 'number':
      return refuseNumber(value, where)
    case 'object':
      return value === null ? undefined : findInObject(value, where)
    default:
      return `${where || 'it'} is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`
  }
}

function findInObject(value: object, where: string): string | undefined {
  if (value instanceof Float64Array || value instanceof Int32Array) {
    const at = value.findIndex((element) => refuseNumber(element, '') !== undefined)
    return at < 0 ? undefined : refuseNumber(value[at]!, `${where}[${at}]`)
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = findNotPlain(value[i], `${where}[${i}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return `${where || 'it'} is a ${value.constructor.name}`
  for (const [key, nested] of Object.entries(value)) {
    const found = findNotPlain(nested, where === '' ? key : `${where}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function refuseNumber(value: number, where: string): string | undefined {
  return Number.isFinite(value) ? undefined : `${where || 'it'} is ${value}`
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
