import { keyOf } from '../../optimizers/shared/known-points.ts'
import { costOf } from '../../optimizers/shared/score.ts'
import type { Optimizer } from '../core/optimizer.ts'
import type { RecordReader } from '../record/reader.ts'

/** The most numbers, which are those of the newest individuals where there are more: what is known of older ones is written out. */
const mostNumbers = 2 ** 21

/** Stands for the score of what failed, as in the points that an optimizer knows. */
const failed = -Number.MAX_VALUE

/**
 * The numbers of a record that states are full of: of each individual that was told, what its point is known by with its
 * score, its cost, and its point in the unit cube. Those of one kind follow each other as they were told, so that an archive
 * refers to many at once.
 *
 * @param before how many evaluations had been told: the same gives the same numbers ever after
 */
export function toldNumbers(record: RecordReader, { space, objectives }: Optimizer, before: number): Float64Array {
  const keys: number[] = []
  const costs: number[] = []
  const points: number[] = []
  const most = Math.floor(mostNumbers / (3 + space.dimension))
  let count = 0
  for (const evaluation of record.toldBefore(before)) {
    const point = space.encode(evaluation.individual.parameters)
    const cost = costOf(objectives, evaluation)
    // Backwards, as they are read.
    keys.push(cost === null ? failed : 0 - cost, keyOf(point))
    costs.push(cost ?? failed)
    for (let i = point.length - 1; i >= 0; i--) points.push(point[i]!)
    if (++count === most) break
  }
  return Float64Array.from(points.concat(costs, keys)).reverse()
}
