import type { Objectives } from './objectives.ts'

/** What is compared of an evaluation where no objective counts more than another. */
export interface Compared {
  readonly fitness: readonly number[]
  /** By how much it violates constraints, if it does. */
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

/** What nothing else dominates, as it comes; equals stay beside each other. */
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
    if (this.#members.some((member) => dominates(this.#objectives, member, one))) return false
    this.#members = this.#members.filter((member) => !dominates(this.#objectives, one, member))
    this.#members.push(one)
    return true
  }
}
