import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { orders, takesOrder } from '../core/abilities.ts'
import type { Constraint } from '../core/constraints.ts'
import type { Evaluation } from '../core/evaluation.ts'
import { Individual } from '../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../core/objectives.ts'
import type { Problem } from '../core/optimizee.ts'
import type { CommonSettings, Optimizer } from '../core/optimizer.ts'
import { findNotPlain, type State } from '../core/plain-data.ts'
import { Random } from '../core/random.ts'
import { type Aggregate, aggregates, replicationsFrom } from '../core/replications.ts'
import type { SearchCheckpoint } from '../core/search-state.ts'
import { choice, integer, real, Space, vector } from '../core/space.ts'
import { Trajectory } from '../core/trajectory.ts'
import {
  type DriveOptions,
  drive,
  leastOf,
  type Parameters,
  proposedIn,
  type Simulate,
  type Step,
  steps,
  toldIn,
} from './drive.ts'
import { anySpaceOf, distance, everyKindOf, mixed, problemOf, someFail } from './problems.ts'
import { deepFreeze, withoutEffects } from './without-effects.ts'

/** Makes the optimizer that is tested, for a problem. */
export type MakeOptimizer = (problem: Problem, settings: Partial<CommonSettings>) => Optimizer

export interface OptimizerContract {
  /** How many evaluations it may spend when it is compared with random search. */
  readonly evaluations?: number
  /** Laws that do not hold for it, by their names, each with the reason. */
  readonly excused?: Readonly<Record<string, string>>
}

/**
 * What every optimizer has to keep to, as tests; which laws apply follows from its abilities. An optimizer joins with one line.
 *
 * @example testOptimizer('cross-entropy', (problem, settings) => new CrossEntropy(problem, settings))
 */
export function testOptimizer(name: string, make: MakeOptimizer, contract: OptimizerContract = {}): void {
  const { evaluations = 2000, excused = {} } = contract
  const { abilities } = make(problemOf({ x: real(0, 1) }), {})
  const parameters = everyKindOf(abilities)
  const everyKind = (objectives?: ObjectiveMap) => problemOf(parameters, objectives)
  const ordersOf = orders.filter((order) => takesOrder(abilities, order))
  const known = new Set<string>()

  const law = (title: string, check: () => void) => {
    known.add(title)
    if (!Object.hasOwn(excused, title)) test(title, check)
  }

  describe(`${name} keeps the contract of optimizers`, () => {
    for (const order of ordersOf) {
      law(`a search in the order ${order} is the same when its state goes through msgpack at every turn`, () => {
        const options: DriveOptions = { evaluations: 300, order }
        const straight = drive(make(everyKind(), { seed: 3 }), mixed, options)
        const passed = drive(make(everyKind(), { seed: 3 }), mixed, { ...options, pass: throughMsgpack })
        expect(withoutStates(passed)).toStrictEqual(withoutStates(straight))
      })

      law(`in the order ${order} it goes on from a checkpoint by being told again`, () => {
        const straight = drive(make(everyKind(), { seed: 1 }), someFail, { evaluations: 200, order })
        const optimizer = make(everyKind(), { seed: 1 })
        const kept: SearchCheckpoint[] = []
        const keep = (checkpoint: SearchCheckpoint) => {
          kept.push(throughMsgpack(checkpoint))
          return checkpoint
        }
        drive(optimizer, someFail, { evaluations: 200, order, pass: keep })
        const middle = Math.floor(straight.length / 2)
        let at = 0
        const jump = (checkpoint: SearchCheckpoint) => (at++ === middle ? kept[middle]! : checkpoint)
        const resumed = drive(make(everyKind(), { seed: 1 }), someFail, { evaluations: 200, order, pass: jump })
        expect(withoutStates(resumed)).toStrictEqual(withoutStates(straight))
      })
    }

    for (const order of ordersOf) {
      law(
        `where individuals are replicated, a search in the order ${order} is the same for any order of their samples`,
        () => {
          const noisy: Simulate = (given, n) =>
            n % 7 === 0 ? undefined : mixed(given, n)!.map((value) => value + Random.of('noise', n).normal())
          const search = (turn: number, aggregate: Aggregate) => {
            const replications = replicationsFrom({ count: 4, aggregate })!
            return drive(make(everyKind(), { seed: 3 }), noisy, { evaluations: 150, order, replications, turn })
          }
          for (const aggregate of aggregates) expect(search(1, aggregate)).toStrictEqual(search(2, aggregate))
          expect(toldIn(search(1, 'mean'))[0]).toMatchObject({
            samples: expect.any(Array),
            standardError: expect.any(Array),
          })
        },
      )
    }

    law('in any space a state is plain data, and its proposals are within the bounds', () => {
      fc.assert(
        fc.property(anySpaceOf(abilities), fc.nat(1000), (space, seed) => {
          const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed })
          const simulate: Simulate = (given, n) =>
            n % 5 === 4 ? undefined : [space.encode(given).reduce((sum, x) => sum + x, 0)]
          for (const { state, proposed } of steps(optimizer, simulate, { evaluations: 200 })) {
            expect(findNotPlain(state)).toBeUndefined()
            for (const given of proposed) expect(space.refuse(given)).toBeUndefined()
          }
        }),
        { numRuns: 40 },
      )
    })

    law('fitness of zero, and beyond what a weighted sum can hold, leaves the state plain data', () => {
      const weights: ObjectiveMap = abilities.objectives === 'one' ? { error: -2 } : { error: -2, gain: 3 }
      const count = Object.keys(weights).length
      const values = [0, 1.7e308, -1.7e308]
      const answers: Simulate[] = [
        () => [0, 0].slice(0, count),
        (_, n) => [values[(n * 5) % 3]!, values[n % 3]!].slice(0, count),
      ]
      for (const simulate of answers) {
        const played = drive(make(everyKind(weights), { seed: 1 }), simulate, { evaluations: 200 })
        expect(played.length).toBeGreaterThan(0)
        for (const { state } of played) expect(findNotPlain(state)).toBeUndefined()
      }
    })

    for (const corner of ['low', 'high'] as const) {
      law(`a search that is drawn to the ${corner} end of every parameter stays within the bounds`, () => {
        const space = new Space<Parameters>(parameters)
        const optimizer = make({ space, objectives: new Objectives({ sum: corner === 'low' ? -1 : 1 }) }, { seed: 1 })
        const simulate: Simulate = (given) => [space.encode(given).reduce((sum, x) => sum + x, 0)]
        const proposed = proposedIn(drive(optimizer, simulate, { evaluations: 1000 }))
        expect(proposed.length).toBeGreaterThan(0)
        for (const given of proposed) expect(space.refuse(given)).toBeUndefined()
      })
    }

    law('ask gives the same for the same state and randomness, and changes nothing', () => {
      const optimizer = make(everyKind(), { seed: 5 })
      for (const before of statesOf(optimizer, mixed, 200)) {
        const copy = structuredClone(before)
        const ask = (state: State) => optimizer.ask(state, optimizer.populationSize, Random.of('any'))
        expect(ask(before)).toStrictEqual(ask(deepFreeze(structuredClone(before))))
        expect(before).toStrictEqual(copy)
      }
    })

    law('asked with just the room that it used, it gives the same', () => {
      const optimizer = make(everyKind(), { seed: 5 })
      for (const state of statesOf(optimizer, mixed, 200)) {
        const wide = optimizer.ask(state, 3 * optimizer.populationSize, Random.of('any'))
        expect(optimizer.ask(state, wide.proposals.length, Random.of('any'))).toStrictEqual(wide)
      }
    })

    law('tell leaves the old state and the evaluations as they were', () => {
      const frozen = (checkpoint: SearchCheckpoint) => ({
        ...checkpoint,
        state: deepFreeze(structuredClone(checkpoint.state)),
      })
      const options = { evaluations: 300 }
      const simulate: Simulate = (...given) => deepFreeze(someFail(...given))
      expect(drive(make(everyKind(), { seed: 5 }), simulate, { ...options, pass: frozen })).toStrictEqual(
        drive(make(everyKind(), { seed: 5 }), someFail, options),
      )
    })

    law('the same seed gives the same search', () => {
      const search = () => drive(make(everyKind(), { seed: 7 }), mixed, { evaluations: 200 })
      expect(search()).toStrictEqual(search())
    })

    law('it touches no clock and no global random numbers', () => {
      const played = withoutEffects(() => drive(make(everyKind(), {}), someFail, { evaluations: 300 }))
      expect(played.length).toBeGreaterThan(0)
    })

    law('a search in which everything fails ends without a recommendation', () => {
      const optimizer = make(everyKind(), { seed: 4 })
      const played = drive(optimizer, () => undefined, { evaluations: 300 })
      expect(toldIn(played).length).toBeGreaterThan(0)
      for (const { state } of played) {
        expect(optimizer.recommend(state).filter(({ by }) => by === 'seen')).toEqual([])
        expect(findNotPlain(state)).toBeUndefined()
      }
    })

    law('nothing is simulated that violates a constraint of parameters, in any order', () => {
      // Kept by a sixth of the space: of two numbers, one is to be well below the other.
      const steep: Constraint = {
        name: 'steep',
        of: 'parameters',
        violation: ({ x }) => (x as number[])[1]! - 0.5 * (x as number[])[0]! + 0.1,
      }
      for (const order of ordersOf) {
        const problem = problemOf({ x: vector(real(0, 1), 2) }, { f: 'minimize' }, [steep])
        const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.8])]
        const told = toldIn(drive(make(problem, { seed: 8 }), simulate, { evaluations: 300, order }))
        expect(told.length).toBeGreaterThan(0)
        for (const { individual } of told)
          expect(steep.of === 'parameters' && steep.violation(individual.parameters)).toBeLessThanOrEqual(0)
      }
    })

    law('what it says of its state is honest: a best is the best that was told', () => {
      const optimizer = make(everyKind(), { seed: 4 })
      let best: number | null = null
      for (const { state, told } of drive(optimizer, someFail, { evaluations: 300 })) {
        const summary = optimizer.summarize(state)
        if (Object.hasOwn(summary, 'best')) expect(summary.best).toBe(best)
        for (const evaluation of told) {
          if (evaluation.outcome !== 'done') continue
          best = Math.max(best ?? Number.NEGATIVE_INFINITY, optimizer.objectives.weigh(evaluation.fitness)) + 0
        }
      }
    })

    law('what it recommends as seen was told', () => {
      const optimizer = make(everyKind(), { seed: 4 })
      const told = new Set<string>()
      for (const step of drive(optimizer, someFail, { evaluations: 300 })) {
        for (const { parameters: found, by } of optimizer.recommend(step.state)) {
          if (by === 'seen') expect(told).toContain(JSON.stringify(found))
          expect(optimizer.space.refuse(found)).toBeUndefined()
        }
        for (const { individual } of step.told) told.add(JSON.stringify(individual.parameters))
      }
    })

    law('a search over a trajectory has at most as many generations as its settings say, in the order of ask', () => {
      const optimizer = make(everyKind(), { seed: 1, generations: 5 })
      const trajectory = new Trajectory()
      let told: readonly Evaluation[] = []
      for (let turn = 0; turn < 9; turn++) {
        const before = trajectory.generation
        optimizer.postProcess(trajectory, told)
        if (trajectory.generation === before) break
        told = trajectory.individuals().map((individual, index) => ({
          individual,
          outcome: 'done',
          fitness: mixed(individual.parameters, index)!,
        }))
      }
      expect(trajectory.generation).toBeLessThan(5)
      const asked = drive(make(everyKind(), { seed: 1, generations: 5 }), mixed, { evaluations: 1e4 })
      const newest = trajectory.individuals().map((individual) => individual.parameters)
      expect(asked[trajectory.generation]!.proposed).toStrictEqual(newest)
    })

    if (abilities.searches) {
      law('another seed gives another search', () => {
        const search = (seed: number) => drive(make(everyKind(), { seed }), mixed, { evaluations: 200 })
        expect(proposedIn(search(7))).not.toStrictEqual(proposedIn(search(8)))
      })

      law('some failed evaluations do not keep it from the best, and are never taken for it', () => {
        // The better half of the space cannot be simulated: what fails would be best of all.
        const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }), { seed: 2 })
        const simulate: Simulate = ({ x }) => {
          const point = x as number[]
          return point[0]! < 0.5 ? undefined : [distance(point, [0.2, 0.4, 0.6])]
        }
        const best = leastOf(toldIn(drive(optimizer, simulate, { evaluations })))
        expect(best).toBeLessThan(0.32 ** 2)
        expect(best).toBeGreaterThanOrEqual(0.3 ** 2)
      })

      for (const [which, dead] of [
        ['the first generation', (generation: number) => generation === 0],
        ['a later generation', (generation: number) => generation === 3],
        ['the first three generations', (generation: number) => generation < 3],
      ] as const) {
        law(`a search goes on when all of ${which} failed`, () => {
          const optimizer = make(everyKind(), { seed: 4 })
          const size = optimizer.populationSize
          const simulate: Simulate = (given, n) => (dead(Math.floor(n / size)) ? undefined : mixed(given, n))
          const played = drive(optimizer, simulate, { evaluations: 10 * size })
          expect(toldIn(played).length).toBeGreaterThan(5 * size)
        })
      }

      for (const of of ['parameters', 'results'] as const) {
        law(`it finds an optimum that lies where a constraint of ${of} begins to be violated`, () => {
          const first = ({ x }: Parameters) => 0.6 - (x as number[])[0]!
          const constraint: Constraint =
            of === 'parameters'
              ? { name: 'right', of, violation: first }
              : { name: 'right', of, violation: (_, parameters) => first(parameters) }
          const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }, { f: 'minimize' }, [constraint]), { seed: 2 })
          const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.4, 0.6])]
          const kept = toldIn(drive(optimizer, simulate, { evaluations })).filter(
            (evaluation) => evaluation.outcome === 'done' && evaluation.violation === undefined,
          )
          expect(leastOf(kept)).toBeLessThan(0.42 ** 2)
          expect(leastOf(kept)).toBeGreaterThanOrEqual(0.4 ** 2 - 1e-9)
        })
      }

      law('what violates a constraint of results is recommended only where nothing keeps it', () => {
        const low: Constraint = { name: 'low', of: 'results', violation: ({ f }) => (f as number) - 0.5 }
        const high: Constraint = { name: 'high', of: 'results', violation: ({ f }) => 0.05 - (f as number) }
        const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }, { f: 'minimize' }, [low, high]), { seed: 2 })
        const simulate: Simulate = ({ x }) => [distance(x as number[], [0.2, 0.4, 0.6])]
        let isKnown = false
        for (const { state, told } of drive(optimizer, simulate, { evaluations: 300 })) {
          for (const { parameters: found, by } of isKnown ? optimizer.recommend(state) : []) {
            if (by === 'seen') expect(distance(found.x as number[], [0.2, 0.4, 0.6])).toBeGreaterThanOrEqual(0.05)
            break // the first is what it holds to be best
          }
          isKnown ||= told.some((evaluation) => evaluation.outcome === 'done' && evaluation.violation === undefined)
        }
        expect(isKnown).toBe(true)
      })

      law('parameters may have any names', () => {
        const names = ['__proto__', 'a.b', 'constructor', '', 'hasOwnProperty', 'x y', 'Größe 温度', '0']
        const space = new Space<Parameters>(names.map((n) => [n, real(-2, 3)] as const))
        const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed: 6 })
        const simulate: Simulate = (given) => [
          names.reduce((sum, n) => sum + Object.getOwnPropertyDescriptor(given, n)!.value ** 2, 0),
        ]
        const told = toldIn(drive(optimizer, simulate, { evaluations, pass: throughMsgpack }))
        for (const { individual } of told) expect(space.refuse(individual.parameters)).toBeUndefined()
        expect(leastOf(told)).toBeLessThan(leastOf(told.slice(0, optimizer.populationSize)) / 2)
      })

      law('it learns from what it had not asked for', () => {
        const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }), { seed: 9 })
        const optimum = [0.25, 0.5, 0.75]
        const simulate: Simulate = ({ x }) => [distance(x as number[], optimum)]
        const known = Array.from({ length: 64 }, (_, index): Evaluation => {
          const random = Random.of('known', index)
          const x = optimum.map((value) => value + random.normal(0, 0.01))
          const individual = new Individual({ generation: -1, index, replicate: 0 }, { x }, 0)
          return { individual, outcome: 'done', fitness: [distance(x, optimum)] }
        })
        const options = { evaluations: 2 * optimizer.populationSize }
        const cold = proposedIn(drive(optimizer, simulate, options))
        const warm = proposedIn(drive(optimizer, simulate, { ...options, known }))
        expect(warm).not.toStrictEqual(cold)
        const near = (proposed: readonly Parameters[]) =>
          leastOf(proposed.map((given, index) => done(given, index, simulate)))
        expect(near(warm)).toBeLessThan(near(cold))
      })

      law('on a sphere it is at least ten times closer than random search after as many evaluations', () => {
        const space = new Space<Parameters>({ x: vector(real(-5, 5), 5) })
        const simulate: Simulate = ({ x }) => [distance(x as number[], [1, -2, 3, 0.5, -1.5])]
        for (const order of ordersOf) expectBetterThanRandom(make, space, simulate, { evaluations, order }, 10)
      })

      law('in a space of all kinds it is at least three times closer than random search', () => {
        for (const order of ordersOf) {
          expectBetterThanRandom(make, new Space<Parameters>(parameters), mixed, { evaluations, order }, 3)
        }
      })

      law('minimizing and maximizing the negative are the same search', () => {
        const negative: Simulate = (...given) => mixed(...given)?.map((value) => -value)
        const down = drive(make(everyKind({ f: 'minimize' }), { seed: 2 }), mixed, { evaluations: 300 })
        const up = drive(make(everyKind({ f: 'maximize' }), { seed: 2 }), negative, { evaluations: 300 })
        expect(proposedIn(up)).toStrictEqual(proposedIn(down))
      })

      if (abilities.axes.includes('integer') && abilities.axes.includes('choice')) {
        law('a space of few points is searched to its end, or for as long as it is asked to', () => {
          const optimizer = make(problemOf({ n: integer(1, 3), c: choice(['a', 'b']) }), { seed: 2 })
          const played = drive(optimizer, ({ n, c }) => [(n as number) + (c === 'a' ? 0 : 1)], { evaluations: 300 })
          expect(leastOf(toldIn(played))).toBe(1)
        })
      }

      if (abilities.objectives !== 'one') {
        law('of several objectives, the weights say which matters', () => {
          const simulate: Simulate = ({ x }) => {
            const point = x as number[]
            return [distance(point, [0.2, 0.2]), -distance(point, [0.8, 0.8])]
          }
          const found = (weights: ObjectiveMap) => {
            const { objectives } = problemOf({ x: real(0, 1) }, weights)
            const optimizer = make(problemOf({ x: vector(real(0, 1), 2) }, weights), { seed: 3 })
            const told = toldIn(drive(optimizer, simulate, { evaluations }))
            const best = told.reduce((a, b) => (objectives.score(a) >= objectives.score(b) ? a : b))
            return best.individual.parameters.x as number[]
          }
          // The optimum of the weighted sum lies between the two centres, by their weights.
          for (const x of found({ error: -3, gain: 1 })) expect(x).toBeCloseTo(0.35, 1)
          for (const x of found({ error: -1, gain: 3 })) expect(x).toBeCloseTo(0.65, 1)
        })
      }
    }

    test('no law is excused that there is not', () => {
      expect(Object.keys(excused).filter((title) => !known.has(title))).toEqual([])
    })
  })
}

const packr = new Packr({ useRecords: false, moreTypes: true })

function throughMsgpack(checkpoint: SearchCheckpoint): SearchCheckpoint {
  return packr.unpack(packr.pack(checkpoint)) as SearchCheckpoint
}

/** What a search did; of zeros with a sign, which msgpack does not keep, nothing must follow. */
function withoutStates(steps: readonly Step[]): Omit<Step, 'state'>[] {
  return steps.map(({ proposed, told }) => ({ proposed, told }))
}

/** The states in which a search asks. */
function statesOf(optimizer: Optimizer, simulate: Simulate, evaluations: number): State[] {
  const states: State[] = []
  const keep = (checkpoint: SearchCheckpoint) => {
    states.push(checkpoint.state)
    return checkpoint
  }
  drive(optimizer, simulate, { evaluations, pass: keep })
  expect(states.length).toBeGreaterThan(0)
  return states
}

function done(parameters: Parameters, index: number, simulate: Simulate): Evaluation {
  const individual = new Individual({ generation: 0, index, replicate: 0 }, parameters, 0)
  return { individual, outcome: 'done', fitness: simulate(parameters, index)! }
}

function expectBetterThanRandom(
  make: MakeOptimizer,
  space: Space,
  simulate: Simulate,
  options: DriveOptions,
  margin: number,
): void {
  const ratios = [1, 2, 3, 4, 5].map((seed) => {
    const optimizer = make({ space, objectives: new Objectives({ f: 'minimize' }) }, { seed })
    const found = leastOf(toldIn(drive(optimizer, simulate, options)))
    const random = Random.of(seed, 'random search')
    const draws = Array.from(
      { length: options.evaluations },
      () => simulate(space.decode(space.samplePoint(random)), 0)![0]!,
    )
    return Math.max(found, Number.MIN_VALUE) / Math.min(...draws)
  })
  ratios.sort((a, b) => a - b)
  expect(ratios[2]).toBeLessThan(1 / margin)
}
