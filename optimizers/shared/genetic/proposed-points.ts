import type { KeyedPoint } from '../fresh-point.ts'
import type { KnownPoints } from '../known-points.ts'

/**
 * The points that proposals were decoded from, by their serials, until they are told: so nothing is encoded and hashed
 * twice. No part of the state, since parameters say the same: whoever goes on from a checkpoint works it out from them.
 */
export class ProposedPoints<P> {
  readonly #proposed = new Map<number, Proposed<P>>()

  add(serial: number, proposed: Proposed<P>): void {
    this.#proposed.set(serial, proposed)
  }

  /** What was proposed, if it was these parameters; it is forgotten. */
  take(serial: number, parameters: P): Proposed<P> | undefined {
    const proposed = this.#proposed.get(serial)
    if (proposed === undefined) return undefined
    this.#proposed.delete(serial)
    return proposed.parameters === parameters ? proposed : undefined
  }
}

interface Proposed<P> {
  readonly parameters: P
  readonly keyed: KeyedPoint
  /** What was known then, of which it is none. */
  readonly known: KnownPoints
}
