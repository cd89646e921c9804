import { hypervolume } from '../../src/core/hypervolume.ts'
import { real, vector } from '../../src/core/space.ts'
import { problemOf } from '../../src/testing/problems.ts'

/** Zitzler, Deb and Thiele 2000, "Comparison of multiobjective evolutionary algorithms: empirical results", section 4. */
const vectors = {
  zdt1: (x: readonly number[]) => zdt(x, (f, g) => 1 - Math.sqrt(f / g)),
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

export type FrontProblem = keyof typeof vectors

/** A known problem of two or three objectives that are all minimized, of parameters in the unit cube. */
export function frontProblem(name: FrontProblem) {
  const names = name === 'dtlz2' ? ['a', 'b', 'c'] : ['a', 'b']
  const directions = Object.fromEntries(names.map((name) => [name, 'minimize' as const]))
  const problem = problemOf({ x: vector(real(0, 1), name === 'dtlz2' ? 12 : 30) }, directions)
  const reference = names.map(() => 1.1)
  return {
    problem,
    simulate: ({ x }: Record<string, unknown>) => vectors[name](x as number[]),
    /** What some fitness vectors span, from 1.1 of each objective. */
    volumeOf: (fitness: readonly (readonly number[])[]) => hypervolume(problem.objectives, fitness, reference),
  }
}
