import { refusePlaces } from './answers.ts'
import { withoutNegativeZeros } from './as-recorded.ts'
import { ConfigurationError } from './errors.ts'
import type { Evaluation } from './evaluation.ts'
import { type Expansion, proposalsIn } from './expansion.ts'
import { Individual, type IndividualId } from './individual.ts'
import { aText, aValue, checkArgument, type OptionCheck, refuseSurplus, someValues } from './options.ts'
import { ParameterGroup } from './parameter-group.ts'
import type { Proposal } from './proposal.ts'
import { seedOf } from './random.ts'
import { pointsOf, type Replications, replicatesOf } from './replications.ts'
import { show } from './text.ts'

/** What is already recorded of a search, wherever it is kept. */
export interface TrajectoryHistory<P = Record<string, unknown>> {
  /** The number of generations so far. */
  readonly generations: number
  /** The individuals of a generation in index order. */
  individuals(generation: number): Individual<P>[]
  /** The evaluations of a generation in index order, as far as they are known. */
  evaluations(generation: number): Evaluation<P>[]
  /** The best `count` evaluations of all, best first. */
  best(count: number): Evaluation<P>[]
  readonly groups: readonly ParameterGroup[]
  readonly results: ReadonlyMap<string, unknown>
}

/**
 * The history of a search: parameter groups, generations of individuals, evaluations, results. `fExpand` adds a
 * generation. Only the newest generation is held in memory; older ones are read from the record when asked for.
 */
export class Trajectory<P = Record<string, unknown>> {
  readonly #history: TrajectoryHistory<P>
  readonly #groups = new Map<string, ParameterGroup>()
  readonly #results: Map<string, unknown>
  #generation: number
  #newest: Individual<P>[]
  #proposals: readonly Proposal<P>[] = []
  #replications: Replications | undefined

  constructor(history: TrajectoryHistory<P> = emptyHistory) {
    checkArgument('Trajectory', 'the history', (history as Partial<typeof history> | null)?.groups, someValues)
    this.#history = history
    for (const group of history.groups) this.#groups.set(group.name, group)
    this.#results = new Map(history.results)
    this.#generation = history.generations - 1
    this.#newest = this.#generation < 0 ? [] : history.individuals(this.#generation)
  }

  /** The number of the newest generation, -1 before the first. */
  get generation(): number {
    return this.#generation
  }

  /**
   * Adds a group of named settings, or finds it again where the search goes on.
   * @example trajectory.fAddParameterGroup('simulation', 'fixed for the whole search')
   */
  fAddParameterGroup(name: string, comment = ''): ParameterGroup {
    const known = this.#groups.get(name)
    if (known) return known
    const group = new ParameterGroup(name, comment)
    this.#groups.set(name, group)
    return group
  }

  /**
   * Adds a setting to a group that exists.
   * @example trajectory.fAddParameterToGroup('simulation', 'stepSize', 0.1)
   */
  fAddParameterToGroup(group: string, key: string, value: unknown, comment = ''): void {
    this.group(group).fAddParameter(key, value, comment)
  }

  /**
   * Adds a setting that belongs to no group in particular (it goes to the group `parameters`).
   * @example trajectory.fAddParameter('laboratory', 'B12', 'who asked for this run')
   */
  fAddParameter(key: string, value: unknown, comment = ''): void {
    this.fAddParameterGroup('parameters').fAddParameter(key, value, comment)
  }

  /**
   * Adds a setting that follows from others (it goes to the group `derived`).
   * @example trajectory.fAddDerivedParameter('steps', duration / stepSize)
   */
  fAddDerivedParameter(key: string, value: unknown, comment = ''): void {
    this.fAddParameterGroup('derived').fAddParameter(key, value, comment)
  }

  /**
   * Records a result of the search as a whole.
   * @example trajectory.fAddResult('R0', beta / gamma)
   */
  fAddResult(key: string, value: unknown, ...surplus: readonly never[]): void {
    checkArgument('fAddResult', 'the key', key, aText)
    checkArgument('fAddResult', `the value of ${key}`, value, aValue)
    refuseSurplus('fAddResult', 2, surplus, '')
    this.#results.set(key, value)
  }

  /** The result of that name. @throws RangeError if there is none */
  result(key: string): unknown {
    if (!this.#results.has(key)) {
      throw new RangeError(
        `the trajectory has no result ${key}; it has ${[...this.#results.keys()].join(', ') || 'none'}`,
      )
    }
    return this.#results.get(key)
  }

  /** The group of that name. @throws RangeError if there is none */
  group(name: string): ParameterGroup {
    const group = this.#groups.get(name)
    if (!group) {
      throw new RangeError(
        `the trajectory has no parameter group ${name}; it has ${[...this.#groups.keys()].join(', ') || 'none'}`,
      )
    }
    return group
  }

  get groups(): readonly ParameterGroup[] {
    return [...this.#groups.values()]
  }

  get results(): ReadonlyMap<string, unknown> {
    return this.#results
  }

  /** From now on each individual that is added is simulated so often. */
  replicate(replications: Replications | undefined): void {
    this.#replications = replications
  }

  get replications(): Replications | undefined {
    return this.#replications
  }

  /**
   * Adds a generation of individuals; those that bring no seed get one that is derived from the search's.
   * @example trajectory.fExpand([{ parameters: { beta: 1.7, gamma: 0.45 } }], 7)
   * @example trajectory.fExpand({ generation: [0, 0], indIdx: [0, 1], 'individual.beta': [1.7, 1.8] }, 7)
   * @returns one for each proposal, columns in index order; where they are replicated, the first replicates
   */
  fExpand(given: readonly Proposal<P>[] | Expansion, seed: number): readonly Individual<P>[] {
    const proposals = isList(given) ? given : proposalsIn<P>(given, this.#generation + 1)
    if (proposals.length === 0) throw new RangeError('fExpand needs at least one individual, got none')
    checkProposals(proposals, seed, this.#replications)
    const generation = this.#generation + 1
    const points = proposals.map((proposal, i) => {
      const id = { generation, index: proposal.index ?? i, replicate: proposal.replicate ?? 0 }
      return individualOf(id, proposal, seed)
    })
    const times = this.#replications?.count ?? 1
    this.#newest = times === 1 ? points : points.flatMap((point) => replicatesOf(point, this.#replications, seed))
    this.#proposals = times === 1 ? proposals : proposals.flatMap((one) => Array<Proposal<P>>(times).fill(one))
    this.#generation = generation
    return pointsOf(this.#newest, this.#replications)
  }

  /**
   * Adds individuals to the newest block of a steady search; a block that is full is followed by the next.
   *
   * @param size how many individuals a block has, replicates of one counted once
   * @returns for each proposal its individual, or the replicates of that
   */
  fExtend(
    proposals: readonly Proposal<P>[],
    seed: number,
    size: number,
  ): readonly (readonly [Individual<P>, ...Individual<P>[]])[] {
    const times = this.#replications?.count ?? 1
    return proposals.map((proposal) => {
      if (this.#generation < 0 || this.#newest.length === size * times) {
        this.#generation++
        this.#newest = []
      }
      const id = { generation: this.#generation, index: this.#newest.length / times, replicate: 0 }
      const replicates = replicatesOf(individualOf(id, proposal, seed), this.#replications, seed)
      this.#newest.push(...replicates)
      return replicates
    })
  }

  /** What the individuals of the newest generation were made from, in the same order. */
  get proposals(): readonly Proposal<P>[] {
    return this.#proposals
  }

  /** The individuals of a generation in index order; of the newest one unless another is named. */
  individuals(generation = this.#generation): readonly Individual<P>[] {
    if (generation === this.#generation) return this.#newest
    this.#check(generation)
    return this.#history.individuals(generation)
  }

  /** The evaluations of a generation in index order, as far as they are known. */
  evaluations(generation = this.#generation): readonly Evaluation<P>[] {
    this.#check(generation)
    return this.#history.evaluations(generation)
  }

  /** The best evaluations of the whole search, best first. */
  best(count = 1): readonly Evaluation<P>[] {
    return this.#history.best(count)
  }

  #check(generation: number): void {
    if (!(Number.isInteger(generation) && generation >= 0 && generation <= this.#generation)) {
      throw new RangeError(`the trajectory has generations 0 to ${this.#generation}, not ${generation}`)
    }
  }
}

/** Refuses what a script of L2L has in their place: parameters alone, and no seed. */
function checkProposals<P>(proposals: readonly Proposal<P>[], seed: number, replications?: Replications): void {
  const other = proposals.findIndex((one) => (one as Partial<Proposal<P>> | null)?.parameters === undefined)
  if (other >= 0) {
    throw new ConfigurationError(
      `fExpand needs { parameters } for each individual, got ${show(proposals[other])} in place ${other}`,
    )
  }
  const twice = refusePlaces(proposals)
  if (twice !== undefined) throw new ConfigurationError(`fExpand: ${twice}`)
  const isNeeded = replications !== undefined || proposals.some((one) => one.seed === undefined)
  if (Number.isFinite(seed) || !isNeeded) return
  throw new ConfigurationError(
    `fExpand needs the seed of the search behind the individuals, a number, got ${show(seed)}`,
  )
}

function isList<T>(given: readonly T[] | Expansion): given is readonly T[] {
  return Array.isArray(given)
}

function individualOf<P>(id: IndividualId, proposal: Proposal<P>, searchSeed: number): Individual<P> {
  const { parameters, seed = seedOf(searchSeed, 'simulate', id.generation, id.index, id.replicate) } = proposal
  return new Individual(id, withoutNegativeZeros(parameters), seed, proposal)
}

const emptyHistory: TrajectoryHistory<never> = {
  generations: 0,
  individuals: () => [],
  evaluations: () => [],
  best: () => [],
  groups: [],
  results: new Map(),
}

/** Checks an argument; also the trajectories of another copy of this package are such. */
export const aTrajectory: OptionCheck = (value) =>
  typeof (value as Partial<Trajectory> | null | undefined)?.fExpand === 'function'
    ? undefined
    : `needs a trajectory, as prepareExperiment gives one, got ${show(value)}`
