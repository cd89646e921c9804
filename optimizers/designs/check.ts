import { nearest } from '../../src/core/nearest.ts'
import { refuseSurplus } from '../../src/core/options.ts'
import type { Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'

/** The largest number of points that can be told apart. */
const mostPoints = Number.MAX_SAFE_INTEGER

/** Refuses what is no space in the place of one, and what stands behind the options. @throws RangeError or ConfigurationError */
export function checkCall(design: string, space: Pick<Space, 'definitions'>, surplus: readonly unknown[]): void {
  if (!Array.isArray((space as Partial<Space> | undefined)?.definitions)) {
    throw new RangeError(`${design} needs a space, as in ${design}(optimizee.space, ...), got ${show(space)}`)
  }
  refuseSurplus(design, 2, surplus)
}

/** @throws RangeError at the first that is no design, or if there is none */
export function checkDesigns(combination: string, designs: readonly unknown[]): void {
  if (designs.length === 0) throw new RangeError(`${combination} needs at least one design, got none`)
  const stranger = designs.find((design) => !Array.isArray((design as { stretches?: unknown } | undefined)?.stretches))
  if (stranger === undefined && !designs.includes(undefined)) return
  throw new RangeError(`${combination} needs designs, one argument each, got ${show(stranger)}`)
}

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
