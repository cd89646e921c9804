import type { Evaluation } from './evaluation.ts'
import { aRecord, checkArgument, type OptionCheck, refuseSurplus } from './options.ts'
import { show } from './text.ts'

export type Direction = 'minimize' | 'maximize'

/**
 * What the search is after: names with a direction, or with a weight as in L2L. Of several with directions alone none counts
 * more than another; as soon as one has a weight, their weighted sum is searched, in which a direction weighs 1.
 */
export type ObjectiveMap = Readonly<Record<string, Direction | number>>

/** The elements of a fitness vector: their names, and a weight each (positive maximizes, negative minimizes). */
export class Objectives {
  readonly names: readonly string[]
  readonly weights: readonly number[]
  /** Whether none of several objectives counts more than another: what is looked for is a front, and no number orders all. */
  readonly wantsFront: boolean
  /** Directions and weights by name, as they stand in an experiment file. */
  readonly definition: ObjectiveMap

  constructor(objectives: ObjectiveMap, ...surplus: readonly never[]) {
    refuseSurplus('Objectives', 1, surplus, '; a weight stands beside its name')
    checkArgument('Objectives', 'the objectives', objectives, aRecord)
    const entries = Object.entries(objectives)
    if (entries.length === 0) throw new RangeError('objectives need at least one name, got none')
    this.names = entries.map(([name]) => name)
    this.weights = entries.map(([name, direction]) => weightOf(name, direction))
    this.wantsFront = entries.length > 1 && entries.every(([, direction]) => typeof direction === 'string')
    this.definition = Object.fromEntries(entries)
  }

  /** The weighted sum of a fitness vector: larger is better. It is finite, as a number that is not would rank nowhere. */
  weigh(fitness: readonly number[]): number {
    let sum = 0
    for (let i = 0; i < this.weights.length; i++) sum += this.weights[i]! * fitness[i]!
    return Number.isFinite(sum) ? sum : weighLarge(this.weights, fitness)
  }

  /** What an evaluation ranks by: its weighted sum, larger is better; see `rankOf`. A failed one is worse than any number. */
  score(evaluation: Evaluation): number {
    return evaluation.outcome === 'done'
      ? this.rankOf(evaluation.fitness, evaluation.violation)
      : Number.NEGATIVE_INFINITY
  }

  /**
   * By what a fitness ranks: its weighted sum if it keeps the constraints; else a number below all such sums, the less the
   * more it violates them. So that one number orders all: feasible before infeasible, less violation before more.
   */
  rankOf(fitness: readonly number[], violation = 0): number {
    return violation > 0 ? infeasibleScore(violation) : this.weigh(fitness)
  }
}

/** Checks an argument; also objectives of another copy of this package are such. */
export const someObjectives: OptionCheck = (value) =>
  Array.isArray((value as Partial<Objectives> | null | undefined)?.weights)
    ? undefined
    : `needs objectives, as in new Objectives({ error: 'minimize' }), got ${show(value)}`

/** Scores up to here are those of what violates constraints; it is beyond what is a fitness. */
export const mostInfeasible = -Number.MAX_VALUE / 2

/**
 * The score of what violates constraints, by the logarithm, so that violations of any size differ: 5e-324 is mapped to
 * half of the least number, 1.8e308 to all.
 */
function infeasibleScore(violation: number): number {
  const part = (Math.log2(violation) + 1074) / 2098
  return mostInfeasible * (1 + Math.min(1, Math.max(0, part)))
}

/** How much a score up to `mostInfeasible` says that constraints are violated. */
export function violationOfScore(score: number): number {
  return 2 ** ((score / mostInfeasible - 1) * 2098 - 1074)
}

/** The weighted sum where its terms overflow: of numbers up to 1, brought back to their size and to the largest number. */
function weighLarge(weights: readonly number[], fitness: readonly number[]): number {
  const heaviest = Math.max(...weights.map(Math.abs))
  const largest = Math.max(...weights.map((_, i) => Math.abs(fitness[i]!)))
  const sum = weights.reduce((sum, weight, i) => sum + (weight / heaviest) * (fitness[i]! / largest), 0)
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, sum * heaviest * largest))
}

function weightOf(name: string, direction: Direction | number): number {
  if (direction === 'minimize') return -1
  if (direction === 'maximize') return 1
  if (Number.isFinite(direction) && direction !== 0) return direction
  const meant = typeof direction === 'string' ? meantBy(direction) : undefined
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  throw new RangeError(
    `objective ${name} needs minimize, maximize or a weight other than 0, got ${show(direction)}${hint}`,
  )
}

/** The direction that a word of another spelling or language stands for: min, MAX, minimise, maximum. */
function meantBy(word: string): Direction | undefined {
  const beginning = word.trim().slice(0, 3).toLowerCase()
  return beginning === 'min' ? 'minimize' : beginning === 'max' ? 'maximize' : undefined
}
