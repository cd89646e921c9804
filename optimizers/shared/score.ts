import type { Evaluation } from '../../src/core/evaluation.ts'
import { type Objectives, someObjectives } from '../../src/core/objectives.ts'
import { checkArgument, someNumbers } from '../../src/core/options.ts'

/**
 * By what a fitness ranks, larger is better: its weighted sum, or, of what violates constraints, a number below all such
 * sums. What overflows to no number at all ranks with failures.
 */
export function scoreOf(objectives: Objectives, fitness: readonly number[] | null, violation?: number): number {
  checkArgument('scoreOf', 'the first argument', objectives, someObjectives)
  if (fitness === null) return Number.NEGATIVE_INFINITY
  checkArgument('scoreOf', 'the fitness', fitness, someNumbers)
  const score = objectives.rankOf(fitness, violation)
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score
}

/** A score as a state may hold it: finite, as JSON knows no others. */
export function plainNumber(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}

/** The mean of scores, as a state may hold it; null of none. */
export function meanScore(scores: readonly number[]): number | null {
  checkArgument('meanScore', 'its argument', scores, someNumbers)
  if (scores.length === 0) return null
  const share = 1 / scores.length
  let mean = 0
  for (let i = 0; i < scores.length; i++) mean += plainNumber(scores[i]!) * share
  return plainNumber(mean)
}

/** Minus the score, for methods that minimize; null of what failed. */
export function costOf<P>(objectives: Objectives, evaluation: Evaluation<P>): number | null {
  return evaluation.outcome === 'done'
    ? plainNumber(0 - scoreOf(objectives, evaluation.fitness, evaluation.violation))
    : null
}
