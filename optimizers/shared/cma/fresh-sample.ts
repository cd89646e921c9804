import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import { freshPoint, keyedPoint } from '../fresh-point.ts'
import { type CmaAxes, split } from './axes.ts'
import type { CmaSample } from './run.ts'
import type { Sampler } from './sampler.ts'

/** A sample and where it is simulated, and what that point is known by if it may come again. */
export interface Drawn {
  readonly point: number[]
  /** Null where a point was taken from anywhere and a step to it cannot be made. */
  readonly sample: CmaSample | null
  readonly key: number | null
}

/**
 * What a point is known by where samples from beyond the bounds meet: all of its real coordinates lie on one. Null elsewhere,
 * where hardly a point comes again.
 */
export function meetingKeyOf<P>(space: Space<P>, point: readonly number[]): number | null {
  const isMet = space.axes.every(({ kind }, i) => kind !== 'real' || point[i] === 0 || point[i] === 1)
  return isMet ? keyedPoint(space, point).key : null
}

export function drawSample(sampler: Sampler, random: Random): Drawn {
  const sample = sampler.draw(random)
  return { point: sampler.pointOf(sample), sample, key: null }
}

/** A point that is not taken: where samples are drawn, or else anywhere; undefined if all of the space is taken. */
export function drawFresh<P>(
  sampler: Sampler,
  { space, axes }: { readonly space: Space<P>; readonly axes: CmaAxes },
  isTaken: (key: number) => boolean,
  random: Random,
): Drawn | undefined {
  for (let draw = 0; draw < 20; draw++) {
    const sample = sampler.draw(random)
    const { point, key } = keyedPoint(space, sampler.pointOf(sample))
    if (!isTaken(key)) return { point, sample, key }
  }
  const found = freshPoint(space, isTaken, random)
  if (found === undefined) return undefined
  space.fillHidden(found.point, random)
  const { x, levels } = split(axes, found.point)
  return { ...found, sample: sampler.inject(x, levels) ?? null }
}
