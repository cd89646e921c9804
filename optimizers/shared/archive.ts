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
  if (archive.some((member) => keepsOut(objectives, member, evaluation))) return archive
  const { fitness, violation, individual } = evaluation
  const { parameters, generation, index, replicate } = individual
  const place = { generation, index, replicate }
  const one = { point: space.encode(parameters), fitness, ...(violation !== undefined && { violation }), ...place }
  // By one number all have an order, so that what nobody keeps out is the best.
  const kept = objectives.wantsFront ? archive.filter((member) => !dominates(objectives, evaluation, member)) : []
  return [...kept, one]
}

export function recommendArchive<P>(archive: readonly Archived[], space: Space<P>): Recommendation<P>[] {
  return archive.map(({ point, generation, index, replicate }) => ({
    parameters: space.decode(point),
    by: 'seen',
    individual: { generation, index, replicate },
  }))
}

function keepsOut(objectives: Objectives, member: Compared, one: Compared): boolean {
  if (!objectives.wantsFront) {
    return objectives.rankOf(member.fitness, member.violation) >= objectives.rankOf(one.fitness, one.violation)
  }
  const isEqual = member.violation === one.violation && member.fitness.every((value, i) => value === one.fitness[i])
  return isEqual || dominates(objectives, member, one)
}
