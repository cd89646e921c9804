import type { Random } from '../../../src/core/random.ts'
import { scoresAmong } from '../ranking.ts'
import { scoreOf } from '../score.ts'
import { makeDistinct, type Taken } from './distinct.ts'
import {
  breedChild,
  type Contestant,
  compete,
  type FamiliesState,
  familiesSize,
  firstFamilies,
  hasCollapsed,
} from './families.ts'
import { type Member, meanOfFeasible, type Scored } from './members.ts'
import { bestMembers, freshGenome, type Nursery } from './nursery.ts'
import { countFrom, pendingOf } from './pending.ts'
import type { Breeding, GeneticAlgorithmState, Litter, Offspring, Telling, Told } from './state.ts'

/** Children compete for places, one by one, whether a generation is told at once or each as it comes. */
export class BreedingFamilies<P> implements Breeding {
  readonly #nursery: Nursery<P>
  /** The members that were looked at last, with their scores: the next step mostly begins with them. */
  #scored: Scored = { members: [], scores: [] }

  constructor(nursery: Nursery<P>) {
    this.#nursery = nursery
  }

  /** Points drawn anywhere until the population will be full, then its children. */
  ask(before: GeneticAlgorithmState, room: number, random: Random): Litter {
    const { space, settings, variation, pendingKeys } = this.#nursery
    const families = before.families ?? firstFamilies
    // Of what is known from elsewhere, the best are half of the first population.
    const members = before.proposed === 0 ? this.#best(before, Math.floor(this.#size / 2)) : before.members
    const population = { members, scores: this.#scoresOf(members), success: families.success }
    const taken: Taken = { seen: pendingKeys.take(before.pending), known: before.known }
    const expected = members.length + countFrom(before.pending, families.first)
    const offspring: Offspring[] = []
    const size = this.#size
    while (offspring.length < room) {
      if (members.length < 2 || expected + offspring.length < size) {
        const keyed = freshGenome(this.#nursery, taken, random)
        if (!keyed) break
        offspring.push({ keyed, operator: 'random' })
      } else {
        const child = breedChild(population, variation, settings.tournamentSize, random)
        const keyed = makeDistinct(space, variation, child.genome, taken, random)
        if (!keyed) break
        offspring.push({ keyed, operator: child.bred.operator, bred: child.bred })
      }
    }
    const generation = Math.floor(Math.max(0, before.proposed + offspring.length - 1) / settings.populationSize)
    const failed = generation > before.generation ? 0 : before.failed
    const { isSteady, average } = before
    return { state: { generation, isSteady, members, average, failed }, offspring }
  }

  tell(before: GeneticAlgorithmState, told: readonly Told[]): Telling {
    const { space, objectives } = this.#nursery
    const families = before.families ?? firstFamilies
    const contestants: Contestant[] = []
    for (const { member, serial } of told) {
      if (serial !== undefined && serial < families.first) continue // it is of a population that is gone
      const score = scoreOf(objectives, member.fitness, member.violation)
      contestants.push({ member, score, bred: pendingOf(before.pending, serial)?.bred })
    }
    const population = { members: before.members, scores: this.#scoresOf(before.members) }
    const size = this.#size
    const { scores, members, families: after } = compete(population, families, contestants, size)
    const isFull = scores.length >= size
    const average = meanOfFeasible(members, scores)
    if (!isFull || !hasCollapsed(scores, after, space.dimension)) {
      this.#scored = { members, scores }
      return { members, families: after, average }
    }
    return { members: [], families: this.#anew(after, before.proposed), average }
  }

  #scoresOf(members: readonly Member[]): readonly number[] {
    if (this.#scored.members !== members) {
      this.#scored = { members, scores: scoresAmong(this.#nursery.objectives, members) }
    }
    return this.#scored.scores
  }

  #anew({ restarts, success }: FamiliesState, first: number): FamiliesState {
    return { ...firstFamilies, restarts: restarts + 1, first, success }
  }

  #best({ members }: GeneticAlgorithmState, count: number) {
    return bestMembers(this.#nursery, members, count)
  }

  get #size(): number {
    const { space, settings, horizon } = this.#nursery
    return familiesSize(space.dimension, settings.populationSize, horizon())
  }
}
