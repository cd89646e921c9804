import { expect, test } from 'vitest'
import { GeneticAlgorithm, type GeneticAlgorithmState } from '../../optimizers/genetic-algorithm.ts'
import { genesOf } from '../../optimizers/shared/genes.ts'
import { ensembleOf } from '../../optimizers/shared/genetic/ensemble.ts'
import { compete, familiesSize, firstFamilies } from '../../optimizers/shared/genetic/families.ts'
import { Variation } from '../../optimizers/shared/genetic/variation.ts'
import type { State } from '../../src/core/plain-data.ts'
import { Random } from '../../src/core/random.ts'
import { choice, real, Space, vector } from '../../src/core/space.ts'
import { drive } from '../../src/testing/index.ts'
import { leastFound, problemOf, rosenbrock, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })

test('children of an ensemble have the mean and the covariance of their parents', () => {
  const parents = [
    [0.4, 0.5],
    [0.5, 0.6],
    [0.6, 0.5],
  ]
  const random = Random.of(1)
  const children = Array.from({ length: 20_000 }, () => ensembleOf(parents, 0, random))
  const mean = (of: (x: readonly number[]) => number) => children.reduce((sum, x) => sum + of(x), 0) / children.length
  expect(mean(([x]) => x!)).toBeCloseTo(0.5, 2)
  expect(mean(([, y]) => y!)).toBeCloseTo(0.5 + 0.1 / 3, 2)
  expect(mean(([x]) => (x! - 0.5) ** 2)).toBeCloseTo(0.01, 3) // of the three, divided by two
  expect(mean(([, y]) => (y! - 0.5 - 0.1 / 3) ** 2)).toBeCloseTo(0.0033, 3)
  expect(mean(([x, y]) => (x! - 0.5) * (y! - 0.5 - 0.1 / 3))).toBeCloseTo(0, 3)
})

test('the middle of an ensemble moves towards its better half, as far as it is told', () => {
  const parents = [[0.55], [0.5], [0.45]] // the weights of rank are 1/2, 1/3 and 1/6: their mean is 1/60 better
  const middle = (descent: number) => {
    const random = Random.of(2)
    return (
      Array.from({ length: 20_000 }, () => ensembleOf(parents, descent, random)[0]!).reduce((a, b) => a + b) / 20_000
    )
  }
  expect(middle(1) - 0.5).toBeCloseTo(1 / 60, 2)
  expect(middle(6) - 0.5).toBeCloseTo(0.1, 2)
})

test('an exchange takes some genes of the mate, one at least, and has all others of the parent', () => {
  const space = new Space({ x: vector(real(0, 1), 10) })
  const never = { mutationProbability: 0, crossoverProbability: 0, geneMutationProbability: 0 }
  const variation = new Variation(space, genesOf(space), {
    ...never,
    blend: 0.5,
    mutationScale: 0.1,
    mutationDecades: 5,
  })
  const [parent, mate] = [new Array<number>(10).fill(0.25), new Array<number>(10).fill(0.75)]
  let [taken, blended] = [0, 0]
  for (let seed = 0; seed < 1000; seed++) {
    const changed = variation.exchange(parent, mate, Random.of(seed)).filter((x) => x !== 0.25)
    expect(changed.length).toBeGreaterThan(0)
    taken += changed.filter((x) => x === 0.75).length
    blended += changed.filter((x) => x !== 0.75).length
  }
  expect(taken / 1000).toBeCloseTo(0.9 * (1 + 9 * 0.2), 0)
  expect(blended / 1000).toBeCloseTo(0.1 * (1 + 9 * 0.2), 0)
  expect(parent).toEqual(new Array<number>(10).fill(0.25))
})

test('a child takes the place that it competes for if it is better, and no other one', () => {
  const members = [3, 2, 1].map((cost) => ({ genome: [cost], fitness: [cost] }))
  const scores = [-3, -2, -1]
  const child = (cost: number, place: number) => ({
    member: { genome: [cost], fitness: [cost] },
    score: -cost,
    bred: { operator: 'exchange' as const, place },
  })
  const after = (cost: number, place: number) =>
    compete({ members, scores }, firstFamilies, [child(cost, place)], 3).members.map(({ genome }) => genome[0])
  expect(after(2.5, 0)).toEqual([2.5, 2, 1])
  expect(after(2.5, 1)).toEqual([3, 2, 1])
  expect(after(0, 2)).toEqual([3, 2, 0])
})

test('what was not bred takes a free place, or that of the worst; what failed takes none and is no success', () => {
  const members = [3, 2].map((cost) => ({ genome: [cost], fitness: [cost] }))
  const told = (cost: number) => ({ member: { genome: [cost], fitness: [cost] }, score: -cost, bred: undefined })
  const failed = {
    member: { genome: [0], fitness: null },
    score: Number.NEGATIVE_INFINITY,
    bred: { operator: 'ensemble' as const, place: 0 },
  }
  const { members: after, families } = compete(
    { members, scores: [-3, -2] },
    firstFamilies,
    [told(9), told(1), failed, told(8)],
    3,
  )
  expect(after.map(({ genome }) => genome[0])).toEqual([3, 2, 1])
  expect(families.success.exchange).toBe(firstFamilies.success.exchange)
  expect(families.success.ensemble).toBeLessThan(firstFamilies.success.ensemble)
})

test('the operator that succeeds breeds the most', () => {
  const shareOf = (cost: (x: readonly number[]) => number) => {
    const optimizer = new GeneticAlgorithm(problemOf({ x: vector(real(-5, 5), 6) }), { seed: 1 })
    const operators = [...steps(optimizer, ({ x }) => cost(x), 90)].flatMap(({ next }) =>
      next.pending.map(({ bred }) => bred?.operator),
    )
    const late = operators.slice(operators.length / 2)
    return late.filter((operator) => operator === 'ensemble').length / late.length
  }
  expect(shareOf(rosenbrock)).toBeGreaterThan(0.6)
  // Steps in each coordinate by itself: recombining many gives what is seldom as good.
  expect(
    shareOf((x) => x.reduce((sum, value) => sum + Math.round(Math.abs(4 * value) % 3) + Math.abs(value), 0)),
  ).toBeLessThan(0.6)
})

test('a valley that is aligned with no axis is followed to its end, which breeding in generations does not do', () => {
  const turned = ({ x }: { x: number[] }) => {
    const [a, b] = [x[0]! + x[1]! - 1, x[0]! - x[1]!]
    return a * a + 1e6 * b * b
  }
  const found = (breeding: 'generations' | 'families') =>
    [1, 2, 3]
      .map((seed) => leastFound(new GeneticAlgorithm(plane, { breeding, seed }), turned, 2000))
      .sort((a, b) => a - b)[1]!
  expect(found('families')).toBeLessThan(1e-6)
  expect(found('generations')).toBeGreaterThan(1e-6)
})

test('a population that has collapsed begins anew, and children of the one that is gone are no members', () => {
  const optimizer = new GeneticAlgorithm(plane, { populationSize: 8 })
  // The first population knows but one value: it collapses as soon as it is full, while seven of its children are pending.
  let told = 0
  const played = drive(optimizer, ({ x }) => [told++ < 16 ? 0 : told <= 23 ? 0.5 : 1 + sphere(x)], {
    evaluations: 60,
    order: 'ordered',
    window: 8,
  })
  const { families, members, pending } = played.at(-1)!.state as GeneticAlgorithmState
  expect(families!.restarts).toBe(1)
  expect(families!.first).toBeGreaterThan(16) // some children of the old population were pending
  expect(members.every(({ fitness }) => fitness![0]! >= 1)).toBe(true)
  expect(pending.every(({ serial }) => serial >= families!.first)).toBe(true)
})

test('a run that version 3 began goes on in generations, as it would have', () => {
  const inGenerations = new GeneticAlgorithm(plane, { breeding: 'generations' })
  const today = new GeneticAlgorithm(plane)
  expect(today.since).toBe(3)
  for (const { knows } of steps(inGenerations, ({ x }) => sphere(x), 3)) {
    const { families: _, ...old } = knows
    const state = today.upgrade(old as State, 3)!
    expect(today.ask(state, 32, Random.of(5))).toEqual(inGenerations.ask(knows, 32, Random.of(5)))
  }
})

test('a space with other than real parameters is bred in generations; families for it are refused', () => {
  const mixed = problemOf({ x: real(0, 1), c: choice(['a', 'b']) })
  expect(new GeneticAlgorithm(mixed).start().families).toBeNull()
  expect(() => new GeneticAlgorithm(mixed, { breeding: 'families' })).toThrow(
    'optimizer: breeding families needs real parameters only, got choice ones, too',
  )
})

test('a population has four members for each dimension, fewer in a short search, more for large generations', () => {
  expect(familiesSize(10, 32, 10_000)).toBe(40)
  expect(familiesSize(2, 32, 10_000)).toBe(16)
  expect(familiesSize(500, 32, 4000)).toBe(200)
  expect(familiesSize(10, 1000, 10_000)).toBe(500)
})
