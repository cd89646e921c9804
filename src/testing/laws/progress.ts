import type { Order } from '../../core/abilities.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import { Individual } from '../../core/individual.ts'
import { Objectives } from '../../core/objectives.ts'
import { Random } from '../../core/random.ts'
import { choice, integer, real, Space, vector } from '../../core/space.ts'
import {
  type AnyParameters,
  drive,
  isBelow,
  leastOf,
  proposedIn,
  type Simulate,
  steps,
  toldIn,
  toldUntil,
} from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { distance, mixed, problemOf } from '../problems.ts'
import type { MakeOptimizer, Tested } from '../tested.ts'
import { throughRecord } from '../through-record.ts'

/** A search gets closer: whatever fails, whatever it was told before, and closer than random search. */
export function lawsOfProgress({ law, make, abilities, parameters, everyKind, ordersOf, evaluations }: Tested): void {
  if (!abilities.searches) return

  law('another seed gives another search', () => {
    const search = (seed: number) => play(make(everyKind(), { seed }), mixed, { evaluations: 100 })
    expect(proposedIn(search(7))).not.toStrictEqual(proposedIn(search(8)))
  })

  law('some failed evaluations do not keep it from the best, and are never taken for it', () => {
    // The better half of the space cannot be simulated: what fails would be best of all.
    const optimizer = make(problemOf({ x: vector(real(0, 1), 3) }), { seed: 2 })
    const simulate: Simulate = ({ x }) => {
      const point = x as number[]
      return point[0]! < 0.5 ? undefined : [distance(point, [0.2, 0.4, 0.6])]
    }
    const best = leastOf(toldUntil(steps(optimizer, simulate, { evaluations }), isBelow(0.32 ** 2)))
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

  law('parameters may have any names', () => {
    const names = ['__proto__', 'a.b', 'constructor', '', 'hasOwnProperty', 'x y', 'Größe 温度', '0']
    const space = new Space<AnyParameters>(names.map((n) => [n, real(-2, 3)] as const))
    const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed: 6 })
    const simulate: Simulate = (given) => [
      names.reduce((sum, n) => sum + Object.getOwnPropertyDescriptor(given, n)!.value ** 2, 0),
    ]
    const [first] = steps(optimizer, simulate, { evaluations }) // all of a generation, however large
    const half = leastOf(first?.told ?? []) / 2
    expect(half).toBeLessThan(Number.POSITIVE_INFINITY)
    const told = toldUntil(steps(optimizer, simulate, { evaluations, pass: throughRecord }), isBelow(half))
    for (const { individual } of told) expect(space.refuse(individual.parameters)).toBeUndefined()
    expect(leastOf(told)).toBeLessThan(half)
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
    const cold = proposedIn(play(optimizer, simulate, options))
    const warm = proposedIn(play(optimizer, simulate, { ...options, known }))
    expect(warm, 'what it proposes once it knows other evaluations is what it proposes without them').not.toStrictEqual(
      cold,
    )
    const near = (proposed: readonly AnyParameters[]) =>
      leastOf(proposed.map((given, index) => done(given, index, simulate)))
    expect(near(warm)).toBeLessThan(near(cold))
  })

  law('on a sphere it is at least ten times closer than random search after as many evaluations', () => {
    const space = new Space<AnyParameters>({ x: vector(real(-5, 5), 5) })
    const simulate: Simulate = ({ x }) => [distance(x as number[], [1, -2, 3, 0.5, -1.5])]
    const isCloser = closerThanRandom(make, space, simulate, { evaluations, margin: 10 })
    for (const order of ordersOf)
      expect(
        isMostly([1, 2, 3], (seed) => isCloser(seed, order)),
        order,
      ).toBe(true)
  })

  law('in a space of all kinds it is at least three times closer than random search', () => {
    const isCloser = closerThanRandom(make, new Space<AnyParameters>(parameters), mixed, { evaluations, margin: 3 })
    for (const order of ordersOf)
      expect(
        isMostly([1, 2, 3, 4, 5], (seed) => isCloser(seed, order)),
        order,
      ).toBe(true)
  })

  law('minimizing and maximizing the negative are the same search', () => {
    const negative: Simulate = (...given) => mixed(...given)?.map((value) => -value)
    const down = play(make(everyKind({ f: 'minimize' }), { seed: 2 }), mixed, { evaluations: 200 })
    const up = play(make(everyKind({ f: 'maximize' }), { seed: 2 }), negative, { evaluations: 200 })
    expectSame(proposedIn(up), proposedIn(down))
  })

  if (abilities.axes.includes('integer') && abilities.axes.includes('choice')) {
    law('a space of few points is searched to its end, or for as long as it is asked to', () => {
      const optimizer = make(problemOf({ n: integer(1, 3), c: choice(['a', 'b']) }), { seed: 2 })
      const played = play(optimizer, ({ n, c }) => [(n as number) + (c === 'a' ? 0 : 1)], { evaluations: 300 })
      expect(leastOf(toldIn(played))).toBe(1)
    })
  }
}

function done(parameters: AnyParameters, index: number, simulate: Simulate): Evaluation {
  const individual = new Individual({ generation: 0, index, replicate: 0 }, parameters, 0)
  return { individual, outcome: 'done', fitness: simulate(parameters, index)! }
}

interface Comparison {
  readonly evaluations: number
  /** How many times closer to 0 it is to be. */
  readonly margin: number
}

/** Tells whether a search with a seed, in an order, comes closer to 0 than as many draws with that seed; plays it until it has. */
function closerThanRandom(
  make: MakeOptimizer,
  space: Space,
  simulate: Simulate,
  { evaluations, margin }: Comparison,
): (seed: number, order: Order) => boolean {
  const leastDrawn = new Map<number, number>() // the same for every order
  const draw = (seed: number): number => {
    const random = Random.of(seed, 'random search')
    let least = Number.POSITIVE_INFINITY
    for (let n = 0; n < evaluations; n++) {
      least = Math.min(least, simulate(space.decode(space.samplePoint(random)), 0)![0]!)
    }
    leastDrawn.set(seed, least)
    return least
  }
  return (seed, order) => {
    const optimizer = make({ space, objectives: new Objectives({ f: 'minimize' }) }, { seed })
    const close = (leastDrawn.get(seed) ?? draw(seed)) / margin
    return leastOf(toldUntil(steps(optimizer, simulate, { evaluations, order }), isBelow(close))) < close
  }
}

/** Whether something holds for more than half of the seeds; looks at no more of them than decide. */
function isMostly(seeds: readonly number[], holds: (seed: number) => boolean): boolean {
  let missing = Math.floor(seeds.length / 2) + 1
  for (const [i, seed] of seeds.entries()) {
    if (holds(seed)) missing--
    if (missing === 0) return true
    if (missing > seeds.length - 1 - i) return false
  }
  return false
}
