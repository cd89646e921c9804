import { expect, test } from 'vitest'
import { NsgaII, type NsgaIIState } from '../../optimizers/nsga-ii.ts'
import { drive } from '../../src/testing/drive.ts'
import { type FrontProblem, frontProblem } from './front-problems.ts'

/**
 * The hypervolume that NSGA-II of pymoo comes to with 25,000 evaluations, the median of five searches: of a front in pieces, and
 * of one of three objectives, which no weighted sum finds. The latter is spanned long before, and generations on a front of three
 * objectives cost most.
 */
const known: readonly (readonly [name: FrontProblem, generations: number, volume: number])[] = [
  ['zdt3', 250, 1.327745],
  ['dtlz2', 100, 0.70386],
]

test.each(known)('on %s a population of 100 spans what it should after %i generations', (name, generations, volume) => {
  const { problem, simulate, volumeOf } = frontProblem(name)
  const last = drive(new NsgaII(problem, { seed: 1 }), simulate, { evaluations: 100 * generations }).at(-1)!
  const { members } = last.state as NsgaIIState
  const fitness = members.map(({ fitness }) => fitness!)
  expect(volumeOf(fitness)).toBeGreaterThan(volume)
})
