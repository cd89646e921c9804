import type { Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import type { Objectives } from '../../src/core/objectives.ts'
import type { Space } from '../../src/core/space.ts'
import { type Archived, archiveWith, recommendArchive } from './archive.ts'
import { type Best, betterOf, feasibleScore, recommendationOf } from './best.ts'
import { countOf, type KnownPoints, keyOf, withPoint } from './known-points.ts'
import { plainNumber, scoreOf } from './score.ts'

/** What a search has seen so far: every point with its score, and the best of them. */
export type Seen = {
  readonly known: KnownPoints
  /** None where a front is looked for. */
  readonly best: Best | null
  /** Where a front is looked for, what no other point dominates. */
  readonly front?: readonly Archived[]
  readonly failed: number
}

/** One evaluation as algorithms see it. */
export interface SeenPoint {
  readonly point: number[]
  readonly key: number
  /** Larger is better; null if it failed. */
  readonly score: number | null
}

export const nothingSeen: Seen = { known: [], best: null, failed: 0 }

/** Takes in an evaluation; gives it as a point with its score, too. */
export function see<P>(
  seen: Seen,
  evaluation: Evaluation<P>,
  space: Space<P>,
  objectives: Objectives,
): { readonly seen: Seen; readonly told: SeenPoint } {
  const { individual, outcome } = evaluation
  const point = space.encode(individual.parameters)
  const key = keyOf(point)
  const score = outcome === 'done' ? plainNumber(scoreOf(objectives, evaluation.fitness, evaluation.violation)) : null
  const known = withPoint(seen.known, key, score)
  const told = { point, key, score }
  const failed = seen.failed + (score === null ? 1 : 0)
  if (objectives.wantsFront) {
    const front = archiveWith(seen.front ?? [], evaluation, space, objectives)
    return { seen: { known, best: null, front, failed }, told }
  }
  const best = betterOf(seen.best, score, individual, space)
  return { seen: { known, best, failed }, told }
}

/** The best that was seen; all of the front, where one is looked for. */
export function recommendBest<P>({ best, front }: Seen, space: Space<P>): Recommendation<P>[] {
  return front ? recommendArchive(front, space) : recommendationOf(best, space)
}

/**
 * For people: how many points are known, how many failed, and the best weighted sum of the fitness that keeps the constraints,
 * or how many points the front has.
 */
export function summarizeSeen({ known, best, front, failed }: Seen): Readonly<Record<string, unknown>> {
  if (front) return { known: countOf(known), failed, front: front.length }
  return { known: countOf(known), failed, best: feasibleScore(best) }
}
