import { expect, test } from 'vitest'
import { CrossEntropy } from '../../optimizers/index.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Random } from '../../src/core/random.ts'
import { boolean, choice, integer, real, vector } from '../../src/core/space.ts'
import { Trajectory } from '../../src/core/trajectory.ts'
import { drive } from '../../src/testing/drive.ts'
import { type FrontProblem, frontProblem } from './front-problems.ts'
import { firstGeneration, landscapeProblem, leastFound, problemOf, rastrigin, sphere, steps } from './search.ts'

const line = problemOf({ x: real(0, 1) })
const plane = problemOf({ x: vector(real(-5, 5), 2) })

/** The state after one generation whose individuals stood at x = 0, 1/19, ... 1 in a shuffled order. */
function afterOne(settings: ConstructorParameters<typeof CrossEntropy<{ x: number }>>[1]) {
  const order = Random.of(5).shuffle(Array.from({ length: 20 }, (_, i) => i / 19))
  let made = 0
  const createIndividual = () => ({ x: order[made++]! })
  const optimizer = new CrossEntropy({ ...line, createIndividual }, { populationSize: 20, smoothing: 0.4, ...settings })
  return { optimizer, next: firstGeneration(optimizer, ({ x }) => x).knows }
}

function gaussianOf(state: ReturnType<typeof afterOne>['next']) {
  const distribution = state.model.mixed!.distribution!
  if (distribution.type !== 'gaussian') throw new Error(`a Gaussian is wanted, got ${distribution.type}`)
  return distribution
}

test("a script of L2L is carried over setting by setting, and comes to Ackley's optimum", () => {
  const ackley = landscapeProblem('ackley2d')
  const optimizer = new CrossEntropy(ackley, {
    populationSize: 50,
    eliteFraction: 0.9,
    smoothing: 0,
    temperatureDecay: 0,
    generations: 1000,
    distribution: { type: 'gaussian' },
    stopAt: Number.MAX_VALUE,
    restarts: false,
    seed: 1,
  })
  expect(optimizer.populationSize).toBe(50)
  expect(leastFound(optimizer, ackley.cost, 5000)).toBeLessThan(0.001)
})

test('a space of thousands of axes is searched axis by axis, and that is said before', () => {
  const dimension = 3000
  const wide = problemOf({ x: vector(real(-5, 5), dimension) })
  const optimizer = new CrossEntropy(wide, { populationSize: 30, generations: 12, seed: 1 })
  expect(optimizer.announce()).toMatch(/3000 real and integer axes: above 300, .* each of them by itself/)
  const { knows } = firstGeneration(optimizer, ({ x }) => sphere(x))
  const { distribution } = knows.model.mixed!
  expect(distribution!.type).toBe('diagonal-gaussian')
  expect(JSON.stringify(distribution).length).toBeLessThan(60 * dimension) // as long as two vectors, not as a matrix
  expect(leastFound(optimizer, ({ x }) => sphere(x), 360)).toBeLessThan(-0.9 * knows.average!)
  expect(new CrossEntropy(plane).announce()).toBeUndefined()
  expect(() => new CrossEntropy(wide, { distribution: { type: 'bayesian-gaussian-mixture' } })).toThrow(
    'a bayesian-gaussian-mixture needs at most 300 real and integer axes, got 3000; a gaussian takes any number',
  )
})

test('the distribution is fitted to the elite, whatever order it came in', () => {
  const { next } = afterOne({ eliteFraction: 0.2 })
  expect(next.model.elite).toBe(4)
  expect(next.model.threshold).toBeCloseTo(-3 / 19, 12)
  expect(gaussianOf(next).mean[0]).toBeCloseTo(1.5 / 19, 9)
  expect(gaussianOf(next).covariance[0]![0]).toBeCloseTo(5 / 3 / 19 ** 2, 9)
})

test('an elite fraction of less than two individuals still means two', () => {
  const { next } = afterOne({ eliteFraction: 0.001 })
  expect(next.model.elite).toBe(2)
  expect(gaussianOf(next).mean[0]).toBeCloseTo(0.5 / 19, 9)
})

test('at a temperature those close to the threshold join the elite, those far from it do not', () => {
  // Scaled so that the first in line is close to the threshold and the last is a hundred temperatures away.
  const joined = Array.from({ length: 200 }, (_, seed) => {
    const { optimizer } = afterOne({})
    const hot = new CrossEntropy(line, { ...optimizer.settings, temperatureDecay: 0.9, eliteFraction: 0.2 })
    const answer = (_: unknown, index: number) => (index < 4 ? 0 : index < 10 ? 0.5 : 100 + index)
    const { told, knows: next } = firstGeneration(hot, answer, seed)
    expect(next.model.temperature).toBe(0.9)
    const points = told.slice(0, 10).map(({ individual }) => individual.parameters.x)
    const mean = gaussianOf(next).mean[0]!
    expect(mean).toBeGreaterThanOrEqual(Math.min(...points) - 1e-9)
    expect(mean).toBeLessThanOrEqual(Math.max(...points) + 1e-9)
    return next.model.elite - 4
  })
  const share = joined.reduce((sum, count) => sum + count, 0) / joined.length / 6
  expect(Math.max(...joined)).toBeLessThanOrEqual(6)
  expect(share).toBeGreaterThan(Math.exp(-0.5) - 0.08)
  expect(share).toBeLessThan(Math.exp(-0.5) + 0.08)
})

test('a temperature that decays lets fewer and fewer join; without one nobody does', () => {
  const elites = (temperatureDecay: number) =>
    [
      ...steps(
        new CrossEntropy(plane, { temperatureDecay, populationSize: 40, eliteFraction: 0.25 }),
        ({ x }) => sphere(x),
        12,
      ),
    ].map(({ next }) => ({ elite: next.model.elite, temperature: next.model.temperature }))
  const cooling = elites(0.1)
  expect(cooling[0]!.elite).toBeGreaterThan(10)
  expect(cooling[11]!.temperature).toBeCloseTo(1e-12, 15)
  expect(cooling[11]!.elite).toBeLessThanOrEqual(cooling[0]!.elite)
  for (const { elite } of elites(0)) expect(elite).toBe(10)
})

test('smoothing keeps its part of the last distribution', () => {
  const search = (smoothing: number) => [...steps(new CrossEntropy(plane, { smoothing }), ({ x }) => sphere(x), 2)]
  const [first] = search(0)
  const [, second] = search(0)
  const old = gaussianOf(first!.next).mean
  const fresh = gaussianOf(second!.next).mean
  // The first fit has nothing to keep, so that both searches saw the same second generation.
  const smoothed = gaussianOf(search(0.6)[1]!.next).mean
  smoothed.forEach((value, i) => {
    expect(value).toBeCloseTo(0.6 * old[i]! + 0.4 * fresh[i]!, 12)
  })
})

test('when the fitness is good enough the search ends, and stays ended', () => {
  const optimizer = new CrossEntropy(plane, { stopAt: -1e-6, generations: 1000 })
  const trajectory = new Trajectory<{ x: number[] }>()
  let told: Evaluation<{ x: number[] }>[] = []
  let last = -1
  for (;;) {
    optimizer.postProcess(trajectory, told)
    if (trajectory.generation === last) break
    last = trajectory.generation
    told = trajectory
      .individuals()
      .map((individual) => ({ individual, outcome: 'done', fitness: [sphere(individual.parameters.x)] }))
  }
  expect(last).toBeGreaterThan(2)
  expect(last).toBeLessThan(100)
  const least = Math.min(...told.map((evaluation) => (evaluation.outcome === 'done' ? evaluation.fitness[0]! : 9)))
  expect(least).toBeLessThanOrEqual(1e-6)
  optimizer.postProcess(trajectory, told)
  expect(trajectory.generation).toBe(last)
})

test('what failed is no elite', () => {
  const optimizer = new CrossEntropy(line, { populationSize: 20, eliteFraction: 0.5, smoothing: 0.4 })
  const { told, knows: next } = firstGeneration(optimizer, (_, index) => (index < 3 ? index : undefined))
  expect(next).toMatchObject({ failed: 17, average: -1, model: { elite: 3, threshold: -2 } })
  const mean = told.slice(0, 3).reduce((sum, { individual }) => sum + individual.parameters.x / 3, 0)
  expect(gaussianOf(next).mean[0]).toBeCloseTo(mean, 9)
})

test('a generation that failed as a whole is drawn again from the same distribution', () => {
  const optimizer = new CrossEntropy(plane)
  const generations = [...steps(optimizer, ({ x }, generation) => (generation === 1 ? undefined : sphere(x)), 3)]
  expect(generations[1]!.next.model).toEqual(generations[0]!.next.model)
  const parametersOf = ({ told }: (typeof generations)[number]) => told.map(({ individual }) => individual.parameters)
  expect(parametersOf(generations[2]!)).not.toEqual(parametersOf(generations[1]!))
  expect(generations[1]!.next.average).toBeNull()
})

test('the best ever is kept, not that of the last generation', () => {
  const optimizer = new CrossEntropy(line)
  const generations = [...steps(optimizer, (_, generation, index) => (generation === 1 && index === 3 ? -50 : 1), 5)]
  const { best } = generations[4]!.next.seen
  expect(best).toMatchObject({ score: 50, generation: 1, index: 3 })
  expect(optimizer.space.decode(best!.point)).toEqual(generations[1]!.told[3]!.individual.parameters)
  expect(optimizer.summarize(generations[4]!.next)).toMatchObject({
    generation: 5,
    best: 50,
    average: -1,
  })
})

test('choices and booleans are learned by their frequencies, and no level is given up', () => {
  const problem = problemOf({ c: vector(choice(['a', 'b', 'c', 'd']), 9), b: boolean() })
  const cost = ({ c, b }: { c: string[]; b: boolean }) => c.filter((level) => level !== 'c').length + (b ? 0 : 1)
  const model = [...steps(new CrossEntropy(problem), cost, 15)][14]!.knows.model.mixed!
  expect(model.distribution).toBeNull()
  const [c, b] = [model.categories[0], model.categories[9]]
  expect(c![2]).toBeGreaterThan(0.9)
  expect(b![1]).toBeGreaterThan(0.9)
  for (const p of [...c!, ...b!]) expect(p).toBeGreaterThan(0)
})

test('an integer on which the elite agrees can still move', () => {
  // All agree on 2 at first; then 3 becomes better, then 4, and so on.
  const optimizer = new CrossEntropy(
    { ...problemOf({ n: integer(0, 50) }), createIndividual: () => ({ n: 2 }) },
    { populationSize: 200 },
  )
  let found = 0
  for (const { told } of steps(optimizer, ({ n }) => -n, 100)) {
    for (const { individual } of told) found = Math.max(found, individual.parameters.n)
  }
  expect(found).toBeGreaterThan(20)
})

test('what is sampled lies in the unit cube, on its faces where the distribution reaches beyond', () => {
  const corner = problemOf({ x: vector(real(2, 3), 3) })
  const generations = [...steps(new CrossEntropy(corner), ({ x }) => x.reduce((sum, value) => sum + value, 0), 10)]
  const coordinates = generations.flatMap(({ told }) => told.flatMap(({ individual }) => individual.parameters.x))
  expect(coordinates.every((x) => x >= 2 && x <= 3)).toBe(true)
  expect(coordinates.filter((x) => x === 2).length).toBeGreaterThan(10)
})

test('an optimum in a corner is found', () => {
  const corner = problemOf({ x: vector(real(2, 3), 3) })
  const cost = ({ x }: { x: number[] }) => x.reduce((sum, value) => sum + value - 2, 0)
  const found = [1, 2, 3, 4, 5].map((seed) => leastFound(new CrossEntropy(corner, { seed }), cost, 6000))
  expect(median(found)).toBeLessThan(1e-5)
})

test('of two optima a mixture serves both better than one Gaussian does', () => {
  const two = ({ x }: { x: number[] }) => Math.min(sphere(x.map((v) => v - 2)), sphere(x.map((v) => v + 3)))
  const atBoth = (type: 'gaussian' | 'bayesian-gaussian-mixture') =>
    median(
      [1, 2, 3, 4, 5].map((seed) => {
        const optimizer = new CrossEntropy(plane, { distribution: { type }, populationSize: 200, seed })
        const { told } = [...steps(optimizer, two, 3)][2]!
        const near = (centre: number) =>
          told.filter(({ individual }) => sphere(individual.parameters.x.map((v) => v - centre)) < 1).length
        return Math.min(near(2), near(-3))
      }),
    )
  expect(atBoth('bayesian-gaussian-mixture')).toBeGreaterThan(1.5 * atBoth('gaussian'))
})

test('its defaults find the optimum of a sphere and come close in a rugged bowl in ten dimensions', () => {
  const space = problemOf({ x: vector(real(-5, 5), 10) })
  const found = (cost: (x: readonly number[]) => number) =>
    median([1, 2, 3, 4, 5].map((seed) => leastFound(new CrossEntropy(space, { seed }), ({ x }) => cost(x), 10_000)))
  expect(found(sphere)).toBeLessThan(1e-12)
  expect(found(rastrigin)).toBeLessThan(5) // random search: 80
})

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

/** Of random search these are 0, 0 and 0.2; all of each front would be 0.8767, 1.3318 and 0.8074. */
const spanned: readonly (readonly [name: FrontProblem, volume: number])[] = [
  ['zdt1', 0.87],
  ['zdt3', 1.3],
  ['dtlz2', 0.65],
]

test.each(spanned)(
  'where a front is looked for, on %s what it recommends spans most of it after 5,000 evaluations',
  (name, volume) => {
    const { problem, simulate, volumeOf } = frontProblem(name)
    const optimizer = new CrossEntropy(problem, { seed: 1 })
    const { state } = drive(optimizer, simulate, { evaluations: 5000 }).at(-1)!
    const front = optimizer.recommend(state as never)
    const fitness = front.map(({ parameters }) => simulate(parameters))
    expect(volumeOf(fitness)).toBeGreaterThan(volume)
    expect(optimizer.summarize(state as never)).toMatchObject({ front: front.length })
  },
)

test('what goes by one number is refused where a front is looked for', () => {
  const { problem } = frontProblem('zdt1')
  for (const [name, value] of [
    ['stopAt', -1],
    ['temperatureDecay', 0.9],
  ] as const) {
    expect(() => new CrossEntropy(problem, { [name]: value })).toThrow(
      `optimizer: ${name} goes by one number, and a, b have directions without weights; leave it out`,
    )
  }
})
