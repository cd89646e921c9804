import { Objectives } from '../../../src/core/objectives.ts'
import type { Problem } from '../../../src/core/optimizee.ts'
import type { Optimizer } from '../../../src/core/optimizer.ts'
import type { State } from '../../../src/core/plain-data.ts'
import { Random } from '../../../src/core/random.ts'
import { replicationsFrom } from '../../../src/core/replications.ts'
import { real, Space, vector } from '../../../src/core/space.ts'
import { steps } from '../../../src/testing/index.ts'

type MakeOptimizer = (problem: Problem, seed: number) => Optimizer<State>

/** How near to the optimum one optimizer ends, with as many simulations however often it replicates. */
export interface NoisyFigures {
  readonly function: string
  readonly replications: number
  /** The cost without noise of what it recommends: the median over the searches; 0 is the least. */
  readonly found: number
}

const dimension = 5
const deviation = 1

const functions: Readonly<Record<string, (x: readonly number[]) => number>> = {
  sphere: (x) => x.reduce((sum, value, i) => sum + (value - (i % 2 === 0 ? 1.2 : -2.3)) ** 2, 0),
  rosenbrock: (x) => x.slice(1).reduce((sum, next, i) => sum + 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0),
}

export function searchNoisy(
  make: MakeOptimizer,
  {
    counts,
    simulations,
    seeds,
  }: { readonly counts: readonly number[]; readonly simulations: number; readonly seeds: number },
): NoisyFigures[] {
  return Object.entries(functions).flatMap(([name, cost]) =>
    counts.map((replications) => {
      const found = Array.from({ length: seeds }, (_, seed) =>
        searchOnce(make, cost, { replications, simulations, seed }),
      )
      return { function: name, replications, found: medianOf(found) }
    }),
  )
}

function searchOnce(
  make: MakeOptimizer,
  cost: (x: readonly number[]) => number,
  {
    replications: count,
    simulations,
    seed,
  }: { readonly replications: number; readonly simulations: number; readonly seed: number },
): number {
  const replications = replicationsFrom({ count, seeds: 'own' })
  const space = new Space<Record<string, unknown>>({ x: vector(real(-5, 5), dimension) })
  const optimizer = make({ space, objectives: new Objectives({ f: 'minimize' }), replications }, seed)
  const evaluations = Math.floor(simulations / count)
  optimizer.horizon = evaluations
  const simulate = ({ x }: Record<string, unknown>, n: number) => [
    cost(x as number[]) + Random.of('noise', seed, n).normal(0, deviation),
  ]
  const played = [...steps(optimizer, simulate, { evaluations, ...(replications && { replications }) })]
  const recommended = optimizer.recommend(played.at(-1)!.state)[0]?.parameters
  return recommended === undefined ? Number.POSITIVE_INFINITY : cost(recommended.x as number[])
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
