import type { Random } from '../../../src/core/random.ts'
import { type Axis, coordinateOf } from '../../../src/core/space.ts'
import type { Member } from './members.ts'

/** A trial needs its target, one of the best and two others. */
export const leastMembers = 4

/** What trials are made of; `archive` has members that were replaced. */
export interface Parents {
  /** Best first. */
  readonly members: readonly Member[]
  readonly archive: readonly (readonly number[])[]
}

export interface Mutation {
  /** F and CR. */
  readonly scale: number
  readonly rate: number
  /** p: from which part of the members, the best, one is drawn. */
  readonly bestFraction: number
  readonly axes: readonly Axis[]
}

/** The target, crossed with a mutant: current-to-pbest/1/bin (JADE, Eq. (6) and (7), and SHADE, Eq. (5)). */
export function trialOf(
  { members, archive }: Parents,
  at: number,
  { scale, rate, bestFraction, axes }: Mutation,
  random: Random,
): number[] {
  const target = members[at]!.genome
  const best = members[random.integer(Math.max(2, Math.round(bestFraction * members.length)))]!.genome
  const first = drawOther(members.length, [at], random)
  const second = drawOther(members.length + archive.length, [at, first], random)
  const plus = members[first]!.genome
  const minus = second < members.length ? members[second]!.genome : archive[second - members.length]!
  const certain = random.integer(axes.length)
  return axes.map((axis, i) => {
    const x = target[i]!
    if (i !== certain && random.uniform() >= rate) return x
    if (axis.kind === 'real' || axis.kind === 'integer') {
      return repaired(x + scale * (best[i]! - x) + scale * (plus[i]! - minus[i]!), x)
    }
    if (random.uniform() < scale) return plus[i]!
    return random.integer(axis.levels) === 0 ? coordinateOf(random.integer(axis.levels), axis.levels) : best[i]!
  })
}

function drawOther(count: number, taken: readonly number[], random: Random): number {
  for (;;) {
    const drawn = random.integer(count)
    if (!taken.includes(drawn)) return drawn
  }
}

/** A mutant beyond a bound comes to the middle between the bound and the target (JADE), so that none collect there. */
function repaired(value: number, target: number): number {
  return value < 0 ? target / 2 : value > 1 ? (1 + target) / 2 : value
}
