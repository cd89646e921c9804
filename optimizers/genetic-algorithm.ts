import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import type { Trajectory } from '../src/core/trajectory.ts'
import { genesOf } from './shared/genes.ts'
import { BreedingFamilies } from './shared/genetic/breeding-families.ts'
import { BreedingGenerations } from './shared/genetic/breeding-generations.ts'
import { asVersion2 } from './shared/genetic/earlier-states.ts'
import { firstFamilies } from './shared/genetic/families.ts'
import { honour } from './shared/genetic/hall-of-fame.ts'
import { keysOf, type Member } from './shared/genetic/members.ts'
import type { Nursery } from './shared/genetic/nursery.ts'
import { withoutTold } from './shared/genetic/pending.ts'
import { ProposedPoints } from './shared/genetic/proposed-points.ts'
import type { Breeding, GeneticAlgorithmState, Pending, Told } from './shared/genetic/state.ts'
import { Variation } from './shared/genetic/variation.ts'
import { type KnownPoints, keyOf, withPoint, withPoints } from './shared/known-points.ts'
import { PendingKeys } from './shared/pending-keys.ts'
import { plainNumber, scoreOf } from './shared/score.ts'

export type { GeneticAlgorithmState } from './shared/genetic/state.ts'

const probability = z.number().min(0).max(1)

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(1).default(32).describe('How many individuals a generation has'),
  breeding: z
    .enum(['generations', 'families'])
    .optional()
    .describe(
      'generations: tournaments breed each population from the one before, with elites; families: children compete for places, ' +
        'bred gene by gene or from many parents, whichever succeeds; where all parameters are real and no front is looked for ' +
        'unless given',
    ),
  crossoverProbability: probability.default(0.9).describe('How often two parents are crossed, in generations'),
  mutationProbability: probability.default(0.5).describe('How often an offspring is mutated'),
  geneMutationProbability: probability
    .default(0.1)
    .describe('How often each coordinate of an offspring that is mutated moves; one does at least'),
  tournamentSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(3)
    .describe('How many contestants a parent has to beat, itself included'),
  blend: z.number().min(0).default(0.5).describe('How far children may lie outside of their parents (alpha of BLX)'),
  mutationScale: z
    .number()
    .positive()
    .max(1)
    .default(0.3)
    .describe("The largest standard deviation of a mutation, as a part of the parameter's range"),
  mutationDecades: z
    .number()
    .min(0)
    .max(15)
    .default(5)
    .describe('How many powers of ten smaller the smallest standard deviation is; 0 mutates at one scale only'),
  elites: z
    .int()
    .min(0)
    .default(2)
    .describe(
      'How many of the best are kept as they are, in generations; never the whole population. Of a front all are',
    ),
  hallOfFame: z.int().min(1).default(20).describe('How many of the best ever are remembered; of a front all are'),
})

type Settings = z.output<typeof settings>

/**
 * A genetic algorithm for any mixture of parameters: tournaments, crossover of two or of many, mutations at all scales.
 *
 * Where all parameters are real, each child competes for one place of the population. Two operators compete, too: the one exchanges
 * genes, which solves what is separable; the other recombines many parents at once, which heeds how the axes depend on each
 * other (as the competing strategies of Schlierkamp-Voosen and Muehlenbein 1994, "Strategy adaptation by competing
 * subpopulations"). A population that has collapsed begins anew.
 *
 * Else a population is bred from the one before by tournaments and blend crossover, with elites. Where a front is looked for,
 * parents and children compete for the places of the next population by front and crowding distance, as do those in a
 * tournament (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II").
 *
 * Mutations draw their standard deviation log-uniformly from [mutationScale / 10^mutationDecades, mutationScale], as the
 * breeder genetic algorithm does (Muehlenbein and Schlierkamp-Voosen 1993, "Predictive models for the breeder genetic
 * algorithm", section 4.2: steps of range * 2^-(16 u)), so that no schedule has to know when coarse search ends.
 */
export class GeneticAlgorithm<P = Record<string, unknown>> extends Optimizer<GeneticAlgorithmState, P, Settings> {
  static readonly type = 'genetic-algorithm'
  static readonly summary =
    'Tournaments, crossover of two parents or of many, mutations at all scales; for any parameters, and for fronts'
  static override readonly version = 6
  /** Runs of version 3 go on in generations, as they began. */
  static readonly since = 3
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'steady',
    searches: true,
  } as const

  readonly #generations: Breeding
  readonly #families: Breeding
  readonly #breedsFamilies: boolean
  readonly #proposed = new ProposedPoints<P>()
  readonly #pendingKeys = new PendingKeys<Pending>(keysOf)

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const nursery: Nursery<P> = {
      space: this.space,
      objectives: this.objectives,
      settings: this.settings,
      variation: new Variation(this.space, genesOf(this.space), this.settings),
      horizon: () => this.horizon,
      createPoint: (random) => this.createPoint(random),
      pendingKeys: this.#pendingKeys,
    }
    this.#generations = new BreedingGenerations(nursery)
    this.#families = new BreedingFamilies(nursery)
    const other = this.space.axes.find(({ kind }) => kind !== 'real')
    if (this.settings.breeding === 'families' && other) {
      throw new SettingsError(`optimizer: breeding families needs real parameters only, got ${other.kind} ones, too`)
    }
    const { wantsFront, names } = this.objectives
    if (this.settings.breeding === 'families' && wantsFront) {
      throw new SettingsError(
        `optimizer: breeding families follows one number, and ${names.join(', ')} have directions without weights (breeding generations finds their front)`,
      )
    }
    this.#breedsFamilies = this.settings.breeding !== 'generations' && !other && !wantsFront
  }

  override upgrade(state: State, version: number): GeneticAlgorithmState | undefined {
    if (version >= 4) return state as unknown as GeneticAlgorithmState
    if (version === 3) return { ...(state as unknown as GeneticAlgorithmState), families: null }
    const second = asVersion2(state, version)
    return second && { ...second, families: null, known: this.#withMembers([], second.members.map(memberOnly)) }
  }

  override start(): GeneticAlgorithmState {
    return {
      families: this.#breedsFamilies ? firstFamilies : null,
      generation: 0,
      isSteady: false,
      members: [],
      pending: [],
      known: [],
      proposed: 0,
      hallOfFame: [],
      average: null,
      failed: 0,
    }
  }

  override ask(state: GeneticAlgorithmState, room: number, random: Random): Asked<GeneticAlgorithmState, P> {
    const { state: next, offspring } = this.#breedingOf(state).ask(state, room, random)
    const added: Pending[] = []
    const proposals: Proposal<P>[] = []
    let serial = state.proposed
    for (const { keyed, operator, bred } of offspring) {
      const genome = keyed.point
      const parameters = this.space.decode(genome)
      added.push(bred ? { serial, genome, bred } : { serial, genome })
      proposals.push({ parameters, tag: serial, origin: { operator } })
      this.#proposed.add(serial, { parameters, keyed, known: state.known })
      serial++
    }
    const pending = state.pending.length > 0 ? state.pending.concat(added) : added
    this.#pendingKeys.settle(pending)
    const { families, known, hallOfFame } = state
    const { generation, isSteady, members, average, failed } = next
    // Written out, here and in `tell`: a spread copies each key by its name, which in steady orders is done for each individual.
    return {
      state: {
        families,
        generation,
        isSteady,
        members,
        pending,
        known,
        proposed: serial,
        hallOfFame,
        average,
        failed,
      },
      proposals,
    }
  }

  override tell(state: GeneticAlgorithmState, evaluations: readonly Evaluation<P>[]): GeneticAlgorithmState {
    const told: (Told & Keyed)[] = []
    let { failed } = state
    for (let i = 0; i < evaluations.length; i++) {
      const one = this.#toldBy(evaluations[i]!, state.known)
      if (one.member.fitness === null) failed++
      told.push(one)
    }
    const pending = withoutTold(state.pending, told)
    this.#pendingKeys.tell(state.pending, pending, told)
    const after = this.#breedingOf(state).tell(state, told)
    return {
      families: after.families ?? state.families,
      generation: state.generation,
      isSteady: state.isSteady,
      members: after.members ?? state.members,
      pending,
      known: this.#withMembers(state.known, told),
      proposed: state.proposed,
      hallOfFame: honour(state.hallOfFame, evaluations, this.settings.hallOfFame, this),
      average: after.average === undefined ? state.average : after.average,
      failed,
    }
  }

  override recommend({ hallOfFame }: GeneticAlgorithmState): Recommendation<P>[] {
    return hallOfFame.map(({ genome, generation, index }) => ({
      parameters: this.space.decode(genome),
      by: 'seen',
      individual: { generation, index, replicate: 0 },
    }))
  }

  /** Best and average are weighted sums of the fitness: larger is better. Of a front, how many are on it. */
  override summarize(state: GeneticAlgorithmState): Readonly<Record<string, unknown>> {
    const { generation, members, pending, hallOfFame, average, failed, families } = state
    const [first] = hallOfFame
    const counts = { failed, members: members.length, pending: pending.length }
    if (this.objectives.wantsFront) {
      return { generation, front: first?.violation === undefined ? hallOfFame.length : 0, ...counts }
    }
    const best = first && first.violation === undefined ? plainNumber(scoreOf(this.objectives, first.fitness)) : null
    return { generation, best, average, ...counts, ...(families && { restarts: families.restarts }) }
  }

  /** The best ever, best first, or the front, with where they stand in the trajectory. */
  hallOfFame(state: GeneticAlgorithmState): { parameters: P; fitness: number[]; generation: number; index: number }[] {
    return state.hallOfFame.map(({ genome, fitness, generation, index }) => ({
      parameters: this.space.decode(genome),
      fitness: [...fitness],
      generation,
      index,
    }))
  }

  override end(trajectory: Trajectory<P>): void {
    super.end(trajectory)
    if (trajectory.generation >= 0) trajectory.fAddResult('hall_of_fame', this.hallOfFame(this.state))
  }

  #breedingOf({ families }: GeneticAlgorithmState): Breeding {
    return families ? this.#families : this.#generations
  }

  #toldBy(evaluation: Evaluation<P>, known: KnownPoints): Told & Keyed {
    const { parameters } = evaluation.individual
    const serial = typeof evaluation.tag === 'number' ? evaluation.tag : undefined
    const proposed = serial === undefined ? undefined : this.#proposed.take(serial, parameters)
    const genome = proposed?.keyed.point ?? this.space.encode(parameters)
    const key = proposed?.keyed.key ?? keyOf(genome)
    const isFresh = proposed?.known === known
    if (evaluation.outcome !== 'done') return { member: { genome, fitness: null }, serial, key, isFresh }
    const { fitness, violation } = evaluation
    const member = violation === undefined ? { genome, fitness } : { genome, fitness, violation }
    return { member, serial, key, isFresh }
  }

  #scoreToKeep({ fitness, violation }: Member): number | null {
    return fitness === null ? null : plainNumber(scoreOf(this.objectives, fitness, violation))
  }

  #withMembers(known: KnownPoints, members: readonly Keyed[]): KnownPoints {
    const [first] = members
    if (first && members.length === 1) return withPoint(known, first.key, this.#scoreToKeep(first.member))
    const keys: number[] = []
    const scores: (number | null)[] = []
    let areFresh = true
    for (const { key, member, isFresh } of members) {
      keys.push(key)
      scores.push(this.#scoreToKeep(member))
      areFresh &&= isFresh
    }
    return withPoints(known, keys, scores, areFresh)
  }
}

interface Keyed {
  readonly member: Member
  readonly key: number
  /** Whether it is sure that its point is not known. */
  readonly isFresh: boolean
}

function memberOnly(member: Member): Keyed {
  return { member, key: keyOf(member.genome), isFresh: false }
}
