import { z } from 'zod'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import type { Proposal, Trajectory } from '../src/core/trajectory.ts'
import { canonical, type Gene, genesOf } from './shared/genes.ts'
import { GenomeMap } from './shared/genome-map.ts'
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

/** An individual of the population whose evaluation is known; a fitness of null is a failed evaluation. */
type Member = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[] | null
}

type Famous = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[]
  readonly generation: number
  readonly index: number
}

export type GeneticAlgorithmState = {
  /** The generation that is waited for. */
  readonly generation: number
  /** Members of the last population that are in this one too, with the fitness they have. */
  readonly survivors: readonly Member[]
  /** Genomes to be simulated. */
  readonly offspring: readonly (readonly number[])[]
  /** The best ever, best first; no two have the same parameters. */
  readonly hallOfFame: readonly Famous[]
  /** The mean weighted fitness of the last population, without those that failed. */
  readonly average: number | null
  /** How many evaluations of the last generation failed. */
  readonly failed: number
}

/**
 * A generational genetic algorithm for any mixture of parameters: tournaments, blend crossover, mutations at all scales.
 *
 * Mutations draw their standard deviation log-uniformly from [mutationScale / 10^mutationDecades, mutationScale], as the
 * breeder genetic algorithm does (Muehlenbein and Schlierkamp-Voosen 1993, "Predictive models for the breeder genetic
 * algorithm", section 4.2: steps of range * 2^-(16 u)), so that no schedule has to know when coarse search ends.
 */
export class GeneticAlgorithm<P = Record<string, unknown>> extends Optimizer<GeneticAlgorithmState, P, Settings> {
  static readonly type = 'genetic-algorithm'
  static readonly summary = 'Tournament selection, blend crossover and mutations at all scales; for any parameters'
  static readonly settings = settings

  readonly #genes: readonly Gene[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}) {
    super(problem, parseSettings(settings, given, 'optimizer'))
    this.#genes = genesOf(this.space)
  }

  override get type(): string {
    return GeneticAlgorithm.type
  }

  override start(random: Random): GeneticAlgorithmState {
    const seen = new GenomeMap<true>()
    const offspring = Array.from({ length: this.settings.populationSize }, () =>
      this.#makeDistinct(this.space.encode(this.createIndividual(random)), seen, random),
    )
    return { generation: 0, survivors: [], offspring, hallOfFame: [], average: null, failed: 0 }
  }

  /** The best that are known are half of the first population, as survivors; the other half is as it would be anyway. */
  override warmStart(state: GeneticAlgorithmState, evaluations: readonly Evaluation<P>[]): GeneticAlgorithmState {
    const { populationSize } = this.settings
    const known = evaluations.map((evaluation) => this.#memberOf(evaluation))
    const scores = known.map(({ fitness }) => scoreOf(this.objectives, fitness))
    const survivors = this.#best(known, scores, Math.floor(populationSize / 2))
    const simulated = new GenomeMap<true>()
    for (const { genome } of known) simulated.add(genome, true)
    const others = state.offspring.filter((genome) => !simulated.has(genome))
    // Where all of a small space is known, some of it is simulated again: a search without a question would have ended.
    const offspring = (others.length > 0 ? others : state.offspring).slice(0, populationSize - survivors.length)
    return { ...state, survivors, offspring, hallOfFame: this.#honour(state.hallOfFame, evaluations) }
  }

  override ask(state: GeneticAlgorithmState): Proposal<P>[] {
    return state.offspring.map((genome) => ({ parameters: this.space.decode(genome) }))
  }

  override tell(
    state: GeneticAlgorithmState,
    evaluations: readonly Evaluation<P>[],
    random: Random,
  ): GeneticAlgorithmState {
    if (evaluations.length !== state.offspring.length) {
      throw new RangeError(
        `tell needs ${state.offspring.length} evaluations, as many as asked, got ${evaluations.length}`,
      )
    }
    const told = evaluations.map((evaluation) => this.#memberOf(evaluation))
    const population = [...state.survivors, ...told]
    const scores = population.map(({ fitness }) => scoreOf(this.objectives, fitness))
    return {
      generation: state.generation + 1,
      ...this.#breed(population, scores, random),
      hallOfFame: this.#honour(state.hallOfFame, evaluations),
      average: meanScore(scores.filter((_, i) => population[i]!.fitness !== null)),
      failed: told.filter(({ fitness }) => fitness === null).length,
    }
  }

  /** Best and average are weighted sums of the fitness: larger is better. */
  override summarize(state: GeneticAlgorithmState): Readonly<Record<string, unknown>> {
    const { generation, survivors, offspring, hallOfFame, average, failed } = state
    const best = hallOfFame[0] ? plainNumber(scoreOf(this.objectives, hallOfFame[0].fitness)) : null
    return { generation, best, average, failed, survivors: survivors.length, offspring: offspring.length }
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

  /** The last generation is not told any more, but may hold the best: it enters the hall of fame here. */
  override end(trajectory: Trajectory<P>): void {
    super.end(trajectory)
    if (this.state === undefined || trajectory.generation < 0) return
    const hallOfFame = this.#honour(this.state.hallOfFame, trajectory.evaluations())
    trajectory.fAddResult('hall_of_fame', this.hallOfFame({ ...this.state, hallOfFame }))
  }

  #memberOf(evaluation: Evaluation<P>): Member {
    return {
      genome: this.space.encode(evaluation.individual.parameters),
      fitness: evaluation.outcome === 'done' ? evaluation.fitness : null,
    }
  }

  /** The next population: elites, then offspring; what equals a member of this one is a survivor and keeps its fitness. */
  #breed(population: readonly Member[], scores: readonly number[], random: Random) {
    const { populationSize } = this.settings
    const known = new GenomeMap<Member>()
    for (const member of population) known.add(member.genome, member)
    const seen = new GenomeMap<true>()
    const survivors = this.#elites(population, scores)
    for (const { genome } of survivors) seen.add(genome, true)
    const offspring: number[][] = []

    const take = (bred: number[]) => {
      const genome = this.#makeDistinct(bred, seen, random)
      const member = known.get(genome)
      if (member === undefined) offspring.push(genome)
      else if (member.fitness !== null) survivors.push(member)
      else offspring.push(this.#fresh(seen, random)) // what failed is not bred as it is
    }
    while (survivors.length + offspring.length < populationSize) {
      const children = this.#vary(
        this.#select(population, scores, random),
        this.#select(population, scores, random),
        random,
      )
      take(children[0])
      if (survivors.length + offspring.length < populationSize) take(children[1])
    }
    for (let attempt = 0; offspring.length === 0; attempt++) {
      survivors.pop()
      if (attempt < breedingAttempts)
        take(this.#vary(this.#select(population, scores, random), this.#select(population, scores, random), random)[0])
      else offspring.push(this.#fresh(seen, random))
    }
    return { survivors, offspring }
  }

  #elites(population: readonly Member[], scores: readonly number[]): Member[] {
    return this.#best(population, scores, Math.min(this.settings.elites, this.settings.populationSize - 1))
  }

  /** The best that were done, best first; no two have the same parameters. */
  #best(population: readonly Member[], scores: readonly number[], count: number): Member[] {
    const ranked = population.map((_, i) => i).filter((i) => population[i]!.fitness !== null)
    ranked.sort((a, b) => compare(scores[b]!, scores[a]!))
    const seen = new GenomeMap<true>()
    const best: Member[] = []
    for (const i of ranked) {
      if (best.length === count) break
      const member = population[i]!
      if (seen.has(member.genome)) continue
      seen.add(member.genome, true)
      best.push(member)
    }
    return best
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

  #vary(mother: readonly number[], father: readonly number[], random: Random): readonly [number[], number[]] {
    const { crossoverProbability, mutationProbability, blend } = this.settings
    const children: readonly [number[], number[]] = [[...mother], [...father]]
    if (random.chance(crossoverProbability)) {
      for (const gene of this.#genes) gene.cross(children[0], children[1], blend, random)
    }
    for (const child of children) if (random.chance(mutationProbability)) this.#mutate(child, random)
    return children
  }

  #mutate(genome: number[], random: Random): void {
    const { geneMutationProbability } = this.settings
    let mutated = 0
    for (const gene of this.#genes) {
      if (!random.chance(geneMutationProbability)) continue
      gene.mutate(genome, this.#deviation(random), random)
      mutated++
    }
    if (mutated === 0) random.pick(this.#genes).mutate(genome, this.#deviation(random), random)
  }

  #deviation(random: Random): number {
    return this.settings.mutationScale * 10 ** (-this.settings.mutationDecades * random.uniform())
  }

  /** The genome in its canonical form, mutated again as long as the generation has it already; at last in all places. */
  #makeDistinct(bred: number[], seen: GenomeMap<true>, random: Random): number[] {
    let genome = canonical(this.space, bred)
    for (let attempt = 0; attempt < distinctAttempts && seen.has(genome); attempt++) {
      if (attempt < distinctAttempts / 2) this.#mutate(genome, random)
      else for (const gene of this.#genes) gene.mutate(genome, this.settings.mutationScale, random)
      genome = canonical(this.space, genome)
    }
    seen.add(genome, true)
    return genome
  }

  #fresh(seen: GenomeMap<true>, random: Random): number[] {
    return this.#makeDistinct(this.space.encode(this.createIndividual(random)), seen, random)
  }

  #honour(hallOfFame: readonly Famous[], evaluations: readonly Evaluation<P>[]): Famous[] {
    const size = this.settings.hallOfFame
    const last = hallOfFame.length < size ? undefined : hallOfFame[hallOfFame.length - 1]
    const bar = last ? scoreOf(this.objectives, last.fitness) : undefined
    const ranked = hallOfFame.map((famous) => ({ score: scoreOf(this.objectives, famous.fitness), famous }))
    for (const evaluation of evaluations) {
      if (evaluation.outcome === 'failed') continue
      const { individual, fitness } = evaluation
      const score = scoreOf(this.objectives, fitness)
      if (bar !== undefined && score <= bar) continue
      const genome = this.space.encode(individual.parameters)
      ranked.push({ score, famous: { genome, fitness, generation: individual.generation, index: individual.index } })
    }
    ranked.sort((a, b) => compare(b.score, a.score))
    const seen = new GenomeMap<true>()
    const best: Famous[] = []
    for (const { famous } of ranked) {
      if (best.length === size) break
      if (seen.has(famous.genome)) continue
      seen.add(famous.genome, true)
      best.push(famous)
    }
    return best
  }
}

const breedingAttempts = 100
const distinctAttempts = 16

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}
