import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import type { GeneticAlgorithmState } from '../../optimizers/genetic-algorithm.ts'
import { GeneticAlgorithm } from '../../optimizers/index.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Random } from '../../src/core/random.ts'
import { boolean, choice, integer, real, vector } from '../../src/core/space.ts'
import { Trajectory, type TrajectoryHistory } from '../../src/core/trajectory.ts'
import { drive, proposedIn, toldIn } from '../../src/testing/index.ts'
import { type FrontProblem, frontProblem } from './front-problems.ts'
import {
  firstGeneration,
  landscapeProblem,
  leastFound,
  problemOf,
  rastrigin,
  rosenbrock,
  sphere,
  steps,
} from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })
const inGenerations = { breeding: 'generations' } as const

test("a script of L2L is carried over setting by setting, and comes to Ackley's optimum", () => {
  const ackley = landscapeProblem('ackley2d')
  const optimizer = new GeneticAlgorithm(ackley, {
    populationSize: 50,
    crossoverProbability: 0.5,
    mutationProbability: 0.3,
    generations: 100,
    geneMutationProbability: 0.02,
    tournamentSize: 15,
    blend: 0.5,
    mutationScale: 0.25, // L2L's 1 on [-2, 2]
    mutationDecades: 0, // at this one scale, as L2L
    elites: 0,
    breeding: 'generations',
    seed: 1,
  })
  expect(optimizer.populationSize).toBe(50)
  expect(leastFound(optimizer, ackley.cost, 5000)).toBeLessThan(0.01)
})

test('the first generation is what createIndividual gives', () => {
  let made = 0
  const createIndividual = () => ({ x: [made++ / 10, 1] })
  const optimizer = new GeneticAlgorithm({ ...plane, createIndividual }, { populationSize: 5 })
  firstGeneration(optimizer, () => 1).told.forEach(({ individual: { parameters } }, i) => {
    expect(parameters.x[0]).toBeCloseTo(i / 10, 12)
    expect(parameters.x[1]).toBeCloseTo(1, 12)
  })
})

test('a first generation of equal individuals is made to differ', () => {
  const optimizer = new GeneticAlgorithm({ ...plane, createIndividual: () => ({ x: [1, 1] }) })
  const { told } = firstGeneration(optimizer, () => 1)
  expect(new Set(told.map(({ individual }) => JSON.stringify(individual.parameters))).size).toBe(32)
})

test('offspring that did not change is not simulated again, and keeps its fitness', () => {
  const optimizer = new GeneticAlgorithm(plane, {
    ...inGenerations,
    crossoverProbability: 0.3,
    mutationProbability: 0.2,
    elites: 0,
  })
  let survivors = 0
  const fitnessOf = new Map<string, number>()
  // Every evaluation answers differently, as a noisy simulation would: a fitness shows which evaluation it comes from.
  let evaluations = 0
  for (const { told, next } of steps(optimizer, ({ x }) => sphere(x) + 1e-6 * evaluations++, 20)) {
    for (const { individual, tag: _, ...evaluation } of told as Evaluation<{ x: number[] }>[]) {
      const key = JSON.stringify(optimizer.space.encode(individual.parameters))
      expect(fitnessOf.has(key)).toBe(false)
      if (evaluation.outcome === 'done') fitnessOf.set(key, evaluation.fitness[0]!)
    }
    survivors += next.members.length
    expect(next.members.length + next.pending.length).toBe(32)
    expect(next.pending.length).toBeGreaterThan(0)
    for (const { genome, fitness } of next.members) expect(fitness).toEqual([fitnessOf.get(JSON.stringify(genome))])
  }
  expect(survivors).toBeGreaterThan(100)
})

test('breeding goes on until something changed, even without crossover and mutation', () => {
  const optimizer = new GeneticAlgorithm(plane, {
    ...inGenerations,
    crossoverProbability: 0,
    mutationProbability: 0,
    populationSize: 4,
  })
  const generations = [...steps(optimizer, ({ x }) => sphere(x), 50)]
  expect(generations).toHaveLength(50)
  for (const { told } of generations) expect(told.length).toBeGreaterThan(0)
})

test('a space that is known to its last point ends the search', () => {
  const optimizer = new GeneticAlgorithm(problemOf({ on: boolean() }), { populationSize: 8 })
  const generations = [...steps(optimizer, ({ on }) => (on ? 1 : 0), 20)]
  expect(generations.map(({ told }) => told.length)).toEqual([2])
  expect([...steps(new GeneticAlgorithm(problemOf({ only: choice(['one']) })), () => 1, 5)]).toHaveLength(1)
})

test('a generation holds no individual twice', () => {
  const optimizer = new GeneticAlgorithm(problemOf({ n: vector(integer(0, 9), 3), s: choice(['a', 'b']) }))
  for (const { next } of steps(optimizer, ({ n, s }) => sphere(n) + (s === 'a' ? 1 : 0), 30)) {
    const all = [...next.members, ...next.pending].map(({ genome }) => genome.join())
    expect(new Set(all).size).toBe(all.length)
  }
})

test('the elites of a generation survive it, as many as are set', () => {
  for (const elites of [1, 3]) {
    const optimizer = new GeneticAlgorithm(plane, {
      ...inGenerations,
      elites,
      mutationProbability: 1,
      crossoverProbability: 1,
    })
    for (const { state, told, next } of steps(optimizer, ({ x }) => sphere(x), 15)) {
      const population = [
        ...state.members.map(({ fitness }) => fitness![0]!),
        ...told.map((evaluation) => (evaluation.outcome === 'done' ? evaluation.fitness[0]! : Number.NaN)),
      ].sort((a, b) => a - b)
      const best = next.members.slice(0, elites).map(({ fitness }) => fitness![0])
      expect(best).toEqual(population.slice(0, elites))
    }
  }
})

test('without elites the best of a generation may be lost', () => {
  const optimizer = new GeneticAlgorithm(plane, {
    ...inGenerations,
    elites: 0,
    mutationProbability: 1,
    crossoverProbability: 1,
  })
  let survivors = 0
  for (const { next } of steps(optimizer, ({ x }) => sphere(x), 15)) survivors += next.members.length
  expect(survivors).toBe(0)
})

test('more elites than a population has room for leave room for offspring', () => {
  const optimizer = new GeneticAlgorithm(plane, { ...inGenerations, populationSize: 2, elites: 5 })
  for (const { next } of steps(optimizer, ({ x }) => sphere(x), 5)) expect(next.pending).toHaveLength(1)
})

test('the hall of fame holds the best ever that differ, with where they stand', () => {
  const optimizer = new GeneticAlgorithm(problemOf({ n: vector(integer(-9, 9), 2) }), { hallOfFame: 7 })
  const all: { cost: number; generation: number; index: number; n: number[] }[] = []
  for (const { told, next } of steps(optimizer, ({ n }) => n[0]! ** 2 + 1.01 * (n[1]! - 3) ** 2, 25)) {
    for (const evaluation of told) {
      const { individual } = evaluation
      if (all.some(({ n }) => isDeepStrictEqual(n, individual.parameters.n)) || evaluation.outcome === 'failed')
        continue
      const { generation, index, parameters } = individual
      all.push({ cost: evaluation.fitness[0]!, generation, index, n: parameters.n })
    }
    const best = [...all].sort((a, b) => a.cost - b.cost).slice(0, 7)
    const famous = optimizer.hallOfFame(next)
    expect(famous.map(({ fitness }) => fitness[0])).toEqual(best.map(({ cost }) => cost))
    for (const { parameters, generation, index, fitness } of famous) {
      expect(all).toContainEqual({ cost: fitness[0], generation, index, n: parameters.n })
    }
  }
})

test('the hall of fame holds no parameters twice, even if they were told twice', () => {
  const optimizer = new GeneticAlgorithm(problemOf({ n: integer(1, 3) }), { populationSize: 4 })
  const known = [1, 2, 3, 2, 1].map((n, index): Evaluation<{ n: number }> => {
    const individual = new Individual({ generation: -1, index, replicate: 0 }, { n }, 0)
    return { outcome: 'done', individual, fitness: [n - 0.01 * index] }
  })
  const state = optimizer.tell(optimizer.start(), known)
  expect(optimizer.hallOfFame(state).map(({ parameters, fitness }) => [parameters.n, fitness[0]])).toEqual([
    [1, 0.96],
    [2, 1.97],
    [3, 2.98],
  ])
})

test('what failed never enters the hall of fame and is not bred as it is', () => {
  const optimizer = new GeneticAlgorithm(plane, { mutationProbability: 0.1, crossoverProbability: 0.1 })
  const failed = new Set<string>()
  for (const { told, next } of steps(optimizer, ({ x }) => (x[0]! < 0.7 ? undefined : sphere(x)), 20)) {
    for (const { outcome, individual } of told) {
      const key = JSON.stringify(individual.parameters)
      expect(failed.has(key)).toBe(false)
      if (outcome === 'failed') failed.add(key)
    }
    for (const { parameters } of optimizer.hallOfFame(next)) expect(parameters.x[0]).toBeGreaterThanOrEqual(0.7)
    for (const { fitness } of next.members) expect(fitness).not.toBeNull()
  }
  expect(failed.size).toBeGreaterThan(10)
})

test('at the end the hall of fame has seen the last generation too', () => {
  const optimizer = new GeneticAlgorithm(plane, { generations: 3, seed: 4 })
  const evaluations: Evaluation<{ x: number[] }>[][] = []
  const history: TrajectoryHistory<{ x: number[] }> = {
    generations: 0,
    individuals: () => [],
    evaluations: (generation) => evaluations[generation] ?? [],
    best: () => [],
    groups: [],
    results: new Map(),
  }
  const trajectory = new Trajectory(history)
  for (let generation = 0; ; generation++) {
    optimizer.postProcess(trajectory, evaluations[generation - 1] ?? [])
    if (generation === 3) break
    expect(trajectory.generation).toBe(generation)
    // The later the generation, the better: the best are those of the last.
    evaluations.push(
      trajectory.individuals().map((individual) => ({ individual, outcome: 'done', fitness: [-generation] })),
    )
  }
  optimizer.end(trajectory)
  const famous = trajectory.result('hall_of_fame') as { generation: number; fitness: number[] }[]
  expect(famous[0]).toMatchObject({ generation: 2, fitness: [-2] })
  expect(famous).toHaveLength(20)
})

test('a summary tells generation, best and average as weighted fitness', () => {
  const optimizer = new GeneticAlgorithm(plane, { ...inGenerations, populationSize: 4 })
  const answers = [3, undefined, 1, 5]
  const { state, knows } = firstGeneration(optimizer, (_, index) => answers[index])
  const nothing = { generation: 0, best: null, average: null, failed: 0 }
  expect(optimizer.summarize(state)).toEqual({ ...nothing, members: 0, pending: 4 })
  expect(optimizer.summarize(knows)).toMatchObject({ best: -1, failed: 1 })
  const { state: next } = optimizer.ask(knows, 4, Random.of(3))
  expect(optimizer.summarize(next)).toMatchObject({ generation: 1, best: -1, average: -3 })
})

/** Of random search, as of many generations of NSGA-II with a population of 100, these are 0, 0 and 0.2. */
const spanned: readonly (readonly [name: FrontProblem, volume: number])[] = [
  ['zdt1', 0.8],
  ['zdt3', 1.15],
  ['dtlz2', 0.5],
]

test.each(spanned)(
  'where a front is looked for, on %s its population spans most of it after 5,000 evaluations',
  (name, volume) => {
    const { problem, simulate, volumeOf } = frontProblem(name)
    const optimizer = new GeneticAlgorithm(problem, { seed: 1, populationSize: 100 })
    const last = drive(optimizer, simulate, { evaluations: 5000 }).at(-1)!
    const { members } = last.state as GeneticAlgorithmState
    const fitness = members.map(({ fitness }) => fitness!)
    expect(volumeOf(fitness)).toBeGreaterThan(volume)
  },
)

test('of a front the hall of fame remembers all, and the summary counts them', () => {
  const { problem, simulate } = frontProblem('zdt1')
  const optimizer = new GeneticAlgorithm(problem, { hallOfFame: 3, populationSize: 50 })
  const { state } = drive(optimizer, simulate, { evaluations: 2000 }).at(-1)!
  const front = optimizer.recommend(state as GeneticAlgorithmState)
  expect(front.length).toBeGreaterThan(20)
  expect(optimizer.summarize(state as GeneticAlgorithmState)).toMatchObject({ front: front.length })
})

test('breeding families is refused where a front is looked for', () => {
  const { problem } = frontProblem('zdt1')
  expect(() => new GeneticAlgorithm(problem, { breeding: 'families' })).toThrow(
    'breeding families follows one number, and a, b have directions without weights',
  )
})

test('a population is ranked by the weighted sum of all objectives', () => {
  const optimizer = new GeneticAlgorithm(problemOf({ x: real(0, 1) }, { error: -1, gain: 0.5 }), {
    ...inGenerations,
    elites: 1,
  })
  // Element 5 has neither the least error nor the most gain, but the best sum.
  const { knows } = firstGeneration(optimizer, (_, i) =>
    i === 5 ? [2, 8] : i === 6 ? [1, 1] : i === 7 ? [9, 9] : [5, 2],
  )
  expect(optimizer.ask(knows, 32, Random.of(2)).state.members[0]!.fitness).toEqual([2, 8])
})

test('asked while some are pending, it breeds one child after the other from the best so far', () => {
  const optimizer = new GeneticAlgorithm(plane, { ...inGenerations, populationSize: 10 })
  const steady = drive(optimizer, ({ x }) => [sphere(x)], {
    evaluations: 400,
    order: 'ordered',
    window: 10,
  })
  const state = steady.at(-1)!.state as GeneticAlgorithmState
  expect(state.isSteady).toBe(true)
  expect(state.members).toHaveLength(10)
  const costs = toldIn(steady.slice(0, -1)).map((one) => (one.outcome === 'done' ? one.fitness[0]! : Number.NaN))
  expect(state.members.map(({ fitness }) => fitness![0])).toEqual(costs.sort((a, b) => a - b).slice(0, 10))
  const asked = proposedIn(steady).map((parameters) => JSON.stringify(parameters))
  expect(new Set(asked).size).toBe(asked.length)
})

test('no point of a discrete space is simulated twice, and a small one is searched to its end', () => {
  for (const order of ['generations', 'ordered'] as const) {
    const optimizer = new GeneticAlgorithm(problemOf({ a: integer(0, 14), c: choice(['x', 'y', 'z']) }), { seed: 3 })
    const cost = ({ a, c }: { a: number; c: string }) => [(a - 9) ** 2 + (c === 'y' ? 0 : 1)]
    const proposed = proposedIn(drive(optimizer, cost, { evaluations: 500, order })).map((one) => JSON.stringify(one))
    expect(new Set(proposed).size).toBe(proposed.length)
    expect(proposed).toHaveLength(45)
  }
})

test('a population of many thousands takes no more time than its size asks for', () => {
  // Quadratic work would be 10^10 steps here, and run into the limit of the test.
  const optimizer = new GeneticAlgorithm(plane, { ...inGenerations, populationSize: 100_000 })
  const [first] = steps(optimizer, ({ x }) => sphere(x), 1)
  expect(first!.next.pending.length + first!.next.members.length).toBe(100_000)
})

test('a population of one is a walk, and comes to the optimum', () => {
  const found = (breeding: 'generations' | 'families') =>
    leastFound(new GeneticAlgorithm(plane, { breeding, populationSize: 1 }), ({ x }) => sphere(x), 2000)
  expect(found('families')).toBeLessThan(1e-6)
  expect(found('generations')).toBeLessThan(5) // without elites it forgets where it was
  const inOrder = new GeneticAlgorithm(plane, { ...inGenerations, populationSize: 1 })
  expect(proposedIn(drive(inOrder, ({ x }) => [sphere(x)], { evaluations: 50, order: 'ordered' }))).toHaveLength(50)
})

test('its defaults find the optimum of a sphere, a valley and a rugged bowl in ten dimensions', () => {
  const space = problemOf({ x: vector(real(-5, 5), 10) })
  const found = (cost: (x: readonly number[]) => number) =>
    median([1, 2, 3, 4, 5].map((seed) => leastFound(new GeneticAlgorithm(space, { seed }), ({ x }) => cost(x), 10_000)))
  expect(found(sphere)).toBeLessThan(1e-8)
  expect(found(rosenbrock)).toBeLessThan(9) // random search: 20,000
  expect(found(rastrigin)).toBeLessThan(2.5) // random search: 80
})

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
