import type { Random } from '../../src/core/random.ts'
import type { Space } from '../../src/core/space.ts'
import { clipToCube } from './bounds.ts'
import { type KeyedPoint, keyedPoint } from './fresh-point.ts'
import { type Gene, genesOf } from './genes.ts'

/** Where a chain stands, and how large its steps are. */
export interface Mover {
  readonly point: readonly number[]
  readonly step: number
}

/**
 * The moves of Markov chains in any space. Half of them go along the difference of two earlier states (ter Braak and Vrugt
 * 2008, "Differential evolution Markov chain with snooker updater and fewer chains", Eq. 3), which learns the scales and directions of
 * a landscape; the others are normal steps in a few axes. Choices go to other values.
 */
export class ChainMoves<P> {
  readonly #space: Space<P>
  readonly #genes: readonly Gene[]
  readonly #ordered: readonly number[]
  readonly #unordered: readonly number[]

  constructor(space: Space<P>) {
    const isOrdered = (at: number) => space.axes[at]!.kind === 'real' || space.axes[at]!.kind === 'integer'
    const all = space.axes.map((_, at) => at)
    this.#space = space
    this.#genes = genesOf(space)
    this.#ordered = all.filter(isOrdered)
    this.#unordered = all.filter((at) => !isOrdered(at))
  }

  /** A point other than where the chain stands, unless the space has no other. @param past earlier states of chains */
  from({ point, step }: Mover, past: readonly (readonly number[])[], random: Random): KeyedPoint {
    const moved = [...point]
    this.#space.fillHidden(moved, random)
    const few = random.chance(0.2)
    const axes = few ? this.#ordered.filter(() => random.chance(0.5)) : this.#ordered
    if (axes.length > 0) {
      const isAlong = past.length >= leastPast && random.chance(0.5)
      if (isAlong) this.#goAlong(moved, axes, step, past, random)
      else for (const at of axes) moved[at]! += random.normal(0, step / Math.sqrt(axes.length))
    }
    for (const at of this.#unordered) {
      if (random.chance(1 / this.#space.dimension)) this.#genes[at]!.mutate(moved, 1, random)
    }
    const reached = keyedPoint(this.#space, clipToCube(moved))
    if (reached.point.some((x, i) => x !== point[i])) return reached
    random.pick(this.#genes).mutate(moved, step, random) // one value further at least, where axes are discrete
    return keyedPoint(this.#space, clipToCube(moved))
  }

  #goAlong(
    moved: number[],
    axes: readonly number[],
    step: number,
    past: readonly (readonly number[])[],
    random: Random,
  ): void {
    const a = random.pick(past)
    const b = random.pick(past)
    // One in ten goes all of the way, from one optimum to another.
    const usual = (2.38 / Math.sqrt(2 * axes.length)) * (0.5 + 0.5 * random.uniform())
    const gamma = random.chance(0.1) ? 1 : usual * Math.min(1, step * 10)
    const hidden = [...this.#space.hiddenAxes(a), ...this.#space.hiddenAxes(b)] // tell no difference
    for (const at of axes) {
      const difference = hidden.includes(at) ? 0 : a[at]! - b[at]!
      moved[at]! += gamma * difference + random.normal(0, step * 1e-3)
    }
  }
}

/** As many earlier states as say something of a landscape. */
const leastPast = 10
