import { expect, test } from 'vitest'
import { NsgaII, type NsgaIIState } from '../../optimizers/nsga-ii.ts'
import { hypervolume } from '../../src/core/hypervolume.ts'
import { real, vector } from '../../src/core/space.ts'
import { drive } from '../../src/testing/drive.ts'
import { problemOf } from '../../src/testing/problems.ts'

/** Zitzler, Deb and Thiele 2000, "Comparison of multiobjective evolutionary algorithms: empirical results", section 4. */
const problems = {
  zdt1: (x: readonly number[]) => zdt(x, (f, g) => 1 - Math.sqrt(f / g)),
  zdt2: (x: readonly number[]) => zdt(x, (f, g) => 1 - (f / g) ** 2),
  zdt3: (x: readonly number[]) => zdt(x, (f, g) => 1 - Math.sqrt(f / g) - (f / g) * Math.sin(10 * Math.PI * f)),
  /** Deb, Thiele, Laumanns and Zitzler 2002, "Scalable multi-objective optimization test problems". */
  dtlz2: (x: readonly number[]) => {
    const [a, b] = [(x[0]! * Math.PI) / 2, (x[1]! * Math.PI) / 2]
    const far = 1 + x.slice(2).reduce((sum, value) => sum + (value - 0.5) ** 2, 0)
    return [far * Math.cos(a) * Math.cos(b), far * Math.cos(a) * Math.sin(b), far * Math.sin(a)]
  },
} as const

function zdt([first, ...others]: readonly number[], shape: (f: number, g: number) => number): number[] {
  const g = 1 + (9 * others.reduce((sum, value) => sum + value, 0)) / others.length
  return [first!, g * shape(first!, g)]
}

/** The hypervolume that NSGA-II of pymoo comes to with as many evaluations, the median of five searches. */
const known: readonly (readonly [name: keyof typeof problems, volume: number])[] = [
  ['zdt1', 0.869939],
  ['zdt2', 0.536169],
  ['zdt3', 1.327745],
  ['dtlz2', 0.70386],
]

test.each(known)('on %s a population of 100 spans what it should after 250 generations', (name, volume) => {
  const simulate = problems[name]
  const names = name === 'dtlz2' ? ['a', 'b', 'c'] : ['a', 'b']
  const directions = Object.fromEntries(names.map((name) => [name, 'minimize' as const]))
  const problem = problemOf({ x: vector(real(0, 1), name === 'dtlz2' ? 12 : 30) }, directions)
  const optimizer = new NsgaII(problem, { seed: 1 })
  const last = drive(optimizer, ({ x }) => simulate(x as number[]), { evaluations: 25_000 }).at(-1)!
  const { members } = last.state as NsgaIIState
  const fitness = members.map(({ fitness }) => fitness!)
  const reference = names.map(() => 1.1)
  expect(hypervolume(problem.objectives, fitness, reference)).toBeGreaterThan(volume)
})
