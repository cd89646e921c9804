/**
 * What the record gives back of a value that a simulation returned: so it is told from the beginning, and a search that was
 * stopped and goes on is told the very same. Numbers that JSON lacks are texts, as are bigints and dates; typed arrays and
 * sets are lists, maps are objects; what is undefined is left out.
 */
export function asRecorded<T>(value: T): T
export function asRecorded(value: unknown): unknown {
  return keptByJson(value) ?? null
}

/** The same parameters, unless one is -0: the record keeps 0, and whoever goes on from it is told that. */
export function withoutNegativeZeros<T>(parameters: T): T {
  return hasNegativeZero(parameters) ? asRecorded(parameters) : parameters
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0)
  if (Array.isArray(value)) return value.some(hasNegativeZero)
  for (const key in value) if (hasNegativeZero((value as Readonly<Record<string, unknown>>)[key])) return true
  return false
}

/** Undefined of what JSON leaves out. */
function keptByJson(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value + 0 : String(value) // -0 and 0 are one number to JSON
    case 'string':
    case 'boolean':
      return value
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null ? null : plainObject(value)
    default:
      return undefined
  }
}

function plainObject(value: object): unknown {
  if (ArrayBuffer.isView(value)) return plainList(elementsOf(value))
  if (value instanceof ArrayBuffer) return plainList([...new Uint8Array(value)])
  if (Array.isArray(value)) return plainList(value)
  if (value instanceof Set) return plainList([...value])
  if (value instanceof Map) return plainEntries([...value])
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return keptByJson(toJSON.call(value))
  return plainEntries(Object.entries(value))
}

function plainList(values: readonly unknown[]): unknown[] {
  return Array.from(values, (value) => keptByJson(value) ?? null)
}

function plainEntries(entries: readonly (readonly [unknown, unknown])[]): unknown {
  const object: Record<string, unknown> = {}
  for (const [key, nested] of entries) {
    const value = keptByJson(nested)
    if (value === undefined) continue
    // An assignment to this name would change what the object inherits.
    if (key === '__proto__')
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
    else object[String(key)] = value
  }
  return object
}

function elementsOf(view: ArrayBufferView): readonly unknown[] {
  if (view instanceof DataView) return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]
  return Array.from(view as unknown as ArrayLike<unknown>)
}
