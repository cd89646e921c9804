import { expect, test } from 'vitest'
import { NsgaII } from '../../optimizers/index.ts'
import { type Order, orders } from '../../src/core/abilities.ts'
import {
  defineOptimizee,
  type ObjectiveMap,
  type Optimizee,
  type Optimizer,
  type Reference,
  real,
} from '../../src/index.ts'
import { frontOf } from '../../src/record/front-points.ts'
import { RecordFile } from '../../src/record/record-file.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { identityOf } from '../../src/search/run-identity.ts'
import { search, searchStoppedEvery } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const reference = { far: 2, near: -1 }

const two = {
  optimizee: 'two-objectives',
  makeOptimizer: (optimizee: Optimizee) =>
    new NsgaII(optimizee, { populationSize: 8, generations: 12, seed: 5 }) as never,
} as const

/** What the record has of the front, and what follows from all that was evaluated. */
function frontsOf(directory: string, optimizee: Pick<Optimizee, 'objectives'>) {
  const file = RecordFile.openForReading(directory)
  const { objectives } = optimizee
  const wish = { objectives, replications: undefined }
  const stored = frontOf(file, { ...wish, recorded: [2, -1] })
  const anew = frontOf(file, { ...wish, reference: [2, -1] })
  const rows = file.all<{ front: number | null; hypervolume: number | null }>(
    'select front, hypervolume from generations order by generation',
  )
  file.close()
  return { stored, anew, rows }
}

test.each(orders)(
  'a front in the order %s is recorded generation by generation, however often the search was stopped',
  async (order: Order) => {
    const root = temporaryDirectory()
    let optimizee: Optimizee | undefined
    const makeOptimizer = (made: Optimizee) => {
      optimizee = made
      return two.makeOptimizer(made)
    }
    const options = { reference, sleep: 5 }
    const stopped = { ...two, makeOptimizer, root, name: 'stopped', order, options }
    const { directory, stops } = await searchStoppedEvery(47, stopped)
    expect(stops).toBeGreaterThan(0)
    const { stored, anew, rows } = frontsOf(directory, optimizee!)
    expect(rows.map(({ hypervolume }) => hypervolume)).toEqual(anew.hypervolumes)
    expect(rows.at(-1)!.front).toBe(anew.points.length)
    expect(stored).toEqual(anew)
    const { best, front } = summarizeRun(directory)
    expect(front).toEqual({ individuals: anew.points.length, hypervolume: anew.hypervolumes.at(-1), reference })
    expect(anew.points.map(({ fitness }) => fitness)).toContainEqual(best!.fitness)
    if (order === 'arrival') return
    const straight = await search({ ...two, root, name: 'straight', order, options })
    expect(frontsOf(straight.directory, optimizee!)).toEqual({ stored, anew, rows })
  },
)

test('a front whose hypervolume hardly grows ends a search by stagnation, wherever it is stopped', async () => {
  const root = temporaryDirectory()
  const makeOptimizer = (optimizee: Optimizee) =>
    new NsgaII(optimizee, { populationSize: 8, generations: 400, seed: 5 }) as never
  const options = { reference }
  const limited = { ...two, makeOptimizer, root, options, limits: { stagnation: 40 } } as const
  const { reason, canonical } = await search({ ...limited, name: 'straight' })
  expect(reason).toMatch(/^\d+ evaluations brought hardly any hypervolume \(limits.stagnation: 40\)$/)
  const stopped = await searchStoppedEvery(61, { ...limited, name: 'stopped', options: { ...options, sleep: 2 } })
  expect(stopped.stops).toBeGreaterThan(0)
  expect(stopped.reason).toBe(reason)
  expect(stopped.canonical).toBe(canonical)
})

test('a direction, a weight and a reference are part of what makes two searches the same', () => {
  const identity = (objectives: ObjectiveMap, reference?: Reference) => {
    const given = reference && { reference }
    const optimizee = defineOptimizee({ parameters: { x: real(0, 1) }, objectives, ...given, simulate: () => [0, 0] })
    const optimizer = new NsgaII(optimizee) as unknown as Optimizer
    return identityOf({
      optimizer,
      optimizee: optimizee as unknown as Optimizee,
      failures: { timeout: undefined, retries: 0, onFailure: 'fail' },
    })
  }
  const front = identity({ a: 'minimize', b: 'minimize' })
  const differs = [
    identity({ a: 'minimize', b: 'maximize' }),
    identity({ a: -1, b: -1 }),
    identity({ a: 'minimize', b: 'minimize' }, { a: 1, b: 1 }),
    identity({ a: 'minimize', b: 'minimize' }, { a: 1, b: 2 }),
  ]
  for (const [i, one] of differs.entries()) {
    expect(one).not.toEqual(front)
    for (const other of differs.slice(i + 1)) expect(one).not.toEqual(other)
  }
  expect(identity({ a: 'minimize', b: 'minimize' })).toEqual(front)
})
