import { nearest } from '../../src/core/nearest.ts'
import type { Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'

/** The largest number of points that can be told apart. */
const mostPoints = Number.MAX_SAFE_INTEGER

/** @throws RangeError unless it is a whole number of at least `least` */
export function checkCount(design: string, name: string, count: number, least = 1): void {
  if (!Number.isSafeInteger(count) || count < least) {
    throw new RangeError(`${design} needs ${name} to be a whole number of at least ${least}, got ${show(count)}`)
  }
}

/** @throws RangeError if parameters may be absent, which the analysis of the design has no place for */
export function checkUnconditional(design: string, space: Pick<Space, 'definitions'>): void {
  const conditional = space.definitions.find(([, { when }]) => when !== undefined)
  if (conditional === undefined) return
  throw new RangeError(
    `${design} needs parameters that always apply, but ${show(conditional[0])} has a condition; take a Latin hypercube, or a search for each case`,
  )
}

/** @throws RangeError if a design has so many points that they cannot be numbered */
export function checkSize(design: string, size: number): number {
  if (size <= mostPoints) return size
  throw new RangeError(`${design} needs fewer than 2^53 points, got ${size.toPrecision(3)}`)
}

/** @throws RangeError at the first name that the space does not have */
export function checkNames(design: string, names: readonly string[], known: readonly string[]): void {
  if (!Array.isArray(names)) throw new RangeError(`${design} needs a list of names, got ${show(names)}`)
  const stranger = names.find((name) => !known.includes(name))
  if (stranger === undefined) return
  const meant = nearest(stranger, known)
  const hint = meant === undefined ? `; it has ${known.map(show).join(', ')}` : `, did you mean ${show(meant)}?`
  throw new RangeError(`${design}: the space has no parameter ${show(stranger)}${hint}`)
}

/** @throws RangeError at the first name that comes twice */
export function checkOnce(design: string, names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new RangeError(`${design} needs every parameter once, got ${show(name)} twice`)
    seen.add(name)
  }
}
