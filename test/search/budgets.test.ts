import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Optimizer } from '../../src/core/optimizer.ts'
import type { Asked, Optimizee, Problem } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

/** Proposes the same four points with budgets that it is given. */
class Scripted extends Optimizer<number> {
  static readonly type = 'scripted'
  static override readonly abilities = { ...Optimizer.abilities, searches: false, budgets: true }
  readonly budgets: readonly number[]

  constructor(problem: Problem, budgets: readonly number[]) {
    super(problem, { seed: 1, generations: 10 })
    this.budgets = budgets
  }

  override start(): number {
    return 0
  }

  override ask(state: number): Asked<number> {
    const budget = this.budgets[state]
    if (budget === undefined) return { state, proposals: [] }
    const points = [-0.5, 0, 0.25, 0.5].map((x) => ({ parameters: { x, rate: 0.3 }, budget }))
    return { state: state + 1, proposals: points }
  }

  override tell(state: number): number {
    return state
  }
}

test('an optimizer that knows of no budget gives every individual the whole of it', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const { directory } = await search({ root, optimizee: 'iterative', options: { journal }, generations: 2 })
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(16)
  for (const line of lines) expect(line).toMatch(/ 27$/)
  using record = reading(directory)
  expect(record.reader.row({ generation: 0, index: 3, replicate: 0 })?.budget).toBe(27)
  expect(record.reader.budget).toStrictEqual({ name: 'steps', low: 1, high: 27 })
})

test('the best is the best of those with the whole budget, and until then of those with the most of it', async () => {
  const found = async (name: string, budgets: readonly number[]) => {
    const root = temporaryDirectory()
    const makeOptimizer = (optimizee: Optimizee) => new Scripted(optimizee, budgets)
    const { directory, trajectory } = await search({ root, name, optimizee: 'iterative', makeOptimizer })
    using record = reading(directory)
    const [best] = trajectory.best(1)
    expect(record.reader.best(9)[0]).toStrictEqual(best)
    return { best: best?.individual.name, budget: best?.individual.budget, count: record.reader.best(99).length }
  }
  // The cost of a part could be smaller: the best of the whole is taken all the same.
  expect(await found('parts', [3, 9, 1])).toEqual({ best: '1.1', budget: 9, count: 4 })
  expect(await found('whole', [27, 9, 27])).toEqual({ best: '0.1', budget: 27, count: 8 })
})

test('a budget that the problem does not have is the fault of the optimizer', async () => {
  const root = temporaryDirectory()
  const run = search({ root, optimizee: 'iterative', makeOptimizer: (given) => new Scripted(given, [28]) })
  await expect(run).rejects.toThrow(
    'failed in ask after 0 evaluations (generation 0): proposal 0 needs a budget of 1 to 27 steps, got 28.',
  )
})

function reading(directory: string): Disposable & { readonly reader: RecordReader } {
  const reader = RecordReader.openForReading(directory)
  return { reader, [Symbol.dispose]: () => reader.close() }
}
