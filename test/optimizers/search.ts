import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../src/core/objectives.ts'
import type { Problem } from '../../src/core/optimizee.ts'
import type { Optimizer, PlainData } from '../../src/core/optimizer.ts'
import { Random } from '../../src/core/random.ts'
import { type ParameterMap, Space } from '../../src/core/space.ts'

export function problemOf<P>(parameters: ParameterMap<P>, objectives: ObjectiveMap = { f: 'minimize' }): Problem<P> {
  return { space: new Space<P>(parameters), objectives: new Objectives(objectives) }
}

export type Answer = number | readonly number[] | undefined

/** The evaluations of what a state waits for; undefined is a failure. */
export function evaluate<S extends PlainData, P>(
  optimizer: Optimizer<S, P>,
  state: S,
  simulate: (parameters: P, index: number) => Answer,
  generation = 0,
): Evaluation<P>[] {
  return optimizer.ask(state).map(({ parameters }, index) => {
    const individual = new Individual({ generation, index, replicate: 0 }, parameters, 0)
    const answer = simulate(parameters, index)
    if (answer === undefined) return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'no' } }
    return { individual, outcome: 'done', fitness: typeof answer === 'number' ? [answer] : answer }
  })
}

export interface Step<S, P> {
  readonly state: S
  readonly told: readonly Evaluation<P>[]
  readonly next: S
}

/** A search, generation by generation, until it ends or was as long as wanted. */
export function* steps<S extends PlainData, P>(
  optimizer: Optimizer<S, P>,
  simulate: (parameters: P, generation: number, index: number) => Answer,
  generations: number,
): Generator<Step<S, P>> {
  const { seed } = optimizer.settings
  let state = optimizer.start(Random.of(seed, 'start'))
  for (let generation = 0; generation < generations; generation++) {
    const told = evaluate(optimizer, state, (parameters, index) => simulate(parameters, generation, index), generation)
    if (told.length === 0) return
    const next = optimizer.tell(state, told, Random.of(seed, 'tell', generation))
    yield { state, told, next }
    state = next
  }
}

/** The least value that a search finds with so many evaluations. */
export function leastFound<S extends PlainData, P>(
  optimizer: Optimizer<S, P>,
  cost: (parameters: P) => number,
  evaluations: number,
): number {
  let least = Number.POSITIVE_INFINITY
  let spent = 0
  for (const { told } of steps(optimizer, cost, evaluations)) {
    spent += told.length
    if (spent > evaluations) break
    for (const evaluation of told) {
      if (evaluation.outcome === 'done') least = Math.min(least, evaluation.fitness[0]!)
    }
  }
  return least
}

export function sphere(x: readonly number[]): number {
  return x.reduce((sum, value) => sum + (value - 0.7) ** 2, 0)
}

export function rosenbrock(x: readonly number[]): number {
  let sum = 0
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1]! - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2
  return sum
}

export function rastrigin(x: readonly number[]): number {
  return x.reduce((sum, value) => {
    const z = value - 0.7
    return sum + 10 + z * z - 10 * Math.cos(2 * Math.PI * z)
  }, 0)
}
