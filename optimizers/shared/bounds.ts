import { checkArgument, someNumbers } from '../../src/core/options.ts'
import { clipUnit } from '../../src/core/space.ts'

/** The point of the unit cube that is nearest: a sample beyond a bound is simulated at the bound. */
export function clipToCube(point: readonly number[]): number[] {
  checkArgument('clipToCube', 'the point', point, someNumbers)
  return point.map(clipUnit)
}
