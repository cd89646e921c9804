import type { Order } from '../core/abilities.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import { boundSearches, type Limits, mostEvaluations } from '../core/limits.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { isSame } from '../core/plain-data.ts'
import type { Proposal } from '../core/proposal.ts'
import type { Trajectory } from '../core/trajectory.ts'
import type { RecordWriter } from '../record/writer.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { Ends } from './ends.ts'
import type { EvaluationCache } from './evaluation-cache.ts'
import type { LeftCheckpoints } from './left-checkpoints.ts'
import type { Tally } from './tally.ts'

/** What every order of a search works on. */
export interface Searched {
  readonly trajectory: Trajectory
  readonly optimizer: Optimizer
  readonly record: RecordWriter
  readonly checkpoints: Checkpoints
  readonly tally: Tally
  readonly limits: Limits
  readonly ends: Ends
  /** The checkpoints that simulations have left, if the problem has a budget. */
  readonly left: LeftCheckpoints | undefined
  readonly start: NonNullable<SearchPlan['start']>
}

/** What a search need not find out by itself. */
export interface Knowledge {
  /** Generation -1: what the optimizer is told before the first. */
  readonly evaluations?: readonly Evaluation[]
  /** What other runs have simulated. */
  readonly cache?: EvaluationCache | undefined
}

/** How a search goes, beside what is searched and by whom. */
export interface SearchPlan {
  /** When results are told; a generation at once unless it is given. */
  readonly order?: Order | undefined
  /** How many individuals of a steady order may be ahead of the telling; the population unless it is given. */
  readonly window?: number | undefined
  /** First guesses: parameters that are simulated before what the optimizer proposes. */
  readonly start?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly limits?: Limits | undefined
  /** How many evaluations schedules are laid out for; what the limits are at the first start unless it is given. */
  readonly horizon?: number | undefined
}

/** How many evaluations the schedules of a search are laid out for when it begins. */
export function firstHorizon(
  { settings, usualGenerations, populationSize, replications }: Optimizer,
  { limits = {}, horizon }: Pick<SearchPlan, 'limits' | 'horizon'>,
): number {
  const { generations: given = limits.generations ?? usualGenerations } = settings
  const generations = Math.min(limits.generations ?? Number.POSITIVE_INFINITY, given)
  const most = mostEvaluations(limits, replications)
  return horizon ?? (Number.isFinite(most) ? most : generations * populationSize)
}

/**
 * How many generations, or blocks, the settings of an optimizer give a search: as many as there are where they say nothing
 * and a limit is sure to end it, and else as many as is usual.
 */
export function mostGenerations({ settings, allGenerations, usualGenerations }: Optimizer, limits: Limits): number {
  return settings.generations ?? (boundSearches(limits) ? allGenerations : usualGenerations)
}

/** @throws ConfigurationError if what an optimizer proposes when it is told again is not what was recorded */
export function checkReplayed(
  { type, version }: Optimizer,
  proposals: readonly Proposal[],
  recorded: readonly Individual[],
  directory: string,
): void {
  const other = recorded.find((individual, i) => !isSame(individual.parameters, proposals[i]?.parameters))
  if (other === undefined && proposals.length === recorded.length) return
  const name = (other ?? recorded.at(-1))?.name ?? 'the next one'
  throw new ConfigurationError(
    `The optimizer ${type} (version ${version}) does not propose what ${directory} has as individual ${name}: the run was begun with another version of it or of Node.js; go on with that, or choose another name and take what this run knows (warmStart: ${directory}).`,
  )
}
