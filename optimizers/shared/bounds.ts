import { clipUnit } from '../../src/core/space.ts'

/** The point of the unit cube that is nearest: a sample beyond a bound is simulated at the bound. */
export function clipToCube(point: readonly number[]): number[] {
  return point.map(clipUnit)
}
