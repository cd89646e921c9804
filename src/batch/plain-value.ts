/**
 * What keeps a value from being written down and read again as the same, as the end of a sentence, or undefined if
 * nothing does.
 *
 * @param wanted `json` is what JSON holds, as parameters must be; `binary` takes in typed arrays, bigints and numbers
 * that are not finite, as snapshots may
 */
export function refusePlain(value: unknown, wanted: 'json' | 'binary' = 'json', path = ''): string | undefined {
  const at = path === '' ? '' : ` at ${path}`
  const refuse = (got: string) => `needs plain data (${words[wanted]}), got ${got}${at}`
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return undefined
    case 'number':
      return wanted === 'binary' || Number.isFinite(value) ? undefined : refuse(String(value))
    case 'bigint':
      return wanted === 'binary' && BigInt.asIntN(64, value) === value ? undefined : refuse(`the bigint ${value}`)
    case 'object':
      break
    default:
      return refuse(typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`)
  }
  if (value === null || (wanted === 'binary' && ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return undefined
  }
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) {
      const refusal = refusePlain(element, wanted, `${path}[${i}]`)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype) {
    return refuse(`an instance of ${prototype.constructor?.name || 'a class'}`)
  }
  for (const [key, nested] of Object.entries(value)) {
    if (key === '__proto__') return refuse('the name __proto__')
    const refusal = refusePlain(nested, wanted, path === '' ? key : `${path}.${key}`)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** A copy that later changes do not reach, of lists and plain objects only. @throws TypeError at what is no data */
export function plainCopy(value: unknown, of: string): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'number':
      return value
    case 'undefined':
      return null
    case 'bigint':
      return value
    case 'object':
      break
    default:
      throw new TypeError(`${of} needs to give numbers, texts, lists or plain objects, got a ${typeof value}`)
  }
  if (value === null) return null
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (element) => plainCopy(element, of))
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as Iterable<unknown>, (element) => plainCopy(element, of))
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype && !(value instanceof Map)) {
    const name = prototype.constructor?.name || 'a class'
    throw new TypeError(`${of} needs to give numbers, texts, lists or plain objects, got an instance of ${name}`)
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.map(([key, nested]) => [String(key), plainCopy(nested, of)]))
}

/**
 * A value as the record can hold it without taking one thing for another: the record writes numbers that JSON lacks as texts,
 * so texts that look like those, and bigints, are marked by a tilde.
 */
export function toRecord(value: unknown): unknown {
  if (typeof value === 'bigint') return `~${value}n`
  if (typeof value === 'string') return nonFinite.has(value) || value.startsWith('~') ? `~${value}` : value
  return mapNested(value, toRecord)
}

/** What `toRecord` was given. */
export function fromRecord(value: unknown): unknown {
  if (typeof value !== 'string') return mapNested(value, fromRecord)
  if (!value.startsWith('~')) return nonFinite.get(value) ?? value
  return /^~-?\d+n$/.test(value) ? BigInt(value.slice(1, -1)) : value.slice(1)
}

/** A scalar of a result as an output beside others: a bigint is a number where a number can say it. */
export function asOutput(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

function mapNested(value: unknown, map: (nested: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(map)
  return Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, map(nested)]))
}

const words = {
  json: 'numbers, texts, true, false, null, lists and objects of them',
  binary: 'numbers, texts, true, false, null, typed arrays, lists and objects of them',
}

const nonFinite = new Map(['NaN', 'Infinity', '-Infinity'].map((text) => [text, Number(text)]))
