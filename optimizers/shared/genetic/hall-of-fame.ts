import type { Evaluation } from '../../../src/core/evaluation.ts'
import type { Objectives } from '../../../src/core/objectives.ts'
import type { Space } from '../../../src/core/space.ts'
import { scoreOf } from '../score.ts'
import { bestOf, resultOf, scoresOf } from './members.ts'

/** One of the best ever, with where it stands in the trajectory. */
export type Famous = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[]
  readonly violation?: number
  readonly generation: number
  readonly index: number
}

/** The best of those in the hall of fame and of what was told, best first; no two have the same genome. */
export function honour<P>(
  hallOfFame: readonly Famous[],
  evaluations: readonly Evaluation<P>[],
  size: number,
  { space, objectives }: { readonly space: Space<P>; readonly objectives: Objectives },
): Famous[] {
  const last = hallOfFame.length < size ? undefined : hallOfFame[hallOfFame.length - 1]
  const bar = last && scoreOf(objectives, last.fitness, last.violation)
  const all = [...hallOfFame]
  for (const evaluation of evaluations) {
    if (evaluation.outcome !== 'done') continue
    const { individual, fitness, violation } = evaluation
    if (bar !== undefined && scoreOf(objectives, fitness, violation) <= bar) continue
    const { generation, index, parameters } = individual
    all.push({ genome: space.encode(parameters), ...resultOf(evaluation), generation, index })
  }
  return all.length === hallOfFame.length ? all : bestOf(all, scoresOf(objectives, all), size)
}
