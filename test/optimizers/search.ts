import { type FunctionName, landscapes } from '../../optimizees/functions/landscapes.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../src/core/objectives.ts'
import type { Problem } from '../../src/core/optimizee.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { Random } from '../../src/core/random.ts'
import { SearchState } from '../../src/core/search-state.ts'
import { type ParameterMap, real, Space, vector } from '../../src/core/space.ts'

export function problemOf<P>(parameters: ParameterMap<P>, objectives: ObjectiveMap = { f: 'minimize' }): Problem<P> {
  return { space: new Space<P>(parameters), objectives: new Objectives(objectives) }
}

/** A benchmark function of L2L as a problem with its one parameter, `coords`. */
export function landscapeProblem(name: FunctionName): Problem<{ coords: number[] }> & {
  readonly cost: (parameters: { coords: number[] }) => number
} {
  const { box, dims, cost } = landscapes[name]
  return { ...problemOf({ coords: vector(real(box[0], box[1]), dims) }), cost: ({ coords }) => cost(coords) }
}

export type Answer = number | readonly number[] | undefined

/** The first generation of a search: what was proposed, what came of it (undefined is a failure), and both states. */
export function firstGeneration<S extends State, P>(
  optimizer: Optimizer<S, P>,
  simulate: (parameters: P, index: number) => Answer,
  seed = 1,
): { readonly state: S; readonly told: readonly Evaluation<P>[]; readonly knows: S } {
  const { state, proposals } = optimizer.ask(
    optimizer.start(Random.of(seed)),
    optimizer.populationSize,
    Random.of(seed, 'ask'),
  )
  const told = proposals.map(({ parameters, tag }, index) => ({
    ...evaluationOf(new Individual({ generation: 0, index, replicate: 0 }, parameters, 0), simulate(parameters, index)),
    tag,
  }))
  return { state, told, knows: optimizer.tell(state, told, Random.of(seed, 'tell')) }
}

function evaluationOf<P>(individual: Individual<P>, answer: Answer): Evaluation<P> {
  if (answer === undefined) return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'no' } }
  return { individual, outcome: 'done', fitness: typeof answer === 'number' ? [answer] : answer }
}

export interface Step<S, P> {
  /** Waits for what is told. */
  readonly state: S
  readonly told: readonly Evaluation<P>[]
  /** Knows what was told. */
  readonly knows: S
  /** Waits for the next generation. */
  readonly next: S
}

/** A search, generation by generation, until it ends or was as long as wanted. */
export function* steps<S extends State, P>(
  optimizer: Optimizer<S, P>,
  simulate: (parameters: P, generation: number, index: number) => Answer,
  generations: number,
): Generator<Step<S, P>> {
  const search = SearchState.begin(optimizer)
  const ask = (generation: number) => {
    const proposals = search.ask(optimizer.populationSize)
    const individuals = proposals.map(({ parameters }, index) => {
      return new Individual({ generation, index, replicate: 0 }, parameters, 0)
    })
    search.expect(individuals)
    return individuals
  }
  let individuals = ask(0)
  for (let generation = 0; generation < generations && individuals.length > 0; generation++) {
    const told = individuals.map((individual, i) =>
      evaluationOf(individual, simulate(individual.parameters, generation, i)),
    )
    const { state } = search
    search.tell(told)
    const knows = search.state
    individuals = ask(generation + 1)
    yield { state, told, knows, next: search.state }
  }
}

/** The least value that a search finds with so many evaluations. */
export function leastFound<S extends State, P>(
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
