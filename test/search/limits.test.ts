import { expect, test } from 'vitest'
import { CrossEntropy, GeneticAlgorithm, RandomSearch, TrustRegion } from '../../optimizers/index.ts'
import { orders } from '../../src/core/abilities.ts'
import type { DoneEvaluation } from '../../src/core/evaluation.ts'
import type { Optimizee } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { type SearchEnd, type SearchOptions, search, searchStoppedEvery } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const one = {
  optimizee: 'recorded',
  makeOptimizer: (optimizee: Optimizee) =>
    new GeneticAlgorithm(optimizee, { populationSize: 8, generations: 30, seed: 5 }) as never,
} as const

function countOf({ canonical }: Pick<SearchEnd, 'canonical'>): number {
  return canonical.trim().split('\n').length
}

/** What was told, in this order. */
function costsOf(directory: string): { readonly name: string; readonly cost: number }[] {
  const record = RecordReader.openForReading(directory)
  const told = [...record.told()] as DoneEvaluation[]
  record.close()
  return told.map(({ individual, fitness }) => ({ name: individual.name, cost: fitness[0]! }))
}

test.each(orders)('a search in the order %s ends when its target is reached, and says by whom', async (order) => {
  const root = temporaryDirectory()
  const { directory, reason, canonical } = await search({ ...one, root, order, limits: { target: 1 } })
  const first = costsOf(directory).find(({ cost }) => cost <= 1)!
  expect(reason).toBe(`individual ${first.name} has reached the target (limits.target: 1)`)
  expect(summarizeRun(directory)).toMatchObject({ status: 'finished', reason })
  expect(countOf({ canonical })).toBeLessThan(240)
})

test.each(['generations', 'ordered'] as const)(
  'a search in the order %s ends where it would have ended, however often it was stopped, and a limit that is raised goes on with it',
  async (order) => {
    const root = temporaryDirectory()
    const options = { sleep: 8 }
    for (const limits of [{ target: 0.5 }, { stagnation: 30 }]) {
      const [kind] = Object.keys(limits)
      const reference = await search({ ...one, root, name: `${kind} reference`, order, limits })
      expect(reference.reason).toContain(`(limits.${kind}: `)
      const stopped = await searchStoppedEvery(25, { ...one, root, name: `${kind}`, order, limits, options })
      expect(stopped.stops).toBeGreaterThan(0)
      expect(stopped.canonical).toBe(reference.canonical)
      expect(stopped.reason).toBe(reference.reason)
      const again = await search({ ...one, root, name: `${kind} reference`, order, limits })
      expect(again.canonical).toBe(reference.canonical)
      const raised = await search({ ...one, root, name: `${kind} reference`, order, limits: { evaluations: 240 } })
      expect(countOf(raised)).toBeGreaterThan(countOf(reference))
      expect(raised.canonical.startsWith(reference.canonical)).toBe(true)
    }
  },
)

test('nothing better in so many evaluations is stagnation', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ ...one, root, order: 'ordered', window: 4, limits: { stagnation: 20 } })
  const costs = costsOf(directory).map(({ cost }) => cost)
  const best = costs.indexOf(Math.min(...costs))
  const since = costs.length - (best + 1)
  expect(since).toBeGreaterThanOrEqual(20)
  expect(since).toBeLessThan(20 + 4) // those that were ahead of the telling are told, too
})

test('a limit of time counts all starts by the clock it is given, and what it leaves undone is done if it is raised', async () => {
  const root = temporaryDirectory()
  const whole = await search({ ...one, root, name: 'whole', limits: { generations: 10 } })
  const spending = async (time: string | number) => {
    let clock = 0 // a second for each evaluation
    let before: number | undefined
    return search({
      ...one,
      root,
      name: 'timed',
      limits: { generations: 10, time },
      now: () => clock,
      onProgress: ({ totalEvaluated }) => {
        before ??= totalEvaluated - 1
        clock = 1000 * (totalEvaluated - before)
      },
    })
  }
  const first = await spending(20)
  expect(first).toMatchObject({ status: 'finished', reason: 'its time is over (limits.time: 20)' })
  expect(countOf(first)).toBeLessThan(countOf(whole))
  expect(summarizeRun(first.directory)).toMatchObject({ status: 'finished', reason: first.reason })
  const again = await spending(20)
  expect(again).toMatchObject({ reason: first.reason, canonical: first.canonical })
  const second = await spending('40s')
  expect(second.reason).toBe('its time is over (limits.time: 40s)')
  expect(countOf(second)).toBeLessThan(countOf(whole))
  await expect(spending('5s')).rejects.toThrow(/limits\.time needs at least the \d+ s that .* has already, got 5s/)
  const last = await spending('1h')
  expect(last.canonical).toBe(whole.canonical)
})

test('a limit leaves no room unused that individuals one by one can take, and may be less than there is room for', async () => {
  const makeOptimizer = (optimizee: Optimizee) => new TrustRegion(optimizee, { generations: 100, seed: 2 }) as never
  const plan = { optimizee: 'curve', makeOptimizer, root: temporaryDirectory() } as const
  const { reason, canonical } = await search({ ...plan, limits: { evaluations: 20 } })
  expect(reason).toBe('20 evaluations are its limit (limits.evaluations)')
  expect(countOf({ canonical })).toBe(20)
  const raised = await search({ ...plan, limits: { evaluations: 40 } })
  const whole = await search({ ...plan, name: 'whole', limits: { evaluations: 40 } })
  expect(countOf(raised)).toBe(40)
  expect(raised.canonical).toBe(whole.canonical)
  await expect(search({ ...plan, name: 'less', limits: { evaluations: 2 } })).rejects.toThrow(
    /^limits\.evaluations needs at least one generation of \d+, got 2\.$/,
  )
})

test('where nobody says how many generations, a limit that is sure to come gives as much room as it has, and any other as much as is usual', async () => {
  const makeOptimizer = (optimizee: Optimizee) => new RandomSearch(optimizee, { populationSize: 4, seed: 5 }) as never
  const plan = { ...one, makeOptimizer, root: temporaryDirectory() } as const
  const usual = await search({ ...plan, limits: { target: -100 } })
  expect(usual.reason).toBe('50 generations are its limit (optimizer.generations, by default)')
  expect(countOf(usual)).toBe(200)
  const further = await search({ ...plan, limits: { target: -100, evaluations: 212 } })
  expect(further.reason).toBe('212 evaluations are its limit (limits.evaluations)')
  expect(countOf(further)).toBe(212)
  const steady = await search({ ...plan, name: 'steady', order: 'ordered', limits: { generations: 52 } })
  expect(steady.reason).toBe('52 generations are its limit (limits.generations)')
  expect(countOf(steady)).toBe(208)
})

test('a limit below what a run has already, or one that means nothing, is refused in a sentence', async () => {
  const root = temporaryDirectory()
  const limited = (limits: SearchOptions['limits']) => search({ ...one, root, limits })
  expect((await limited({ evaluations: 24 })).reason).toBe('24 evaluations are its limit (limits.evaluations)')
  await expect(limited({ evaluations: 16 })).rejects.toThrow(
    /limits\.evaluations needs at least the \d+ evaluations that/,
  )
  await expect(limited({ generations: 1 })).rejects.toThrow(
    /limits\.generations needs at least the \d+ generations that/,
  )
  const shorter = (optimizee: Optimizee) => {
    return new GeneticAlgorithm(optimizee, { populationSize: 8, generations: 2, seed: 5 }) as never
  }
  await expect(search({ ...one, root, makeOptimizer: shorter })).rejects.toThrow(
    /optimizer\.generations needs at least the \d+ generations that .* has already, got 2/,
  )
  await expect(limited({ target: 1000 })).rejects.toThrow(
    /^limits\.target: 1000 has been reached already, by individual \d+\.\d+ of .*; give a better one, or choose another name\.$/,
  )
  await expect(limited({ target: { price: 1 } })).rejects.toThrow(
    'limits.target names "price", and the objectives are cost',
  )
  await expect(limited({ stagnation: 0 })).rejects.toThrow(
    'limits.stagnation needs a whole number of at least 1, got 0',
  )
  await expect(limited({ time: 'long' })).rejects.toThrow('needs a time span like 250ms, 30s or 12h, got "long"')
})

test('a limit below the first generation, guesses included, is refused before anything starts', async () => {
  const root = temporaryDirectory()
  const start = Array.from({ length: 10 }, (_, i) => ({ x: i / 20, n: 3 }))
  const plan = { root, optimizee: one.optimizee, makeOptimizer: one.makeOptimizer } as const
  const limited = (evaluations: number, guesses: number, order: 'generations' | 'ordered' = 'generations') =>
    search({ ...plan, order, start: start.slice(0, guesses), limits: { evaluations } })
  for (const order of ['generations', 'ordered'] as const) {
    await expect(limited(9, 10, order)).rejects.toThrow(
      'limits.evaluations needs at least the 10 first guesses (start), which are simulated before all others, got 9.',
    )
  }
  const whole = (optimizee: Optimizee) => new CrossEntropy(optimizee, { populationSize: 8, seed: 5 }) as never
  await expect(
    search({ ...plan, makeOptimizer: whole, start: start.slice(0, 3), limits: { evaluations: 10 } }),
  ).rejects.toThrow('limits.evaluations needs at least one generation of 11, got 10.')
  expect((await limited(8, 3)).reason).toBe('8 evaluations are its limit (limits.evaluations)')
})
