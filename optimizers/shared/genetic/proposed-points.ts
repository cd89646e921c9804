import type { KeyedPoint } from '../fresh-point.ts'

/**
 * The points that proposals were decoded from, by their serials, until they are told: so nothing is encoded and hashed
 * twice. No part of the state, since parameters say the same: whoever goes on from a checkpoint works it out from them.
 */
export class ProposedPoints<P> {
  readonly #proposed = new Map<number, Proposed<P>>()

  add(serial: number, parameters: P, keyed: KeyedPoint): void {
    this.#proposed.set(serial, { parameters, keyed })
  }

  /** The point, if these parameters are those that were proposed; it is forgotten. */
  take(serial: number, parameters: P): KeyedPoint | undefined {
    const proposed = this.#proposed.get(serial)
    if (proposed === undefined) return undefined
    this.#proposed.delete(serial)
    return proposed.parameters === parameters ? proposed.keyed : undefined
  }
}

interface Proposed<P> {
  readonly parameters: P
  readonly keyed: KeyedPoint
}
