import type { Evaluation } from '../../src/core/evaluation.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import type { Space } from '../../src/core/space.ts'
import { keyOf } from './known-points.ts'
import { survivorsAmong } from './ranking.ts'
import type { Sample } from './sampled-search.ts'

/** One of those that a search for a front learns from. */
export type Leader = {
  readonly point: readonly number[]
  readonly fitness: readonly number[]
  /** By how much the leader violates constraints, if it does. */
  readonly violation?: number
}

/**
 * The leaders from now on, of those so far and of what was told: front after front, and of the last of these those that lie far apart.
 *
 * @param samples where they were drawn, outside of the bounds as well: what is fitted to points at a bound alone stays off it
 */
export function leadersAmong<P>(
  leaders: readonly Leader[],
  evaluations: readonly Evaluation<P>[],
  count: number,
  { space, objectives }: { readonly space: Space<P>; readonly objectives: Objectives },
  samples: readonly Sample[] = [],
): readonly Leader[] {
  const drawn = new Map(samples.map(({ drawn, point }) => [keyOf(point), drawn]))
  const told = evaluations.flatMap((evaluation): Leader[] => {
    if (evaluation.outcome !== 'done') return []
    const { individual, fitness, violation } = evaluation
    const point = space.encode(individual.parameters)
    return [{ point: drawn.get(keyOf(point)) ?? point, fitness, ...(violation !== undefined && { violation }) }]
  })
  const all = [...leaders, ...told]
  return survivorsAmong(objectives, all, count).map((i) => all[i]!)
}
