import type { Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { type Compared, dominates } from '../../src/core/front.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import type { Space } from '../../src/core/space.ts'

/** One of the best points that were told, as a state may hold it. */
export type Archived = {
  readonly point: readonly number[]
  readonly fitness: readonly number[]
  /** By how much it violates constraints, if it does. */
  readonly violation?: number
  readonly generation: number
  readonly index: number
  readonly replicate: number
}

/**
 * The best points after a further evaluation: what nothing told dominates where a front is looked for, else one point; of
 * equals, the first.
 */
export function archiveWith<P>(
  archive: readonly Archived[],
  evaluation: Evaluation<P>,
  space: Space<P>,
  objectives: Objectives,
): readonly Archived[] {
  if (evaluation.outcome === 'failed') return archive
  const archived = (): Archived => {
    const { fitness, violation, individual } = evaluation
    const { parameters, generation, index, replicate } = individual
    const place = { generation, index, replicate }
    return { point: space.encode(parameters), fitness, ...(violation !== undefined && { violation }), ...place }
  }
  if (objectives.wantsFront) return frontWith(objectives, archive, evaluation, archived)
  const rankOf = ({ fitness, violation }: Compared) => objectives.rankOf(fitness, violation)
  const [best] = archive
  return best && rankOf(best) >= rankOf(evaluation) ? archive : [archived()]
}

/** What nothing dominates of a front and one more, which is made what is kept only if it is on it; of equals, the first. */
export function frontWith<T extends Compared, E extends Compared>(
  objectives: Objectives,
  front: readonly T[],
  one: E,
  keep: (one: E) => T,
): readonly T[] {
  if (front.some((member) => isEqual(member, one) || dominates(objectives, member, one))) return front
  return [...front.filter((member) => !dominates(objectives, one, member)), keep(one)]
}

export function recommendArchive<P>(archive: readonly Archived[], space: Space<P>): Recommendation<P>[] {
  return archive.map(({ point, generation, index, replicate }) => ({
    parameters: space.decode(point),
    by: 'seen',
    individual: { generation, index, replicate },
  }))
}

function isEqual(a: Compared, b: Compared): boolean {
  return a.violation === b.violation && a.fitness.every((value, i) => value === b.fitness[i])
}
