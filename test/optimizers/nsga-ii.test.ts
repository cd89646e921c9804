import { expect, test } from 'vitest'
import { NsgaII, type NsgaIIState } from '../../optimizers/nsga-ii.ts'
import { drive } from '../../src/testing/drive.ts'
import { type FrontProblem, frontProblem } from './front-problems.ts'

/**
 * The hypervolume that NSGA-II of pymoo comes to with as many evaluations, the median of five searches: of a front in pieces,
 * and of one of three objectives, which no weighted sum finds.
 */
const known: readonly (readonly [name: FrontProblem, volume: number])[] = [
  ['zdt3', 1.327745],
  ['dtlz2', 0.70386],
]

test.each(known)('on %s a population of 100 spans what it should after 250 generations', (name, volume) => {
  const { problem, simulate, volumeOf } = frontProblem(name)
  const last = drive(new NsgaII(problem, { seed: 1 }), simulate, { evaluations: 25_000 }).at(-1)!
  const { members } = last.state as NsgaIIState
  const fitness = members.map(({ fitness }) => fitness!)
  expect(volumeOf(fitness)).toBeGreaterThan(volume)
})
