import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../src/core/objectives.ts'
import type { Problem } from '../../src/core/optimizee.ts'
import type { CommonSettings, Optimizer, PlainData } from '../../src/core/optimizer.ts'
import { Random } from '../../src/core/random.ts'
import {
  boolean,
  choice,
  integer,
  matrix,
  type Parameter,
  type ParameterDefinition,
  parameterFrom,
  real,
  Space,
  vector,
} from '../../src/core/space.ts'
import { Trajectory } from '../../src/core/trajectory.ts'

type Parameters = Record<string, unknown>
type MakeOptimizer = (problem: Problem<Parameters>, settings: Partial<CommonSettings>) => Optimizer<PlainData>
/** What a simulation of the contract answers; undefined is a failure. */
type Simulate = (parameters: Parameters, generation: number, index: number) => readonly number[] | undefined

export interface OptimizerContract {
  /** How many evaluations it may spend when it is compared with random search. */
  readonly evaluations?: number
}

/**
 * What every optimizer has to keep to. An optimizer joins with one line:
 *
 * @example testOptimizer('cross-entropy', (problem, settings) => new CrossEntropy(problem, settings))
 */
export function testOptimizer(name: string, make: MakeOptimizer, { evaluations = 2000 }: OptimizerContract = {}): void {
  describe(`${name} keeps the contract of optimizers`, () => {
    for (const [format, pass] of formats) {
      test(`a search whose state goes through ${format} at every generation is the same search`, () => {
        const optimizer = () => make(problem(everyKind), { seed: 3 })
        const straight = play(optimizer(), mixed, { generations: 12 })
        const passed = play(optimizer(), mixed, { generations: 12, pass })
        expect(passed).toStrictEqual(straight)
      })
    }

    test('in any space a state is plain data, and its proposals are within the bounds', () => {
      fc.assert(
        fc.property(anySpace, fc.nat(1000), (space, seed) => {
          const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed })
          const simulate: Simulate = (parameters, generation, index) =>
            (generation + index) % 5 === 4 ? undefined : [space.encode(parameters).reduce((sum, x) => sum + x, 0)]
          for (const { state, proposed } of play(optimizer, simulate, { generations: 6 })) {
            for (const [, pass] of formats) expect(pass(state)).toStrictEqual(state)
            expect(badNumbersIn(state)).toEqual([])
            for (const parameters of proposed) expect(space.refuse(parameters)).toBeUndefined()
          }
        }),
        { numRuns: 40 },
      )
    })

    test('fitness of zero, and beyond what a weighted sum can hold, leaves the state plain data', () => {
      const weights = { error: -2, gain: 3 }
      const values = [0, 1.7e308, -1.7e308]
      const answers: Simulate[] = [
        () => [0, 0],
        (_, generation, index) => [values[(generation + index) % 3]!, values[index % 3]!],
      ]
      for (const simulate of answers) {
        const generations = play(make(problem(everyKind, weights), { seed: 1 }), simulate, { generations: 6 })
        expect(generations).toHaveLength(6)
        for (const { state } of generations) expect(badNumbersIn(state)).toEqual([])
      }
    })

    for (const corner of ['low', 'high'] as const) {
      test(`a search that is drawn to the ${corner} end of every parameter stays within the bounds`, () => {
        const space = new Space<Parameters>(everyKind)
        const optimizer = make({ space, objectives: new Objectives({ sum: corner === 'low' ? -1 : 1 }) }, { seed: 1 })
        const simulate: Simulate = (parameters) => [space.encode(parameters).reduce((sum, x) => sum + x, 0)]
        const proposed = play(optimizer, simulate, { generations: 30 }).flatMap((generation) => generation.proposed)
        expect(proposed.length).toBeGreaterThan(100)
        for (const parameters of proposed) expect(space.refuse(parameters)).toBeUndefined()
      })
    }

    test('ask gives the same whenever it is asked, and changes nothing', () => {
      const optimizer = make(problem(everyKind), { seed: 5 })
      for (const { state } of play(optimizer, mixed, { generations: 5 })) {
        const before = structuredClone(state)
        expect(optimizer.ask(state)).toStrictEqual(optimizer.ask(deepFreeze(structuredClone(state))))
        expect(state).toStrictEqual(before)
      }
    })

    test('tell leaves the old state and the evaluations as they were', () => {
      const optimizer = make(problem(everyKind), { seed: 5 })
      const frozen = play(optimizer, someFail, { generations: 8, pass: (state) => deepFreeze(structuredClone(state)) })
      expect(frozen).toStrictEqual(play(optimizer, someFail, { generations: 8 }))
    })

    test('the same seed gives the same search, another seed another one', () => {
      const search = (seed: number) => play(make(problem(everyKind), { seed }), mixed, { generations: 6, seed })
      expect(search(7)).toStrictEqual(search(7))
      const first = search(7)
      const second = search(8)
      for (let g = 0; g < 6; g++) expect(isDeepStrictEqual(first[g]!.proposed, second[g]!.proposed)).toBe(false)
    })

    test('it touches no clock and no global random numbers', () => {
      const generations = withoutEffects(() => play(make(problem(everyKind), {}), someFail, { generations: 8 }))
      expect(generations).toHaveLength(8)
    })

    test('some failed evaluations do not keep it from the best, and are never taken for it', () => {
      // The better half of the space cannot be simulated: what fails would be best of all.
      const optimizer = make(problem({ x: vector(real(0, 1), 3) }), { seed: 2 })
      const simulate: Simulate = ({ x }) => {
        const point = x as number[]
        return point[0]! < 0.5 ? undefined : [distance(point, [0.2, 0.4, 0.6])]
      }
      const generations = playFor(optimizer, simulate, evaluations)
      const best = bestOf(generations)
      expect(best).toBeLessThan(0.32 ** 2)
      expect(best).toBeGreaterThanOrEqual(0.3 ** 2)
      expectHonestSummaries(optimizer, generations)
    })

    for (const [which, dead] of [
      ['the first generation', (generation: number) => generation === 0],
      ['a later generation', (generation: number) => generation === 3],
      ['the first three generations', (generation: number) => generation < 3],
    ] as const) {
      test(`a search goes on when all of ${which} failed`, () => {
        const optimizer = make(problem(everyKind), { seed: 4 })
        const simulate: Simulate = (parameters, generation) =>
          dead(generation) ? undefined : mixed(parameters, generation, 0)
        const generations = play(optimizer, simulate, { generations: 10 })
        expect(generations.map(({ proposed }) => proposed.length > 0)).toEqual(new Array(10).fill(true))
        expectHonestSummaries(optimizer, generations)
      })
    }

    test('a search in which everything fails ends without a best', () => {
      const optimizer = make(problem(everyKind), { seed: 4 })
      const generations = play(optimizer, () => undefined, { generations: 8 })
      expect(generations).toHaveLength(8)
      expectHonestSummaries(optimizer, generations)
    })

    test('parameters may have any names', () => {
      const names = ['__proto__', 'a.b', 'constructor', '', 'hasOwnProperty', 'x y', 'Größe 温度', '0']
      const space = new Space<Parameters>(names.map((n) => [n, real(-2, 3)] as const))
      const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed: 6 })
      const simulate: Simulate = (parameters) => [
        names.reduce((sum, n) => sum + Object.getOwnPropertyDescriptor(parameters, n)!.value ** 2, 0),
      ]
      const generations = play(optimizer, simulate, { generations: 20, pass: formats[0]![1] })
      for (const { proposed } of generations) {
        for (const parameters of proposed) expect(space.refuse(parameters)).toBeUndefined()
      }
      expect(bestOf(generations)).toBeLessThan(bestOf(generations.slice(0, 1)) / 2)
    })

    test('another individual that stood in for a failed one is told with its own parameters', () => {
      const optimizer = make(problem({ x: vector(real(0, 1), 3) }), { seed: 9 })
      const optimum = [0.25, 0.5, 0.75]
      const random = Random.of(9, 'tell', 0)
      const state = optimizer.start(Random.of(9, 'start'))
      const told = evaluate(optimizer, state, 0, ({ x }) => [distance(x as number[], optimum)])
      const replaced = told.map((evaluation, i): Evaluation => {
        if (i !== 1) return evaluation
        const individual = new Individual(evaluation.individual, { x: optimum }, 0)
        return { individual, outcome: 'done', fitness: [0] }
      })
      // What follows depends on who stood in: the optimum attracts, the individual that was asked for does not.
      const next = optimizer.ask(optimizer.tell(state, replaced, random))
      const without = optimizer.ask(optimizer.tell(state, told, Random.of(9, 'tell', 0)))
      expect(next).not.toStrictEqual(without)
      const stranger = replaced.map((evaluation, i): Evaluation => {
        if (i !== 1) return evaluation
        const individual = new Individual(evaluation.individual, { x: [1, 0, 0] }, 0)
        return { individual, outcome: 'done', fitness: [0] }
      })
      const elsewhere = optimizer.ask(optimizer.tell(state, stranger, Random.of(9, 'tell', 0)))
      expect(next).not.toStrictEqual(elsewhere)
    })

    test('a search over a trajectory has as many generations as its settings say, in the order of ask', () => {
      const optimizer = make(problem(everyKind), { seed: 1, generations: 5 })
      const trajectory = new Trajectory()
      let told: readonly Evaluation[] = []
      for (let turn = 0; turn < 9; turn++) {
        const before = trajectory.generation
        optimizer.postProcess(trajectory, told)
        if (trajectory.generation === before) break
        const asked = optimizer.ask(optimizer.state!).map(({ parameters }) => parameters)
        expect(trajectory.individuals().map(({ parameters }) => parameters)).toStrictEqual(asked)
        told = trajectory.individuals().map((individual, index) => ({
          individual,
          outcome: 'done',
          fitness: mixed(individual.parameters, trajectory.generation, index)!,
        }))
      }
      expect(trajectory.generation).toBe(4)
    })

    test('a search that was loaded goes on as if it had never stopped', () => {
      const search = (stopAfter: number | undefined) => {
        let optimizer = make(problem(everyKind), { seed: 1, generations: 8 })
        const trajectory = new Trajectory()
        let told: readonly Evaluation[] = []
        const proposed: Parameters[][] = []
        for (;;) {
          const before = trajectory.generation
          optimizer.postProcess(trajectory, told)
          if (trajectory.generation === before) return proposed
          proposed.push(trajectory.individuals().map(({ parameters }) => parameters))
          told = trajectory.individuals().map((individual, index) => ({
            individual,
            outcome: 'done',
            fitness: mixed(individual.parameters, trajectory.generation, index)!,
          }))
          if (trajectory.generation === stopAfter) {
            const saved = formats[1]![1](optimizer.state!)
            optimizer = make(problem(everyKind), { seed: 1, generations: 8 })
            optimizer.load(saved)
          }
        }
      }
      const straight = search(undefined)
      expect(straight).toHaveLength(8)
      for (const stopAfter of [0, 3, 6]) expect(search(stopAfter)).toStrictEqual(straight)
    })

    test('on a sphere it is at least ten times closer than random search after as many evaluations', () => {
      const space = new Space<Parameters>({ x: vector(real(-5, 5), 5) })
      const simulate: Simulate = ({ x }) => [distance(x as number[], [1, -2, 3, 0.5, -1.5])]
      expectBetterThanRandom(make, space, simulate, evaluations, 10)
    })

    test('in a mixed space it is at least three times closer than random search after as many evaluations', () => {
      const space = new Space<Parameters>(everyKind)
      expectBetterThanRandom(make, space, mixed, evaluations, 3)
    })

    test('minimizing and maximizing the negative are the same search', () => {
      const negative: Simulate = (...given) => mixed(...given)?.map((value) => -value)
      const options = { generations: 8 }
      const down = play(make(problem(everyKind, { f: 'minimize' }), { seed: 2 }), mixed, options)
      const up = play(make(problem(everyKind, { f: 'maximize' }), { seed: 2 }), negative, options)
      expect(up.map(({ proposed }) => proposed)).toStrictEqual(down.map(({ proposed }) => proposed))
    })

    test('of several objectives, the weights say which matters', () => {
      const simulate: Simulate = ({ x }) => {
        const point = x as number[]
        return [distance(point, [0.2, 0.2]), -distance(point, [0.8, 0.8])]
      }
      const space = { x: vector(real(0, 1), 2) }
      const found = (weights: ObjectiveMap) => {
        const optimizer = make(problem(space, weights), { seed: 3 })
        const told = playFor(optimizer, simulate, evaluations).flatMap((generation) => generation.told)
        return told.reduce((a, b) => (scoreOf(optimizer, a) >= scoreOf(optimizer, b) ? a : b)).individual.parameters
          .x as number[]
      }
      // The optimum of the weighted sum lies between the two centres, by their weights.
      for (const x of found({ error: -3, gain: 1 })) expect(x).toBeCloseTo(0.35, 1)
      for (const x of found({ error: -1, gain: 3 })) expect(x).toBeCloseTo(0.65, 1)
    })
  })
}

/** Parameters of every kind there is. */
const everyKind = {
  real: real(-5, 5),
  rate: real(1e-4, 10, { scale: 'log' }),
  count: integer(-3, 12),
  size: integer(1, 1000, { scale: 'log' }),
  solver: choice(['euler', 'heun', 'rk4', null, 5]),
  adaptive: boolean(),
  offsets: vector(real(0, 1), 2),
  kernel: matrix(integer(0, 4), 2, 2),
}

const formats: readonly (readonly [string, (state: PlainData) => PlainData])[] = [
  ['JSON', (state) => JSON.parse(JSON.stringify(state))],
  ['msgpack', (state) => packr.unpack(packr.pack(state))],
]
const packr = new Packr({ useRecords: false, moreTypes: true })

interface Generation {
  readonly state: PlainData
  readonly proposed: readonly Parameters[]
  readonly told: readonly Evaluation[]
}

function problem(parameters: Record<string, Parameter>, objectives: ObjectiveMap = { f: 'minimize' }): Problem {
  return { space: new Space(parameters), objectives: new Objectives(objectives) }
}

interface PlayOptions {
  readonly generations: number
  readonly seed?: number
  readonly pass?: (state: PlainData) => PlainData
}

function play(optimizer: Optimizer<PlainData>, simulate: Simulate, options: PlayOptions): Generation[] {
  const { generations, seed = optimizer.settings.seed, pass = (state) => state } = options
  const played: Generation[] = []
  let state = pass(optimizer.start(Random.of(seed, 'start')))
  for (let generation = 0; generation < generations; generation++) {
    const told = evaluate(optimizer, state, generation, simulate)
    if (told.length === 0) break
    played.push({ state, proposed: told.map(({ individual }) => individual.parameters), told })
    state = pass(optimizer.tell(state, deepFreeze(told), Random.of(seed, 'tell', generation)))
  }
  return played
}

/** Plays until the evaluations are spent. */
function playFor(optimizer: Optimizer<PlainData>, simulate: Simulate, evaluations: number): Generation[] {
  const played: Generation[] = []
  let left = evaluations
  const { seed } = optimizer.settings
  let state = optimizer.start(Random.of(seed, 'start'))
  for (let generation = 0; ; generation++) {
    const told = evaluate(optimizer, state, generation, simulate)
    left -= told.length
    if (told.length === 0 || left < 0) return played
    played.push({ state, proposed: told.map(({ individual }) => individual.parameters), told })
    state = optimizer.tell(state, told, Random.of(seed, 'tell', generation))
  }
}

function evaluate(
  optimizer: Optimizer<PlainData>,
  state: PlainData,
  generation: number,
  simulate: Simulate,
): Evaluation[] {
  return optimizer.ask(state).map(({ parameters }, index) => {
    const individual = new Individual({ generation, index, replicate: 0 }, parameters, 0)
    const fitness = simulate(parameters, generation, index)
    if (fitness) return { individual, outcome: 'done', fitness }
    return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'It was to fail.' } }
  })
}

/** The least first element of the fitness. */
function bestOf(generations: readonly Generation[]): number {
  const values = generations
    .flatMap(({ told }) => told)
    .flatMap((evaluation) => (evaluation.outcome === 'done' ? [evaluation.fitness[0]!] : []))
  return Math.min(...values)
}

function scoreOf({ objectives }: Optimizer<PlainData>, evaluation: Evaluation): number {
  return evaluation.outcome === 'done' ? objectives.weigh(evaluation.fitness) : Number.NEGATIVE_INFINITY
}

/** A summary that names a best names the best weighted fitness of what had been told by then. */
function expectHonestSummaries(optimizer: Optimizer<PlainData>, generations: readonly Generation[]): void {
  let best: number | null = null
  for (const { state, told } of generations) {
    const summary = optimizer.summarize(state)
    if (Object.hasOwn(summary, 'best')) expect(summary.best).toBe(best)
    for (const evaluation of told) {
      if (evaluation.outcome === 'done') best = Math.max(best ?? -Infinity, scoreOf(optimizer, evaluation)) + 0
    }
  }
}

function expectBetterThanRandom(
  make: MakeOptimizer,
  space: Space,
  simulate: Simulate,
  evaluations: number,
  margin: number,
): void {
  const ratios = [1, 2, 3, 4, 5].map((seed) => {
    const found = bestOf(
      playFor(make({ space, objectives: new Objectives({ f: 'minimize' }) }, { seed }), simulate, evaluations),
    )
    const random = Random.of(seed, 'random search')
    const draws = Array.from(
      { length: evaluations },
      () => simulate(space.decode(space.samplePoint(random)), 0, 0)![0]!,
    )
    return Math.max(found, Number.MIN_VALUE) / Math.min(...draws)
  })
  ratios.sort((a, b) => a - b)
  expect(ratios[2]).toBeLessThan(1 / margin)
}

/** A smooth function of everything in `everyKind`, best where a real calibration would lie: inside, at one combination. */
const mixed: Simulate = (parameters) => {
  const p = parameters as { [K in keyof typeof everyKind]: ReturnType<(typeof everyKind)[K]['decode']> }
  return [
    (p.real - 1.3) ** 2 / 10 +
      Math.log10(p.rate / 0.05) ** 2 +
      (p.count - 7) ** 2 / 20 +
      Math.log10(p.size / 40) ** 2 +
      (p.solver === 'rk4' ? 0 : 0.5) +
      (p.adaptive ? 0 : 0.3) +
      distance(p.offsets, [0.9, 0.1]) +
      distance(p.kernel.flat(), [1, 2, 3, 4]) / 16,
  ]
}

const someFail: Simulate = (parameters, generation, index) =>
  (generation * 7 + index) % 3 === 0 ? undefined : mixed(parameters, generation, index)

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0)
}

const anyDefinition: fc.Arbitrary<ParameterDefinition> = fc.oneof(
  fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
    .filter(([low, width]) => low + width > low)
    .map(([low, width]) => ({ type: 'real' as const, low, high: low + width })),
  fc
    .tuple(fc.double({ min: 1e-9, max: 1e3, noNaN: true }), fc.double({ min: 1.001, max: 1e9, noNaN: true }))
    .map(([low, factor]) => ({ type: 'real' as const, low, high: low * factor, scale: 'log' as const })),
  fc
    .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 2000 }))
    .map(([low, width]) => ({ type: 'integer' as const, low, high: low + width })),
  fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1e6 }))
    .map(([low, width]) => ({ type: 'integer' as const, low, high: low + width, scale: 'log' as const })),
  fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }).map((values) => ({ type: 'choice' as const, values })),
  fc.constant({ type: 'boolean' as const }),
)

const anySpace = fc
  .uniqueArray(
    fc.tuple(
      fc.string(),
      fc.oneof(
        anyDefinition,
        fc
          .tuple(anyDefinition, fc.integer({ min: 1, max: 3 }))
          .map(([of, length]): ParameterDefinition => ({ type: 'vector', of, length })),
        anyDefinition.map((of): ParameterDefinition => ({ type: 'matrix', of, rows: 2, columns: 2 })),
      ),
    ),
    { minLength: 1, maxLength: 4, selector: ([name]) => name },
  )
  .map(
    (entries) => new Space<Parameters>(entries.map(([name, definition]) => [name, parameterFrom(definition)] as const)),
  )

/** The numbers in plain data that JSON would change. */
function badNumbersIn(data: PlainData): number[] {
  if (typeof data === 'number') return Number.isFinite(data) && !Object.is(data, -0) ? [] : [data]
  if (typeof data !== 'object' || data === null) return []
  return Object.values(data).flatMap(badNumbersIn)
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const nested of Object.values(value)) deepFreeze(nested)
  return Object.freeze(value)
}

/** Runs something with every source of time and chance made to throw. */
function withoutEffects<T>(run: () => T): T {
  const forbid = (what: string) => () => {
    throw new Error(`an optimizer must not use ${what}`)
  }
  const { Date: date, performance: clock, crypto: source } = globalThis
  const chance = Math.random
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  const original = ['Date', 'performance', 'crypto'].map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const,
  )
  try {
    Math.random = forbid('Math.random')
    replace('Date', new Proxy(date, { apply: forbid('Date'), construct: forbid('Date'), get: forbid('Date') }))
    replace('performance', new Proxy(clock, { get: forbid('performance') }))
    replace('crypto', new Proxy(source, { get: forbid('crypto') }))
    return run()
  } finally {
    Math.random = chance
    for (const [name, descriptor] of original) Object.defineProperty(globalThis, name, descriptor)
  }
}
