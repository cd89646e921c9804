import type { Recommendation } from '../../src/core/algorithm.ts'
import type { Individual } from '../../src/core/individual.ts'
import { mostInfeasible } from '../../src/core/objectives.ts'
import type { Space } from '../../src/core/space.ts'

/** The best that was told, as a state may hold it. */
export type Best = {
  readonly point: readonly number[]
  /** The weighted sum of its fitness: larger is better. */
  readonly score: number
  readonly generation: number
  readonly index: number
  readonly replicate: number
}

/** The better of the best so far and an individual with its score; of equals, the first. */
export function betterOf<P>(best: Best | null, score: number | null, individual: Individual<P>, space: Space<P>) {
  if (score === null || (best !== null && best.score >= score)) return best
  const { parameters, generation, index, replicate } = individual
  return { point: space.encode(parameters), score, generation, index, replicate }
}

export function recommendationOf<P>(best: Best | null, space: Space<P>): Recommendation<P>[] {
  if (best === null) return []
  const { point, generation, index, replicate } = best
  return [{ parameters: space.decode(point), by: 'seen', individual: { generation, index, replicate } }]
}

/** For people: the score of the best that keeps the constraints; null before there is one. */
export function feasibleScore(best: Pick<Best, 'score'> | null): number | null {
  return best !== null && best.score > mostInfeasible ? best.score : null
}
