import type { Objectives } from './objectives.ts'

/** What is compared of an evaluation where no objective counts more than another. */
export interface Compared {
  readonly fitness: readonly number[]
  /** By how much the evaluation violates constraints, if it does. */
  readonly violation?: number | undefined
}

/**
 * Whether one is better: at least as good in every objective and better in one. What keeps the constraints is better than
 * what does not, and of two that do not, the one that violates them less (Deb et al. 2002, "A fast and elitist
 * multiobjective genetic algorithm: NSGA-II", section VI, Definition 1).
 */
export function dominates({ weights }: Pick<Objectives, 'weights'>, a: Compared, b: Compared): boolean {
  const [more, less] = [a.violation ?? 0, b.violation ?? 0]
  if (more !== less) return more < less
  if (more > 0) return false
  let isBetter = false
  for (let i = 0; i < weights.length; i++) {
    const gain = Math.sign(weights[i]!) * (a.fitness[i]! - b.fitness[i]!)
    if (gain < 0) return false
    isBetter ||= gain > 0
  }
  return isBetter
}

/** What nothing else dominates; equals stay beside each other. Of two objectives it is in the order of the first, best first. */
export class Front<T extends Compared> {
  readonly #objectives: Pick<Objectives, 'weights'>
  #members: T[] = []

  constructor(objectives: Pick<Objectives, 'weights'>) {
    this.#objectives = objectives
  }

  get members(): readonly T[] {
    return this.#members
  }

  /** Takes one in, in place of those that it dominates, unless a member dominates it; whether it did. */
  add(one: T): boolean {
    if (this.#objectives.weights.length === 2 && this.#isFeasibleBeside(one)) return this.#insert(one)
    if (this.#members.some((member) => dominates(this.#objectives, member, one))) return false
    if (this.#members.some((member) => dominates(this.#objectives, one, member))) {
      this.#members = this.#members.filter((member) => !dominates(this.#objectives, one, member))
    }
    this.#members.push(one)
    return true
  }

  /** Members all keep the constraints, or none does. */
  #isFeasibleBeside(one: T): boolean {
    return !((one.violation ?? 0) > 0) && !((this.#members[0]?.violation ?? 0) > 0)
  }

  /** Finds the place by bisection: what is worse in the first of two objectives is better in the second. */
  #insert(one: T): boolean {
    const members = this.#members
    const [first, second] = this.#gains(one)
    let [low, high] = [0, members.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#gains(members[middle]!)[0] >= first) low = middle + 1
      else high = middle
    }
    const before = members[low - 1]
    if (before && dominates(this.#objectives, before, one)) return false
    let from = low
    while (from > 0 && dominates(this.#objectives, one, members[from - 1]!)) from--
    let to = low
    while (to < members.length && this.#gains(members[to]!)[1] <= second) to++
    members.splice(from, to - from, one)
    return true
  }

  #gains({ fitness }: T): readonly [number, number] {
    const { weights } = this.#objectives
    return [Math.sign(weights[0]!) * fitness[0]!, Math.sign(weights[1]!) * fitness[1]!]
  }
}

/**
 * The members of a front by how balanced they are: first the one whose worst objective falls least short of the best value
 * that any member has in it, as a part of the front's range in that objective. So there is a first of them, whatever the scales.
 */
export function byBalance<T extends Compared>({ weights }: Pick<Objectives, 'weights'>, front: readonly T[]): T[] {
  const gains = (point: T) => weights.map((weight, i) => Math.sign(weight) * point.fitness[i]!)
  const columns = weights.map((_, i) => front.map((point) => gains(point)[i]!))
  const best = columns.map((column) => column.reduce((most, gain) => Math.max(most, gain), Number.NEGATIVE_INFINITY))
  const worst = columns.map((column) => column.reduce((least, gain) => Math.min(least, gain), Number.POSITIVE_INFINITY))
  const shortfall = (point: T) =>
    Math.max(...gains(point).map((gain, i) => (best[i] === worst[i] ? 0 : partOf(best[i]!, worst[i]!, gain))))
  return front
    .map((point) => ({ point, short: shortfall(point) }))
    .sort((a, b) => a.short - b.short)
    .map(({ point }) => point)
}

/** Where a value lies from the best, 0, to the worst, 1; halved first, as the range of very large numbers overflows. */
function partOf(best: number, worst: number, value: number): number {
  return (best / 2 - value / 2) / (best / 2 - worst / 2)
}
