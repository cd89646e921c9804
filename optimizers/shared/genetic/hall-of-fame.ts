import type { DoneEvaluation, Evaluation } from '../../../src/core/evaluation.ts'
import type { Objectives } from '../../../src/core/objectives.ts'
import type { Space } from '../../../src/core/space.ts'
import { frontWith } from '../archive.ts'
import { scoresAmong } from '../ranking.ts'
import { scoreOf } from '../score.ts'
import { hasPlace, resultOf, takePlace } from './members.ts'

/** One of the best ever, with where it stands in the trajectory. */
export type Famous = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[]
  readonly violation?: number
  readonly generation: number
  readonly index: number
}

/**
 * The best of those in the hall of fame and of what was told, best first; no two have the same genome. Where a front is
 * looked for it is all of the front, in the order of telling.
 */
export function honour<P>(
  hallOfFame: readonly Famous[],
  evaluations: readonly Evaluation<P>[],
  size: number,
  { space, objectives }: { readonly space: Space<P>; readonly objectives: Objectives },
): readonly Famous[] {
  const famousFrom = (evaluation: DoneEvaluation<P>): Famous => {
    const { generation, index, parameters } = evaluation.individual
    return { genome: space.encode(parameters), ...resultOf(evaluation), generation, index }
  }
  if (objectives.wantsFront) {
    const done = evaluations.filter((evaluation) => evaluation.outcome === 'done')
    return done.reduce((front, evaluation) => frontWith(objectives, front, evaluation, famousFrom), hallOfFame)
  }
  const last = hallOfFame.length < size ? undefined : hallOfFame[hallOfFame.length - 1]
  const bar = last && scoreOf(objectives, last.fitness, last.violation)
  const better: DoneEvaluation<P>[] = []
  for (const evaluation of evaluations) {
    if (evaluation.outcome !== 'done') continue
    if (bar === undefined || scoreOf(objectives, evaluation.fitness, evaluation.violation) > bar)
      better.push(evaluation)
  }
  if (better.length === 0) return hallOfFame
  const best = [...hallOfFame]
  const scores = scoresAmong(objectives, best)
  for (const evaluation of better) {
    const score = scoreOf(objectives, evaluation.fitness, evaluation.violation)
    if (hasPlace(scores, score, size)) takePlace(best, scores, famousFrom(evaluation), score, size)
  }
  return best
}
