import { expect, test } from 'vitest'
import { ParticleSwarm } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { Random } from '../../src/core/random.ts'
import { integer, real, vector } from '../../src/core/space.ts'
import { drive, leastOf, toldIn } from '../../src/testing/index.ts'
import { proposedOnce } from './repeats.ts'
import { firstGeneration, problemOf, sphere, steps } from './search.ts'

const plane = problemOf({ x: vector(real(-5, 5), 2) })

test('a particle that was told moves on while others are still waited for', () => {
  const optimizer = new ParticleSwarm(plane, { populationSize: 6, seed: 1 })
  const { state, told } = firstGeneration(optimizer, ({ x }) => sphere(x))
  const next = optimizer.tell(state, told.slice(2, 4))
  expect(next.turns).toEqual([2, 3])
  expect(optimizer.ask(next, 6, Random.of(1)).proposals.map(({ tag }) => tag)).toEqual([
    { swarm: 0, particle: 2 },
    { swarm: 0, particle: 3 },
  ])
})

test('a particle remembers where it was best, and the swarm its best', () => {
  const optimizer = new ParticleSwarm(plane, { populationSize: 5, seed: 2 })
  const played = [
    ...steps(optimizer, ({ x }, generation, index) => (index === 3 ? undefined : sphere(x) + generation), 2),
  ]
  const [first, second] = played.map(({ knows }) => knows)
  expect(first!.particles.map(({ best }) => best === null)).toEqual([false, false, false, true, false])
  for (const i of [0, 1, 2, 4]) {
    expect(second!.particles[i]!.best!.score).toBeGreaterThanOrEqual(first!.particles[i]!.best!.score)
  }
  expect(second!.best!.score).toBe(
    Math.max(...second!.particles.map(({ best }) => best?.score ?? Number.NEGATIVE_INFINITY)),
  )
})

test('a swarm that finds nothing better is followed by another one', () => {
  const optimizer = new ParticleSwarm(plane, { populationSize: 5, patience: 10, seed: 1 })
  const swarms = [...steps(optimizer, (_, generation, index) => generation + index, 40)].map(({ next }) => next.swarm)
  expect(swarms[5]).toBe(0)
  expect(swarms.at(-1)).toBeGreaterThanOrEqual(2)
})

test('no point is simulated twice: not a lattice, and not at a bound', () => {
  const lattice = problemOf({ n: integer(0, 30), m: integer(0, 30) })
  const corner = problemOf({ x: vector(real(0, 1), 3) })
  for (const order of orders) {
    const cost = ({ n, m }: { n: number; m: number }) => [(n - 7) ** 2 + (m - 20) ** 2]
    expect(proposedOnce(new ParticleSwarm(lattice, { seed: 1 }), cost, { evaluations: 5000, order })).toBe(961)
    proposedOnce(new ParticleSwarm(corner, { seed: 1 }), ({ x }) => [x[0]! + x[1]! - x[2]!], {
      evaluations: 1000,
      order,
    })
  }
})

test('it finds the optimum of a sphere in five dimensions', () => {
  const problem = problemOf({ x: vector(real(-5, 5), 5) })
  const found = [1, 2, 3].map((seed) =>
    leastOf(toldIn(drive(new ParticleSwarm(problem, { seed }), ({ x }) => [sphere(x)], { evaluations: 4000 }))),
  )
  expect(found.sort((a, b) => a - b)[1]).toBeLessThan(1e-8)
})
