import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import { freshPoint, keyedPoint } from '../fresh-point.ts'
import { type CmaAxes, split } from './axes.ts'
import type { CmaSample } from './run.ts'
import type { Sampler } from './sampler.ts'

/** A sample and where it is simulated; of a discrete space, what that point is known by. */
export interface Drawn {
  readonly point: number[]
  /** Null where a point was taken from anywhere and a step to it cannot be made. */
  readonly sample: CmaSample | null
  readonly key: number | null
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
