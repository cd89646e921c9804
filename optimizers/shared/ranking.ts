import type { DoneEvaluation, Evaluation } from '../../src/core/evaluation.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import { scoreOf } from './score.ts'

export interface Ranked<P = Record<string, unknown>> {
  readonly evaluation: DoneEvaluation<P>
  /** The weighted sum of its fitness: larger is better; far below all of them where it violates constraints. */
  readonly score: number
}

/** The evaluations that did not fail, best first; equals stay in the order in which they were told. */
export function rank<P>(objectives: Objectives, evaluations: readonly Evaluation<P>[]): Ranked<P>[] {
  const done = evaluations.flatMap((evaluation) =>
    evaluation.outcome === 'done'
      ? [{ evaluation, score: scoreOf(objectives, evaluation.fitness, evaluation.violation) }]
      : [],
  )
  return done.sort((a, b) => compareScores(b.score, a.score))
}

/** For sorting: smaller scores first. A difference would be no number where both are infinite. */
export function compareScores(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
