import type { Constraints } from './constraints.ts'
import type { Random } from './random.ts'
import { coordinateOf, type Space } from './space.ts'

/** The most points that are tried around one that violates constraints, each a little nearer to where they are kept. */
const triesAround = 400
/** The most points that are tried anywhere, if those were in vain. */
const triesAnywhere = 1000
/** How often the way back to the proposal is halved: to about 1e-9 of its length. */
const halvings = 30

/** How many points are tried at most before it is said that none keeps the constraints. */
export const triesOfRepair = 2 * triesAround + triesAnywhere

/**
 * Parameters that keep the constraints, near those given: first violation goes down by random steps at all scales, then the
 * way back to the given point is halved, so that what is found lies where constraints begin to be kept. Undefined if
 * nothing was found.
 */
export function repair<P>(space: Space<P>, constraints: Constraints<P>, given: P, random: Random): P | undefined {
  if (!constraints.constrainParameters || constraints.violationBy(given) === 0) return given
  const origin = space.encode(given)
  const kept = descend(space, constraints, origin, random) ?? fromAnywhere(space, constraints, random)
  return kept && wayBack(space, constraints, kept, origin)
}

/** Steps that lessen the violation are taken, from one coordinate to all, with deviations from 1e-4 to 1 of the range. */
function descend<P>(space: Space<P>, constraints: Constraints<P>, from: readonly number[], random: Random) {
  let point = from
  let violation = constraints.violationBy(space.decode(point))
  for (let i = 0; i < triesAround && violation > 0; i++) {
    const candidate = stepFrom(space, point, 10 ** (-4 * random.uniform()), random)
    const less = constraints.violationBy(space.decode(candidate))
    if (less >= violation) continue
    point = candidate
    violation = less
  }
  return violation > 0 ? undefined : point
}

function stepFrom<P>({ axes }: Space<P>, point: readonly number[], deviation: number, random: Random): number[] {
  const certain = random.integer(axes.length)
  const share = random.uniform()
  return point.map((coordinate, at) => {
    if (at !== certain && !random.chance(share)) return coordinate
    const axis = axes[at]!
    if (axis.kind === 'choice' || axis.kind === 'boolean') return coordinateOf(random.integer(axis.levels), axis.levels)
    return Math.min(1, Math.max(0, random.normal(coordinate, deviation)))
  })
}

/** Repairs from anywhere: from the one of many points that violates least. */
function fromAnywhere<P>(space: Space<P>, constraints: Constraints<P>, random: Random) {
  let best: number[] | undefined
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < triesAnywhere && least > 0; i++) {
    const point = space.samplePoint(random)
    const violation = constraints.violationBy(space.decode(point))
    if (violation >= least) continue
    best = point
    least = violation
  }
  return best && descend(space, constraints, best, random)
}

/** The last point that keeps the constraints on the straight way from one that does to one that does not. */
function wayBack<P>(
  space: Space<P>,
  constraints: Constraints<P>,
  kept: readonly number[],
  origin: readonly number[],
): P {
  let best = space.decode(kept)
  let near = 0
  let far = 1
  for (let i = 0; i < halvings; i++) {
    const middle = (near + far) / 2
    const candidate = space.decode(kept.map((x, at) => x + middle * (origin[at]! - x)))
    if (constraints.violationBy(candidate) === 0) {
      best = candidate
      near = middle
    } else far = middle
  }
  return best
}
