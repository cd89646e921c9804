import { Individual } from './individual.ts'
import { anything, checkOptions, oneOf, wholeFrom } from './options.ts'
import { seedOf } from './random.ts'
import { show } from './text.ts'

export const aggregates = ['mean', 'median', 'quantile', 'worst'] as const

/**
 * How the fitness of a point follows from its samples, for each objective by itself. A sample that failed ranks last: a
 * `quantile` is what that part of the samples is at least as good as, `worst` the same of all of them, `median` of half.
 */
export type Aggregate = (typeof aggregates)[number]

/** How often each individual of a search is simulated. It is told to the optimizer as one evaluation. */
export interface Replications {
  readonly count: number
  readonly aggregate: Aggregate
  /** Which part the aggregate `quantile` takes; null of the other aggregates. */
  readonly quantile: number | null
  /** `common`: replicate k has the same seed at every point, so that points differ by their parameters alone. */
  readonly seeds: 'common' | 'own'
}

/** Replications as they are asked for: a count alone means the mean of so many, with common seeds. */
export type GivenReplications =
  | number
  | {
      readonly count: number
      readonly aggregate?: Aggregate | undefined
      readonly quantile?: number | undefined
      readonly seeds?: 'common' | 'own' | undefined
    }

/** @throws RangeError or ConfigurationError if they are not what they may be; undefined if each is simulated once */
export function replicationsFrom(given: GivenReplications): Replications | undefined {
  const asked = typeof given === 'number' ? { count: given } : given
  checkOptions('replications', asked, {
    count: wholeFrom(1),
    aggregate: oneOf(...aggregates),
    quantile: anything,
    seeds: oneOf('common', 'own'),
  })
  const { count, aggregate = 'mean', quantile, seeds = 'common' } = asked
  if (count === undefined) throw new RangeError('replications need a count, got none')
  if (quantile !== undefined && aggregate !== 'quantile') {
    throw new RangeError(
      `a quantile is of the aggregate quantile only, and replications have the aggregate ${aggregate}`,
    )
  }
  if (quantile !== undefined && !(quantile > 0 && quantile <= 1)) {
    throw new RangeError(`the quantile of replications needs a number above 0 and at most 1, got ${show(quantile)}`)
  }
  if (count === 1) return undefined
  return { count, aggregate, quantile: aggregate === 'quantile' ? (quantile ?? defaultQuantile) : null, seeds }
}

const defaultQuantile = 0.9

/** How a fitness follows from so many samples, in words: `mean of 8`. Without replications of its problem it is the mean. */
export function aggregateInWords(replications: Replications | undefined, samples: number): string {
  const { aggregate = 'mean', quantile = null } = replications ?? {}
  return `${quantile === null ? aggregate : `${quantile} quantile`} of ${samples}`
}

/** All the simulations of a point, itself the first of them. */
export function replicatesOf<P>(
  point: Individual<P>,
  replications: Replications | undefined,
  searchSeed: number,
): readonly [Individual<P>, ...Individual<P>[]] {
  if (replications === undefined) return [point]
  const { generation, index, parameters, budget, continues } = point
  // With a budget, a point that goes on from another has that one's seed, and its replicates have those of the other's.
  const ownSeed = (replicate: number) =>
    budget === undefined
      ? seedOf(searchSeed, 'simulate', generation, index, replicate)
      : replicate === 0
        ? point.seed
        : seedOf(point.seed, 'simulate', 'replicate', replicate)
  const replicateOf = (replicate: number) => {
    const seed =
      replications.seeds === 'common' ? seedOf(searchSeed, 'simulate', 'replicate', replicate) : ownSeed(replicate)
    const share = continues ? { budget, continues: { ...continues, replicate } } : { budget }
    return new Individual({ generation, index, replicate }, parameters, seed, share)
  }
  return [replicateOf(0), ...Array.from({ length: replications.count - 1 }, (_, i) => replicateOf(i + 1))]
}

/** What of individuals is a point: of replicates, the first. */
export function pointsOf<P>(
  individuals: readonly Individual<P>[],
  replications: Replications | undefined,
): readonly Individual<P>[] {
  return replications === undefined ? individuals : individuals.filter(({ replicate }) => replicate === 0)
}
