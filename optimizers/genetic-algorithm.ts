import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Origin } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import type { Trajectory } from '../src/core/trajectory.ts'
import { genesOf } from './shared/genes.ts'
import { makeDistinct, type Taken } from './shared/genetic/distinct.ts'
import { asVersion2 } from './shared/genetic/earlier-states.ts'
import { type Famous, honour } from './shared/genetic/hall-of-fame.ts'
import { bestOf, isFeasible, keysOf, type Member, resultOf, scoresOf } from './shared/genetic/members.ts'
import { Variation } from './shared/genetic/variation.ts'
import { GenomeMap } from './shared/genome-map.ts'
import { type KnownPoints, keyOf, withPoint } from './shared/known-points.ts'
import { meanScore, plainNumber, scoreOf } from './shared/score.ts'

const probability = z.number().min(0).max(1)

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(2).default(32).describe('How many individuals a population has'),
  crossoverProbability: probability.default(0.9).describe('How often two parents are crossed'),
  mutationProbability: probability.default(0.5).describe('How often an offspring is mutated'),
  geneMutationProbability: probability
    .default(0.1)
    .describe('How often each coordinate of an offspring that is mutated moves; one does at least'),
  tournamentSize: z.int().min(1).default(3).describe('How many contestants a parent has to beat, itself included'),
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
  elites: z.int().min(0).default(2).describe('How many of the best are kept as they are; never the whole population'),
  hallOfFame: z.int().min(1).default(20).describe('How many of the best ever are remembered'),
})

type Settings = z.output<typeof settings>

/** A genome that is being simulated, by the tag of its proposal. */
type Pending = {
  readonly serial: number
  readonly genome: readonly number[]
}

export type GeneticAlgorithmState = {
  /** How many generations have been bred; blocks of as many in a steady search. */
  readonly generation: number
  /** Whether it was asked while individuals were pending: then each answer changes the population that is bred from. */
  readonly isSteady: boolean
  /** What is bred from next: the survivors of the last generation and what was told since, or the steady population. */
  readonly members: readonly Member[]
  readonly pending: readonly Pending[]
  /** Of a discrete space: all points that were told, none of which is simulated again. */
  readonly known: KnownPoints
  /** How many genomes were proposed. */
  readonly proposed: number
  /** The best ever, best first; no two have the same parameters. */
  readonly hallOfFame: readonly Famous[]
  /** The mean weighted fitness of the last population, without those that failed. */
  readonly average: number | null
  /** How many evaluations have failed since the last generation was bred. */
  readonly failed: number
}

/**
 * A genetic algorithm for any mixture of parameters: tournaments, blend crossover, mutations at all scales.
 *
 * It breeds a generation at once, with elites, or, when it is asked while individuals are pending, one child after the
 * other from the best so far (the steady state of Syswerda 1989, "Uniform crossover in genetic algorithms": a child takes
 * the place of the worst).
 *
 * Mutations draw their standard deviation log-uniformly from [mutationScale / 10^mutationDecades, mutationScale], as the
 * breeder genetic algorithm does (Muehlenbein and Schlierkamp-Voosen 1993, "Predictive models for the breeder genetic
 * algorithm", section 4.2: steps of range * 2^-(16 u)), so that no schedule has to know when coarse search ends.
 */
export class GeneticAlgorithm<P = Record<string, unknown>> extends Optimizer<GeneticAlgorithmState, P, Settings> {
  static readonly type = 'genetic-algorithm'
  static readonly summary = 'Tournament selection, blend crossover and mutations at all scales; for any parameters'
  static override readonly version = 3
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #variation: Variation
  readonly #isDiscrete: boolean

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}) {
    super(problem, parseSettings(settings, given, 'optimizer'))
    this.#variation = new Variation(genesOf(this.space), this.settings)
    this.#isDiscrete = this.space.axes.every(({ kind }) => kind !== 'real')
  }

  override upgrade(state: State, version: number): GeneticAlgorithmState | undefined {
    const second = asVersion2(state, version)
    return second && { ...second, known: this.#withMembers([], second.members) }
  }

  override start(): GeneticAlgorithmState {
    return {
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
    return state.isSteady || state.pending.length > 0
      ? this.#askSteady({ ...state, isSteady: true }, room, random)
      : this.#askGeneration(state, room, random)
  }

  #askGeneration(state: GeneticAlgorithmState, room: number, random: Random): Asked<GeneticAlgorithmState, P> {
    const { populationSize } = this.settings
    const { members } = state
    if (state.proposed === 0) {
      // The best individuals known from elsewhere are half of the first population.
      const scores = scoresOf(this.objectives, members)
      const known = bestOf(members, scores, Math.floor(populationSize / 2))
      const taken: Taken = { seen: keysOf(members), known: state.known }
      const count = Math.min(room, populationSize - known.length)
      const genomes = Array.from({ length: count }, () => this.#fresh(taken, random)).filter(isThere)
      return this.#propose({ ...state, members: known }, genomes, () => ({ operator: 'random' }))
    }
    const scores = scoresOf(this.objectives, members)
    const { survivors, offspring } = this.#breed(state, scores, random)
    const average = meanScore(scores.filter((_, i) => isFeasible(members[i]!)))
    const next = { ...state, generation: state.generation + 1, members: survivors, average, failed: 0 }
    return this.#propose(next, offspring, () => ({ operator: 'offspring' }))
  }

  /** Children of the best so far, each unlike all members and all that is pending; at first, anything. */
  #askSteady(state: GeneticAlgorithmState, room: number, random: Random): Asked<GeneticAlgorithmState, P> {
    const { populationSize } = this.settings
    const scores = scoresOf(this.objectives, state.members)
    const taken: Taken = { seen: keysOf([...state.members, ...state.pending]), known: state.known }
    const isFirst = (count: number) =>
      state.proposed + count < populationSize || state.members.length * 2 < populationSize
    const genomes: number[][] = []
    for (let count = 0; count < room; count++) {
      const genome = isFirst(count)
        ? this.#fresh(taken, random)
        : this.#makeDistinct(this.#child(state.members, scores, random), taken, random)
      if (!genome) break
      genomes.push(genome)
    }
    const generation = Math.floor((state.proposed + genomes.length) / populationSize)
    const next = { ...state, generation, failed: generation > state.generation ? 0 : state.failed }
    return this.#propose(next, genomes, (i) => ({ operator: isFirst(i) ? 'random' : 'offspring' }))
  }

  #propose(
    state: GeneticAlgorithmState,
    genomes: readonly (readonly number[])[],
    originOf: (i: number) => Origin,
  ): Asked<GeneticAlgorithmState, P> {
    const { proposed } = state
    const added = genomes.map((genome, i) => ({ serial: proposed + i, genome }))
    return {
      state: { ...state, proposed: proposed + genomes.length, pending: [...state.pending, ...added] },
      proposals: added.map(({ serial, genome }, i) => ({
        parameters: this.space.decode(genome),
        tag: serial,
        origin: originOf(i),
      })),
    }
  }

  override tell(state: GeneticAlgorithmState, evaluations: readonly Evaluation<P>[]): GeneticAlgorithmState {
    const answered = new Set(evaluations.map(({ tag }) => tag))
    const told = evaluations.map((evaluation) => this.#memberOf(evaluation))
    const all = [...state.members, ...told]
    const members = state.isSteady ? bestOf(all, scoresOf(this.objectives, all), this.settings.populationSize) : all
    return {
      ...state,
      pending: state.pending.filter(({ serial }) => !answered.has(serial)),
      members,
      known: this.#withMembers(state.known, told),
      hallOfFame: honour(state.hallOfFame, evaluations, this.settings.hallOfFame, this),
      average: state.isSteady ? meanScore(scoresOf(this.objectives, members.filter(isFeasible))) : state.average,
      failed: state.failed + told.filter(({ fitness }) => fitness === null).length,
    }
  }

  override recommend({ hallOfFame }: GeneticAlgorithmState): Recommendation<P>[] {
    return hallOfFame.map(({ genome, generation, index }) => ({
      parameters: this.space.decode(genome),
      by: 'seen',
      individual: { generation, index, replicate: 0 },
    }))
  }

  /** Best and average are weighted sums of the fitness: larger is better. */
  override summarize(state: GeneticAlgorithmState): Readonly<Record<string, unknown>> {
    const { generation, members, pending, hallOfFame, average, failed } = state
    const [first] = hallOfFame
    const best = first && first.violation === undefined ? plainNumber(scoreOf(this.objectives, first.fitness)) : null
    return { generation, best, average, failed, members: members.length, pending: pending.length }
  }

  /** The best ever, best first, with where they stand in the trajectory. */
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

  #memberOf(evaluation: Evaluation<P>): Member {
    return {
      genome: this.space.encode(evaluation.individual.parameters),
      ...(evaluation.outcome === 'done' ? resultOf(evaluation) : { fitness: null }),
    }
  }

  #scoreToKeep({ fitness, violation }: Member): number | null {
    return fitness === null ? null : plainNumber(scoreOf(this.objectives, fitness, violation))
  }

  /** A point with a real coordinate hardly comes again, and to know them all would cost as much as the whole history. */
  #withMembers(known: KnownPoints, members: readonly Member[]): KnownPoints {
    if (!this.#isDiscrete) return known
    return members.reduce((all, member) => withPoint(all, keyOf(member.genome), this.#scoreToKeep(member)), known)
  }

  #child(members: readonly Member[], scores: readonly number[], random: Random): number[] {
    return this.#variation.children(
      this.#select(members, scores, random),
      this.#select(members, scores, random),
      random,
    )[0]
  }

  /** The next population: elites, then offspring; what equals a member of this one is a survivor and keeps its fitness. */
  #breed({ members: population, known }: GeneticAlgorithmState, scores: readonly number[], random: Random) {
    const { populationSize } = this.settings
    const members = new GenomeMap<Member>()
    for (const member of population) members.add(member.genome, member)
    const survivors = this.#elites(population, scores)
    const taken: Taken = { seen: keysOf(survivors), known, members }
    const offspring: number[][] = []

    const take = (bred: number[]) => {
      const genome = this.#makeDistinct(bred, taken, random)
      const member = genome && members.get(genome)
      if (member?.fitness) survivors.push(member)
      else if (genome && !member) offspring.push(genome)
      else {
        const fresh = this.#fresh({ ...taken, members: undefined }, random) // what failed is not bred as it is
        if (fresh) offspring.push(fresh)
      }
    }
    for (let mating = 0; mating < populationSize && survivors.length + offspring.length < populationSize; mating++) {
      const [mother, father] = [this.#select(population, scores, random), this.#select(population, scores, random)]
      const children = this.#variation.children(mother, father, random)
      take(children[0])
      if (survivors.length + offspring.length < populationSize) take(children[1])
    }
    if (offspring.length === 0) {
      survivors.pop()
      const child = this.#makeDistinct(
        this.#child(population, scores, random),
        { ...taken, members: undefined },
        random,
      )
      if (child) offspring.push(child)
    }
    return { survivors, offspring }
  }

  #elites(population: readonly Member[], scores: readonly number[]): Member[] {
    return bestOf(population, scores, Math.min(this.settings.elites, this.settings.populationSize - 1))
  }

  /** The best of a few drawn at random; the first drawn of those that are equal. */
  #select(population: readonly Member[], scores: readonly number[], random: Random): readonly number[] {
    let winner = random.integer(population.length)
    for (let i = 1; i < this.settings.tournamentSize; i++) {
      const contestant = random.integer(population.length)
      if (scores[contestant]! > scores[winner]!) winner = contestant
    }
    return population[winner]!.genome
  }

  #makeDistinct(bred: readonly number[], taken: Taken, random: Random): number[] | undefined {
    return makeDistinct(this.space, this.#variation, bred, taken, random)
  }

  #fresh(taken: Taken, random: Random): number[] | undefined {
    return this.#makeDistinct(this.space.encode(this.createIndividual(random)), taken, random)
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined
}
