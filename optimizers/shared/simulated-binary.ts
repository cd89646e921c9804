import type { Random } from '../../src/core/random.ts'
import { clipUnit, type Space } from '../../src/core/space.ts'
import { genesOf } from './genes.ts'

export interface SimulatedBinarySettings {
  /** How often two parents are crossed. */
  readonly crossoverProbability: number
  /** The larger, the nearer children are to their parents. */
  readonly crossoverIndex: number
  /** How many coordinates of a child move, on average. */
  readonly mutations: number
  /** The larger, the less they move. */
  readonly mutationIndex: number
}

/**
 * Two children of two parents by simulated binary crossover and polynomial mutation, both within bounds (Deb and Agrawal
 * 1995, "Simulated binary crossover for continuous search space"; Deb 2001, "Multi-objective optimization using evolutionary
 * algorithms", sections 4.3.2 and 4.3.3). Coordinates without an order are swapped and drawn anew instead.
 */
export function variationOf<P>(space: Space<P>, settings: SimulatedBinarySettings) {
  const { crossoverProbability, crossoverIndex, mutations, mutationIndex } = settings
  const genes = genesOf(space)
  const { axes } = space
  const hasOrder = axes.map(({ kind }) => kind === 'real' || kind === 'integer')
  const chance = Math.min(1, mutations / axes.length)

  const cross = (a: number[], b: number[], random: Random) => {
    for (let at = 0; at < axes.length; at++) {
      if (!hasOrder[at]) genes[at]!.cross(a, b, 0, random)
      else if (random.chance(0.5)) crossAt(a, b, at, crossoverIndex, random)
    }
  }
  /** Coordinates of values are moved to another one always, which a small move is not. */
  const mutateAt = (genome: number[], at: number, random: Random) => {
    if (axes[at]!.kind === 'real') genome[at] = mutated(genome[at]!, mutationIndex, random)
    else genes[at]!.mutate(genome, 1 / (1 + mutationIndex), random)
  }
  return {
    /** Children of the parents, which stay as they are. */
    children(mother: readonly number[], father: readonly number[], random: Random): readonly [number[], number[]] {
      const pair: readonly [number[], number[]] = [[...mother], [...father]]
      if (random.chance(crossoverProbability)) cross(pair[0], pair[1], random)
      for (const child of pair) {
        for (let at = 0; at < axes.length; at++) if (random.chance(chance)) mutateAt(child, at, random)
      }
      return pair
    },
    /** Moves one coordinate. */
    move(genome: number[], random: Random): void {
      mutateAt(genome, random.integer(axes.length), random)
    },
  }
}

const alike = 1e-14

/** The two values of a coordinate of the unit interval are spread around their mean as one-point crossover spreads bits. */
function crossAt(a: number[], b: number[], at: number, index: number, random: Random): void {
  const [low, high] = a[at]! < b[at]! ? [a[at]!, b[at]!] : [b[at]!, a[at]!]
  const distance = high - low
  if (distance <= alike) return
  const draw = random.uniform()
  const spread = (room: number) => {
    const alpha = 2 - (1 + (2 * room) / distance) ** -(index + 1)
    return (draw <= 1 / alpha ? draw * alpha : 1 / (2 - draw * alpha)) ** (1 / (index + 1))
  }
  const first = clipUnit((low + high - spread(low) * distance) / 2)
  const second = clipUnit((low + high + spread(1 - high) * distance) / 2)
  const isSwapped = random.chance(0.5)
  a[at] = isSwapped ? second : first
  b[at] = isSwapped ? first : second
}

/** A coordinate of the unit interval, moved by a polynomial distribution that ends at the bounds. */
function mutated(x: number, index: number, random: Random): number {
  const draw = random.uniform()
  const power = index + 1
  const moved =
    draw < 0.5
      ? (2 * draw + (1 - 2 * draw) * (1 - x) ** power) ** (1 / power) - 1
      : 1 - (2 * (1 - draw) + 2 * (draw - 0.5) * x ** power) ** (1 / power)
  return clipUnit(x + moved)
}
