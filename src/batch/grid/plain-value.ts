import type { PlainData } from '../../core/plain-data.ts'

/**
 * A copy of a value that is data and nothing else, so that any process can be given it and it stays as it is now.
 * @throws TypeError that says what is none, and where in the value it stands
 */
export function plainValue(value: unknown, where: string): PlainData {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value + 0
    throw new TypeError(`${where} needs a finite number, got ${value}`)
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return plainList(Array.from(value as never), where)
  if (Array.isArray(value)) return plainList(value, where)
  if (typeof value === 'object' && isPlainObject(value)) {
    const entries = Object.entries(value).map(([key, nested]) => {
      if (key === '__proto__') throw new TypeError(`${where} needs names that mean nothing special, got __proto__`)
      return [key, plainValue(nested, `${where}.${key}`)] as const
    })
    return Object.fromEntries(entries)
  }
  throw new TypeError(`${where} needs data that a fresh process can be given, got ${kindOf(value)}`)
}

function plainList(values: readonly unknown[], where: string): PlainData {
  return Array.from(values, (value, i) => plainValue(value, `${where}[${i}]`))
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return `a function; name it by its module: moduleFunction('./file.ts', 'name')`
  if (typeof value === 'object') return `an object of the class ${(value as object).constructor.name}`
  return `a ${typeof value}`
}
