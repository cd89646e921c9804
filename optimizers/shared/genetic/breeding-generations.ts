import type { Random } from '../../../src/core/random.ts'
import type { KeyedPoint } from '../fresh-point.ts'
import { GenomeMap } from '../genome-map.ts'
import { scoresAmong } from '../ranking.ts'
import { meanScore, scoreOf } from '../score.ts'
import { type Distinct, makeDistinct, type Taken } from './distinct.ts'
import { winner } from './families.ts'
import { hasPlace, isFeasible, keysOf, type Member, meanOfFeasible, type Scored, takePlace } from './members.ts'
import { bestMembers, freshGenome, type Nursery } from './nursery.ts'
import type { Asking, Breeding, GeneticAlgorithmState, Litter, Offspring, Telling, Told } from './state.ts'

/**
 * A population is bred at once from the one before, with elites; or, asked while individuals are pending or with less room
 * than it takes, one child after the other from the best so far (the steady state of Syswerda 1989, "Uniform crossover in
 * genetic algorithms": a child takes the place of the worst). Where a front is looked for there are no few best to keep as elites, so that it is the second way
 * always: a whole generation of children, if that is asked for, competes with its parents.
 */
export class BreedingGenerations<P> implements Breeding {
  readonly #nursery: Nursery<P>
  /** The steady population that was left last, best first. */
  #best: Scored = { members: [], scores: [] }

  constructor(nursery: Nursery<P>) {
    this.#nursery = nursery
  }

  ask(state: GeneticAlgorithmState, room: number, random: Random): Litter {
    const isBredFromBest = this.#nursery.objectives.wantsFront && state.proposed > 0
    if (!state.isSteady && state.pending.length === 0 && !isBredFromBest) {
      const litter = this.#askGeneration(state, room, random)
      if (litter.offspring.length <= room) return litter
    }
    return this.#askSteady(state, room, random)
  }

  tell(before: GeneticAlgorithmState, told: readonly Told[]): Telling {
    if (!before.isSteady || this.#best.members !== before.members) {
      const all = [...before.members, ...told.map(({ member }) => member)]
      if (!before.isSteady) return { members: all }
      const members = bestMembers(this.#nursery, all, this.#nursery.settings.populationSize)
      this.#keep(members)
      return { members, average: this.#averageOf(members) }
    }
    const { objectives, settings } = this.#nursery
    let { members, scores } = this.#best
    for (const { member } of told) {
      const score = scoreOf(objectives, member.fitness, member.violation)
      if (!hasPlace(scores, score, settings.populationSize)) continue
      const [nextMembers, nextScores] = [[...members], [...scores]]
      takePlace(nextMembers, nextScores, member, score, settings.populationSize)
      members = nextMembers
      scores = nextScores
    }
    if (members === before.members) return {}
    this.#best = { members, scores }
    return { members, average: meanOfFeasible(members, scores) }
  }

  /** Keeps the members of a steady population, best first, so that the next one takes its place among them. */
  #keep(members: readonly Member[]): void {
    const { objectives } = this.#nursery
    if (!objectives.wantsFront) this.#best = { members, scores: scoresAmong(objectives, members) }
  }

  #askGeneration(state: GeneticAlgorithmState, room: number, random: Random): Litter {
    const { objectives, settings } = this.#nursery
    const { populationSize } = settings
    const { members } = state
    if (state.proposed === 0) {
      // The best individuals known from elsewhere are half of the first population.
      const known = bestMembers(this.#nursery, members, Math.floor(populationSize / 2))
      const taken: Taken = { seen: keysOf(members), known: state.known }
      const count = Math.min(room, populationSize - known.length)
      const genomes = Array.from({ length: count }, () => freshGenome(this.#nursery, taken, random)).filter(isThere)
      return { state: { ...state, members: known }, offspring: genomes.map(drawn) }
    }
    const scores = scoresAmong(objectives, members)
    const { survivors, offspring } = this.#breed(state, scores, random)
    const average = this.#averageOf(members)
    const next: Asking = { generation: state.generation + 1, isSteady: false, members: survivors, average, failed: 0 }
    return { state: next, offspring: offspring.map(bred) }
  }

  /** Children of the best so far, each unlike all members and all that is pending; at first, anything. */
  #askSteady(state: GeneticAlgorithmState, room: number, random: Random): Litter {
    const { objectives, settings, pendingKeys } = this.#nursery
    const { populationSize } = settings
    const { members, scores } = this.#best
    const memberScores = members === state.members ? scores : scoresAmong(objectives, state.members)
    const taken: Taken = { seen: pendingKeys.take(state.pending), known: state.known }
    const offspring: Offspring[] = []
    while (offspring.length < room) {
      const isFirst = state.proposed + offspring.length < populationSize || state.members.length * 2 < populationSize
      const keyed = isFirst
        ? freshGenome(this.#nursery, taken, random)
        : this.#makeDistinct(this.#child(state.members, memberScores, random), taken, random)
      if (!keyed) break
      offspring.push(isFirst ? drawn(keyed) : bred(keyed))
    }
    const generation = Math.floor((state.proposed + offspring.length) / populationSize)
    const failed = generation > state.generation ? 0 : state.failed
    return { state: { generation, isSteady: true, members: state.members, average: state.average, failed }, offspring }
  }

  /** The next population: elites, then offspring; what equals a member of this one is a survivor and keeps its fitness. */
  #breed({ members: population, known }: GeneticAlgorithmState, scores: readonly number[], random: Random) {
    const { populationSize } = this.#nursery.settings
    let byGenome: GenomeMap<Member> | undefined
    const members = () => {
      byGenome ??= membersByGenome(population)
      return byGenome
    }
    const survivors = this.#elites(population)
    const taken: Taken = { seen: keysOf(survivors), known, members }
    const offspring: KeyedPoint[] = []

    const take = (child: number[]) => {
      const keyed = this.#makeDistinct(child, taken, random)
      if (keyed?.member?.fitness) survivors.push(keyed.member)
      else if (keyed && !keyed.member) offspring.push(keyed)
      else {
        const fresh = freshGenome(this.#nursery, { ...taken, members: undefined }, random) // what failed is not bred as it is
        if (fresh) offspring.push(fresh)
      }
    }
    for (let mating = 0; mating < populationSize && survivors.length + offspring.length < populationSize; mating++) {
      const children = this.#children(population, scores, random)
      take(children[0])
      if (survivors.length + offspring.length < populationSize) take(children[1])
    }
    if (offspring.length === 0) {
      survivors.pop()
      const child = this.#child(population, scores, random)
      const keyed = this.#makeDistinct(child, { ...taken, members: undefined }, random)
      if (keyed) offspring.push(keyed)
    }
    return { survivors, offspring }
  }

  /** The mean weighted sum of what keeps the constraints; of a front there is none. */
  #averageOf(members: readonly Member[]): number | null {
    const { objectives } = this.#nursery
    return objectives.wantsFront ? null : meanScore(scoresAmong(objectives, members.filter(isFeasible)))
  }

  #elites(population: readonly Member[]): Member[] {
    const { elites, populationSize } = this.#nursery.settings
    return bestMembers(this.#nursery, population, Math.min(elites, populationSize - 1))
  }

  #children(members: readonly Member[], scores: readonly number[], random: Random): readonly [number[], number[]] {
    const { settings, variation } = this.#nursery
    const mother = members[winner(scores, settings.tournamentSize, random)]!
    const father = members[winner(scores, settings.tournamentSize, random)]!
    return variation.children(mother.genome, father.genome, random)
  }

  #child(members: readonly Member[], scores: readonly number[], random: Random): number[] {
    return this.#children(members, scores, random)[0]
  }

  #makeDistinct(child: readonly number[], taken: Taken, random: Random): Distinct | undefined {
    return makeDistinct(this.#nursery.space, this.#nursery.variation, child, taken, random)
  }
}

function membersByGenome(members: readonly Member[]): GenomeMap<Member> {
  const byGenome = new GenomeMap<Member>()
  for (const member of members) byGenome.add(member.genome, member)
  return byGenome
}

function drawn(keyed: KeyedPoint): Offspring {
  return { keyed, operator: 'random' }
}

function bred(keyed: KeyedPoint): Offspring {
  return { keyed, operator: 'offspring' }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined
}
