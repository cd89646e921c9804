import type { Evaluation } from '../../../src/core/evaluation.ts'
import { mostInfeasible } from '../../../src/core/objectives.ts'
import { type CmaAxes, split } from '../cma/axes.ts'
import { type CmaRun, type CmaSample, medianOf, penalised } from '../cma/run.ts'
import { type Archive, kendallTau, pointIn } from './archive.ts'
import { type LqModel, predict } from './lq-model.ts'

/** A sample of a generation of which a model says which are to be simulated. */
export type Candidate = {
  readonly sample: CmaSample | null
  readonly point: readonly number[]
  readonly status: 'new' | 'pending' | Outcome
  readonly cost: number | null
}

/** What violates constraints has a cost beyond all others: no model may learn it. */
type Outcome = 'done' | 'infeasible' | 'failed'

export function outcomeOf<P>(evaluation: Evaluation<P>): Outcome {
  if (evaluation.outcome === 'failed') return 'failed'
  return (evaluation.violation ?? 0) > 0 ? 'infeasible' : 'done'
}

/** A candidate whose point was simulated before, with the score that came of it. */
export function knownCandidate(candidate: Candidate, score: number | null): Candidate {
  if (score === null) return { ...candidate, status: 'failed', cost: null }
  return { ...candidate, status: score <= mostInfeasible ? 'infeasible' : 'done', cost: 0 - score }
}

/** The places of those that are not simulated yet, best first by the model; as they were drawn where there is none. */
export function mostPromising(
  model: LqModel | null,
  run: CmaRun,
  candidates: readonly Candidate[],
  axes: CmaAxes,
): number[] {
  const open = [...candidates.keys()].filter((place) => candidates[place]!.status === 'new')
  if (model === null) return open
  const spread = run.spreads.length === 0 ? 0 : medianOf(run.spreads)
  const values = candidates.map((candidate) => {
    const value = predictedCost(model, candidate, axes)
    return candidate.sample === null ? value : penalised(value, candidate.sample, spread)
  })
  return open.sort((a, b) => values[a]! - values[b]!)
}

/**
 * The costs that a generation is learned from: those that were simulated if all were, or the model's for all, shifted so that the
 * least is the least that was simulated.
 */
export function learnedCosts(
  model: LqModel | null,
  candidates: readonly Candidate[],
  axes: CmaAxes,
): (number | null)[] {
  if (model === null || candidates.every(({ status }) => status !== 'new')) return candidates.map(({ cost }) => cost)
  const values = candidates.map((candidate) =>
    candidate.status === 'failed' || candidate.status === 'infeasible'
      ? candidate.cost
      : predictedCost(model, candidate, axes),
  )
  const least = values.reduce<number>((low, value) => Math.min(low, value ?? low), Number.POSITIVE_INFINITY)
  const best = candidates.reduce((low, { cost }) => Math.min(low, cost ?? low), Number.POSITIVE_INFINITY)
  return values.map((value) => (value === null ? null : value - least + best))
}

function predictedCost(model: LqModel, { point }: Candidate, axes: CmaAxes): number {
  return predict(model, split(axes, point).x)
}

/** How well the model's order agrees with that of the newest that were simulated, so many of a generation of lambda among them. */
export function agreementOf(model: LqModel, archive: Archive, evaluated: number, lambda: number): number {
  const count = Math.floor(Math.max(15, Math.min(1.2 * evaluated, 0.75 * lambda)))
  const costs = [...archive.costs.subarray(-count)]
  const from = archive.costs.length - costs.length
  return kendallTau(
    costs.map((_, i) => predict(model, pointIn(archive, from + i))),
    costs,
  )
}
