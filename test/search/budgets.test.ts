import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Asha, Hyperband, SuccessiveHalving } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import { idOf } from '../../src/core/individual.ts'
import { Optimizer } from '../../src/core/optimizer.ts'
import type { Asked, Optimizee, Problem } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { replay } from '../../src/search/replay.ts'
import { openDatabase } from '../../src/system/database.ts'
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
  for (const line of lines) expect(line).toMatch(/ 27 0$/)
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

test('a budget that the problem does not have is the fault of the optimizer, which is recorded', async () => {
  const root = temporaryDirectory()
  const run = search({ root, optimizee: 'iterative', makeOptimizer: (given) => new Scripted(given, [28]) })
  await expect(run).rejects.toThrow(
    'failed in ask after 0 evaluations (generation 0): proposal 0 needs a budget of 1 to 27 steps, got 28.',
  )
  expect(summarizeRun(join(root, 'run'))).toMatchObject({ status: 'failed', reason: expect.stringContaining('got 28') })
})

test('a limit of evaluations ends a search by halves before the rung that would be more, and again there', async () => {
  const plan = { root: temporaryDirectory(), optimizee: 'iterative' } as const
  const makeOptimizer = ((optimizee: Optimizee) => new Hyperband(optimizee, { seed: 3 })) as never
  const limited = async (evaluations: number) => {
    const { directory, reason } = await search({ ...plan, makeOptimizer, limits: { evaluations } })
    expect(reason).toBe(`${evaluations} evaluations are its limit (limits.evaluations)`)
    using record = reading(directory)
    return record.reader.asked
  }
  // Rungs of 27, 9, 3, 1, of 12, 4, 1, of 6, 2, of 4, and 27 again.
  expect(await limited(37)).toBe(36)
  expect(await limited(52)).toBe(52)
  expect(await limited(95)).toBe(69)
  expect(await limited(95)).toBe(69)
})

const searches = {
  generations: (optimizee: Optimizee) => new Hyperband(optimizee, { seed: 3, generations: 7 }),
  ordered: (optimizee: Optimizee) => new Asha(optimizee, { seed: 3, eta: 3, populationSize: 8, generations: 10 }),
  arrival: (optimizee: Optimizee) => new Asha(optimizee, { seed: 3, eta: 3, populationSize: 8, generations: 10 }),
} as const

/** From which step each individual went on, by its name and budget, as often as it was begun. */
function begunIn(journal: string): Map<string, { budget: number; from: number }[]> {
  const begun = new Map<string, { budget: number; from: number }[]>()
  for (const line of readFileSync(journal, 'utf8').trim().split('\n')) {
    const [name, budget, from] = line.split(' ')
    begun.set(name!, [...(begun.get(name!) ?? []), { budget: Number(budget), from: Number(from) }])
  }
  return begun
}

test.each(orders)(
  'in the order %s who goes on begins where the other has stopped, whoever died on the way',
  async (order) => {
    const root = temporaryDirectory()
    const journal = join(root, 'journal')
    const plan = { root, order, optimizee: 'iterative', makeOptimizer: searches[order] as never } as const
    const reference = await search({ ...plan, name: 'alone', runner: { workers: 1 } })
    const options = { journal, dies: true }
    const runner = { workers: 3, crashRetries: 3, giveUpAfter: 0 }
    const { directory, canonical } = await search({ ...plan, name: 'dying', options, runner })
    if (order !== 'arrival') expect(canonical).toBe(reference.canonical)
    using record = reading(directory)
    const begun = begunIn(journal)
    let continued = 0
    for (const row of record.reader.rows()) {
      const name = `${row.generation}.${row.index}`
      const from = row.continues === null ? 0 : begun.get(row.continues)![0]!.budget
      for (const start of begun.get(name)!) expect(start).toEqual({ budget: row.budget, from })
      if (row.continues !== null) continued++
    }
    expect(continued).toBeGreaterThan(8)
    expect([...begun.values()].some((starts) => starts.length > 1)).toBe(true)
  },
)

test('a search by halves that is stopped again and again is the same, and goes on from what was left', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const plan = { root, optimizee: 'iterative', makeOptimizer: searches.generations as never } as const
  const reference = await search({ ...plan, name: 'alone' })
  for (let stops = 1; ; stops++) {
    const controller = new AbortController()
    const onProgress = ({ totalEvaluated }: { readonly totalEvaluated: number }) =>
      totalEvaluated >= 17 * stops && controller.abort(new Error('enough'))
    const end = await search({ ...plan, options: { journal }, signal: controller.signal, onProgress } as never)
    if (end.status === 'stopped') continue
    expect(stops).toBeGreaterThan(2)
    expect(end.canonical).toBe(reference.canonical)
    for (const [name, [start]] of begunIn(journal)) {
      const isFirst = start!.from === 0
      using record = reading(end.directory)
      expect(record.reader.row(idOf(name))!.continues === null).toBe(isFirst)
    }
    return
  }
})

test('a checkpoint is there as long as somebody may go on from it, and its hash stays in the record', async () => {
  const root = temporaryDirectory()
  const makeOptimizer = (optimizee: Optimizee) => new SuccessiveHalving(optimizee, { seed: 1, generations: 2 })
  const { directory } = await search({ root, optimizee: 'iterative', makeOptimizer: makeOptimizer as never })
  // Two of four rungs: the three that are to go on to the third are needed, the others are not.
  const folder = join(directory, 'checkpoints')
  expect(readdirSync(folder)).toHaveLength(3)
  for (const name of readdirSync(folder)) expect(name).toMatch(/^1\.\d$/)
  const database = openDatabase(join(directory, 'trajectory.sqlite'), { readonly: true })
  const left = database.prepare(
    'select count(*) as count, sum(removed) as removed, min(length(hash)) as hash from left_checkpoints',
  )
  expect(left.get()).toEqual({ count: 27 + 9, removed: 27 + 9 - 3, hash: 64 })
  database.close()
  const [name, gone] = readdirSync(folder) as [string, string, string]
  // What it went on from is removed, so that it begins again.
  expect(await replay(directory, name)).toMatchObject({ beginsAgain: expect.stringMatching(/^0\./), identical: true })
  rmSync(join(folder, gone), { recursive: true })
  const [attempt] = readdirSync(join(folder, name))
  appendFileSync(join(folder, name, attempt!, 'state.json'), ' ')
  const further = (optimizee: Optimizee) => new SuccessiveHalving(optimizee, { seed: 1, generations: 4 })
  const { directory: same } = await search({ root, optimizee: 'iterative', makeOptimizer: further as never })
  using record = reading(same)
  const outcomes = [0, 1, 2].map((index) => record.reader.row({ generation: 2, index, replicate: 0 }))
  const failed = outcomes.filter((row) => row?.outcome === 'failed')
  expect(failed.map((row) => row!.continues)).toEqual([name])
  expect(failed[0]!.cause).toContain(
    `The checkpoint of individual ${name} (checkpoints/${name}/${attempt}) is not as it was left`,
  )
  // Who would go on from what is gone begins again.
  expect(outcomes.filter((row) => row?.outcome === 'done').map((row) => row!.continues)).toContain(gone)
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
})

function reading(directory: string): Disposable & { readonly reader: RecordReader } {
  const reader = RecordReader.openForReading(directory)
  return { reader, [Symbol.dispose]: () => reader.close() }
}
