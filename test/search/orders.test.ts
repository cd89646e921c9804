import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GeneticAlgorithm } from '../../optimizers/index.ts'
import { CrossEntropy, type Optimizee, type Optimizer, type Progress, Random } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { canonicalExport, type SearchOptions, search, searchStoppedEvery } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { proposalsToldAgain } from '../told-again.ts'

const genetic = (optimizee: Optimizee) =>
  new GeneticAlgorithm(optimizee, { populationSize: 10, generations: 6, seed: 5 }) as never

const steady = { optimizee: 'recorded', options: { sleep: 12 }, makeOptimizer: genetic } as const

test('an ordered search is the same for any number of workers and any timing', async () => {
  const root = temporaryDirectory()
  const one = await search({ ...steady, root, name: 'one', order: 'ordered', runner: { workers: 1 } })
  expect(one.canonical.trim().split('\n')).toHaveLength(60)
  for (const workers of [3, 6]) {
    const other = await search({ ...steady, root, name: `${workers}`, order: 'ordered', runner: { workers } })
    expect(other.canonical).toBe(one.canonical)
  }
  const narrow = await search({ ...steady, root, name: 'narrow', order: 'ordered', window: 3 })
  expect(narrow.canonical).not.toBe(one.canonical)
})

test('four workers are busy for 95 % of an ordered search: an individual is proposed as soon as the window has room', async () => {
  const makeOptimizer = (optimizee: Optimizee) =>
    new GeneticAlgorithm(optimizee, { populationSize: 16, generations: 30, seed: 5 }) as never
  const root = temporaryDirectory()
  const options = { ...steady, options: { sleep: 0 }, makeOptimizer, root, order: 'ordered' } as const
  const { directory } = await search(options)
  const record = RecordReader.openForReading(directory)
  const after = Array.from(record.rows(), (row) => row.after)
  record.close()
  expect(after).toHaveLength(480)
  expect(busyWhen(after, 4)).toBeGreaterThan(0.95)
})

/**
 * The part of their time in which workers simulate, where every fourth simulation, by chance, takes ten times as long. In
 * virtual time: it follows from how many individuals had been told when each was proposed.
 */
function busyWhen(after: readonly number[], workers: number): number {
  const random = Random.of(1, 'durations')
  const free = Array<number>(workers).fill(0)
  const told = [0] // when so many were
  let simulated = 0
  for (const needed of after) {
    const milliseconds = random.chance(0.25) ? 10 : 1
    const worker = free.indexOf(Math.min(...free))
    free[worker] = Math.max(free[worker]!, told[needed]!) + milliseconds
    told.push(Math.max(told.at(-1)!, free[worker]!))
    simulated += milliseconds
  }
  return simulated / (workers * Math.max(...free))
}

test('an ordered search that was stopped goes on as if it had never been, and simulates nothing again', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const reference = await search({ ...steady, root, name: 'reference', order: 'ordered' })
  const { canonical, stops } = await searchStoppedEvery(14, {
    ...steady,
    root,
    name: 'stopped',
    order: 'ordered',
    options: { sleep: 12, journal },
  })
  expect(stops).toBeGreaterThan(1)
  expect(canonical).toBe(reference.canonical)
  const simulated = readFileSync(journal, 'utf8').trim().split('\n')
  expect(simulated).toHaveLength(60)
  expect(new Set(simulated).size).toBe(60)
})

test('a search in the order of arrival goes on after stops, and its recorded order replays to what was proposed', async () => {
  const root = temporaryDirectory()
  const { directory, stops } = await searchStoppedEvery(14, {
    ...steady,
    root,
    order: 'arrival',
    runner: { workers: 2 },
  })
  expect(stops).toBeGreaterThan(1)
  const record = RecordReader.openForReading(directory)
  const asked = [...record.proposed()]
  const told = [...record.told()]
  record.close()
  expect(asked).toHaveLength(60)
  expect(told).toHaveLength(60)
  const proposed = proposalsToldAgain(directory, genetic as never)
  expect(proposed).toEqual(asked.map(({ individual }) => JSON.stringify(individual.parameters)))
})

test.each(['ordered', 'arrival'] as const)(
  'who stands in for a failed individual is told too, in the order %s',
  async (order) => {
    const root = temporaryDirectory()
    const options = {
      root,
      order,
      optimizee: 'misbehaving',
      options: {
        does: 'throw',
      },
      runner: { workers: 3, retries: 0, onFailure: 'replace' as const },
      populationSize: 6,
    }
    const makeOptimizer = (optimizee: Optimizee) =>
      new GeneticAlgorithm(optimizee, { populationSize: 6, generations: 3, seed: 1 }) as never
    const seen: Progress[] = []
    const onProgress = (progress: Progress) => seen.push(progress)
    const { directory, status } = await search({ ...options, makeOptimizer, onProgress })
    expect(status).toBe('finished')
    expect(seen.at(-1)).toMatchObject({ generation: 2, size: 6, evaluated: 6 })
    const record = RecordReader.openForReading(directory)
    const told = [...record.told()]
    const standIns = [0, 1, 2].flatMap((block) => record.replacements(block))
    record.close()
    expect(standIns).toHaveLength(3)
    for (const { individual } of standIns) {
      expect(told.map((one) => one.individual.name)).toContain(individual.name)
    }
  },
)

test('first guesses are simulated before anything else, in every order', async () => {
  const root = temporaryDirectory()
  const start = [
    { x: 1.5, n: 3 },
    { x: -2, n: 0 },
  ]
  for (const order of ['generations', 'ordered', 'arrival'] as const) {
    const { directory } = await search({ ...steady, root, name: order, order, start, options: {} })
    const record = RecordReader.openForReading(directory)
    const [first, second] = [...record.proposed()]
    record.close()
    expect([first!.individual.parameters, second!.individual.parameters]).toEqual(start)
  }
})

test('the horizon is what the limits were at the first start, and stays so when they are raised', async () => {
  const root = temporaryDirectory()
  const made: Optimizer[] = []
  const makeOptimizer = (optimizee: Optimizee) => {
    made.push(genetic(optimizee))
    return made.at(-1) as never
  }
  const short = { ...steady, root, makeOptimizer }
  await search({ ...short, limits: { evaluations: 25 } })
  await search({ ...short, limits: { evaluations: 40 } })
  await search({ ...short, name: 'unlimited' })
  await search({ ...short, name: 'said', limits: { evaluations: 25 }, horizon: 1000 })
  expect(made.map(({ horizon }) => horizon)).toEqual([25, 25, 60, 1000])
  await expect(search({ ...short, name: 'said', horizon: 2000 })).rejects.toThrow(/horizon was 1000 and is now 2000/)
})

test('limits end a search, and may be raised later', async () => {
  const root = temporaryDirectory()
  const short = { ...steady, root, options: {}, name: 'limited' }
  const counted = (canonical: string) => canonical.trim().split('\n').length
  const first = await search({ ...short, limits: { evaluations: 25 } })
  expect(first.status).toBe('finished')
  expect(counted(first.canonical)).toBeLessThanOrEqual(25)
  const raised = await search({ ...short, limits: { evaluations: 60 } })
  const whole = await search({ ...steady, root, options: {}, name: 'whole' })
  expect(raised.canonical).toBe(whole.canonical)
  const ordered = await search({ ...short, name: 'ordered', order: 'ordered', limits: { evaluations: 25 } })
  expect(counted(ordered.canonical)).toBe(25)
})

test('what a search cannot be is refused in a sentence before anything starts', async () => {
  const root = temporaryDirectory()
  const refused = async (options: Partial<SearchOptions>) => {
    try {
      await search({ ...steady, root, name: 'refused', ...options })
    } catch (error) {
      return (error as Error).message
    }
    return 'not refused'
  }
  expect(await refused({ order: 'ordered', window: 0 })).toContain('window needs a whole number of at least 1, got 0')
  expect(await refused({ window: 4 })).toContain('window is for the orders ordered and arrival')
  expect(await refused({ start: [{ x: 99, n: 1 }] })).toContain('start[0] x needs a number from -5 to 5, got 99')
  expect(await refused({ start: [{ x: 1, m: 1 }] })).toContain('start[0] has no parameter "m"')
  expect(await refused({ limits: { evaluations: 5 } })).toContain('at least one generation of 10, got 5')
  expect(
    await refused({ order: 'arrival', makeOptimizer: (optimizee) => new CrossEntropy(optimizee, {}) as never }),
  ).toContain(
    'cross-entropy works in generations only, not in the order arrival; those that can are auto, genetic-algorithm',
  )
})

test('a run that an edited algorithm of the same version cannot go on with is what it was, and goes on with the old one', async () => {
  const root = temporaryDirectory()
  const edited = (optimizee: Optimizee) => {
    const optimizer = genetic(optimizee)
    const asked: Optimizer['ask'] = (...given) => {
      const { state, proposals } = GeneticAlgorithm.prototype.ask.call(optimizer, ...(given as [never, number, never]))
      return { state, proposals: proposals.map((one) => ({ ...one, parameters: { ...one.parameters, x: 0.125 } })) }
    }
    return Object.assign(optimizer, { ask: asked }) as never
  }
  const plan = { ...steady, root, options: {} }
  const { directory, canonical } = await search({ ...plan, limits: { evaluations: 30 } })
  const manifest = () => {
    const record = RecordReader.openForReading(directory)
    const { status, reason, hash, limits, generationLimit } = record.manifest()
    record.close()
    return { status, reason, hash, limits, generationLimit }
  }
  const before = manifest()
  expect(before.status).toBe('finished')
  await expect(search({ ...plan, makeOptimizer: edited, limits: { evaluations: 50 } })).rejects.toThrow(
    'does not propose what',
  )
  expect(manifest()).toEqual(before)
  expect(canonicalExport(directory)).toBe(canonical)
  const { canonical: longer } = await search({ ...plan, limits: { evaluations: 50 } })
  expect(longer.startsWith(canonical)).toBe(true)
})
