import { isDeepStrictEqual } from 'node:util'
import { expect } from './peers.ts'

/**
 * That two searches, or states of them, are the same to the last bit. Vitest takes ten times as long, and to write down how whole
 * searches differ more than a minute: it is asked for the first difference.
 */
export function expectSame(found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return
  const { path, one, other } = firstDifference(found, wanted)
  expect(one, path === '' ? undefined : `in ${path.replace(/^\./, '')}`).toStrictEqual(other)
}

function firstDifference(one: unknown, other: unknown): { path: string; one: unknown; other: unknown } {
  if (isObject(one) && isObject(other) && Object.getPrototypeOf(one) === Object.getPrototypeOf(other)) {
    const keys = Object.keys(one)
    const place = keys.find((key) => key in other && !isDeepStrictEqual(one[key], other[key]))
    if (place !== undefined) {
      const { path, ...rest } = firstDifference(one[place], other[place])
      return { path: `${Array.isArray(one) ? `[${place}]` : `.${place}`}${path}`, ...rest }
    }
  }
  return { path: '', one, other }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
