import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Design, GeneticAlgorithm } from '../../optimizers/index.ts'
import { optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import { showRun } from '../../src/cli/show-run.ts'
import { orders } from '../../src/core/abilities.ts'
import type { DoneEvaluation } from '../../src/core/evaluation.ts'
import type { Optimizee } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { readWarmStart } from '../../src/search/warm-start.ts'
import { search, searchStoppedEvery } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { proposalsToldAgain } from '../told-again.ts'

const genetic = (optimizee: Optimizee) =>
  new GeneticAlgorithm(optimizee, { populationSize: 6, generations: 4, seed: 5 }) as never

const noisy = { optimizee: 'recorded', options: { replications: 3 }, makeOptimizer: genetic } as const

type Row = {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  readonly parameters: { readonly x: number; readonly n: number }
  readonly fitness: readonly [number]
}

function rowsOf(canonical: string): Row[] {
  return canonical
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

function meansOf(rows: readonly Row[]): { name: string; mean: number; samples: number[] }[] {
  const points = new Map<string, Row[]>()
  for (const row of rows) {
    const name = `${row.generation}.${row.index}`
    points.set(name, [...(points.get(name) ?? []), row])
  }
  return [...points].map(([name, replicates]) => {
    const samples = replicates.map(({ fitness: [cost] }) => cost)
    return { name, samples, mean: samples.reduce((sum, cost) => sum + cost, 0) / samples.length }
  })
}

test.each(['generations', 'ordered'] as const)(
  'a replicated search in the order %s is the same for any workers, timing and stops, and simulates nothing again',
  async (order) => {
    const root = temporaryDirectory()
    const journal = join(root, 'journal')
    const reference = await search({ ...noisy, root, name: 'reference', order, runner: { workers: 1 } })
    const rows = rowsOf(reference.canonical)
    expect(rows.length % 3).toBe(0)
    expect(rows.map(({ replicate }) => replicate)).toEqual(rows.map((_, i) => i % 3))
    const options = { ...noisy.options, journal, sleep: 10 }
    const { canonical, stops } = await searchStoppedEvery(17, {
      ...noisy,
      options,
      root,
      order,
      runner: { workers: 2 },
    })
    expect(stops).toBeGreaterThan(0)
    expect(canonical).toBe(reference.canonical)
    const simulated = readFileSync(journal, 'utf8').trim().split('\n')
    expect(simulated).toHaveLength(rows.length)
    expect(new Set(simulated).size).toBe(rows.length)
  },
)

test('a replicated search in the order of arrival goes on after stops, and replays to what was proposed', async () => {
  const root = temporaryDirectory()
  const options = { ...noisy.options, sleep: 10 }
  const { directory, stops } = await searchStoppedEvery(17, {
    ...noisy,
    options,
    root,
    order: 'arrival',
    runner: { workers: 2 },
  })
  expect(stops).toBeGreaterThan(0)
  const record = RecordReader.openForReading(directory)
  const asked = [...record.proposed()].filter(({ individual }) => individual.replicate === 0)
  record.close()
  expect(asked).toHaveLength(24)
  expect(proposalsToldAgain(directory, genetic as never)).toEqual(
    asked.map(({ individual }) => JSON.stringify(individual.parameters)),
  )
})

test('replicate k has the same seed at every point, unless each is to have its own', async () => {
  const root = temporaryDirectory()
  const seedsOf = async (name: string, seeds: 'common' | 'own') => {
    const options = { replications: { count: 3, seeds } }
    return rowsOf((await search({ ...noisy, options, root, name })).canonical).map(({ seed }) => seed)
  }
  const common = await seedsOf('common', 'common')
  expect(common).toEqual(common.map((_, i) => common[i % 3]))
  expect(new Set(common).size).toBe(3)
  const own = await seedsOf('own', 'own')
  expect(new Set(own).size).toBe(own.length)
})

test.each(orders)('the best of a search in the order %s is the best mean, with its standard error', async (order) => {
  const root = temporaryDirectory()
  const options = { replications: { count: 3, seeds: 'own' } }
  const { directory, canonical, trajectory } = await search({ ...noisy, options, root, order })
  const ranked = meansOf(rowsOf(canonical)).sort((a, b) => a.mean - b.mean)
  const { best } = summarizeRun(directory)
  expect(`${best!.generation}.${best!.index}`).toBe(ranked[0]!.name)
  expect(best!.fitness[0]).toBeCloseTo(ranked[0]!.mean, 10)
  const [a, b, c] = ranked[0]!.samples as [number, number, number]
  const squares = [a, b, c].reduce((sum, cost) => sum + (cost - ranked[0]!.mean) ** 2, 0)
  expect(best!.standardError![0]).toBeCloseTo(Math.sqrt(squares / 2 / 3), 10)
  expect(trajectory.best(1000).map(({ individual }) => individual.name)).toEqual(ranked.map(({ name }) => name))
})

test('more simulations at once than can be waited for are refused', async () => {
  const options = { replications: 1e9 }
  await expect(search({ ...noisy, options, root: temporaryDirectory() })).rejects.toThrow(
    'replications: 1000000000 of 6 individuals at once are 6000000000 simulations, which is more than the 3000000 that',
  )
})

test('a replicated individual is shown with its samples, and a search that starts from it, or its export, is told it with them', async () => {
  const root = temporaryDirectory()
  const options = { replications: { count: 3, aggregate: 'worst', seeds: 'own' } } as const
  const { directory, canonical } = await search({ ...noisy, options, root })
  const output = join(root, 'table.csv')
  await exportRun(directory, { format: 'csv', output })
  const problem = await optimizeeOf(await import('../fixtures/optimizees/recorded.ts'), { ...options })
  const told = meansOf(rowsOf(canonical))
  const shown = await showRun(directory, { individual: '0.0' })
  expect(shown).toMatch(/^together +cost \S+ ± \S+ \(worst of 3\)$/m)
  for (const sample of told[0]!.samples) expect(shown).toContain(String(sample))
  expect(shown).toMatch(/^ {2}0\.0\.2 /m)
  for (const source of [directory, output]) {
    const { evaluations } = await readWarmStart(source, problem)
    expect(evaluations.map((e) => e.outcome === 'done' && [e.fitness, e.samples, e.standardError?.length])).toEqual(
      told.map(({ samples }) => [[Math.max(...samples)], samples.map((sample) => [sample]), 1]),
    )
  }
})

test.each(orders)(
  'first guesses that are the same are simulated once in the order %s where seeds are common',
  async (order) => {
    const root = temporaryDirectory()
    const journal = join(root, 'journal')
    const options = { replications: 2, journal }
    const start = [1, 1, 2, 1].map((x) => ({ x, n: 3 }))
    const { canonical } = await search({
      ...noisy,
      options,
      root,
      order,
      start,
      window: order === 'generations' ? undefined : 2,
    })
    const rows = rowsOf(canonical)
    expect(rows.map(({ fitness }) => fitness).slice(0, 8)).toEqual(
      [0, 1, 0, 1, 4, 5, 0, 1].map((i) => rows[i]!.fitness),
    )
    const simulated = readFileSync(journal, 'utf8').trim().split('\n')
    expect(simulated).toHaveLength(rows.length - 4)
    expect(simulated.filter((name) => /^0\.[13](\.|$)/.test(name))).toEqual([])
  },
)

test('a design is replicated by its problem like any search, and not by both', async () => {
  const root = temporaryDirectory()
  const design = { kind: 'latin-hypercube', points: 10 } as const
  const makeOptimizer = (optimizee: Optimizee) => new Design(optimizee, { design, chunk: 4 }) as never
  const { canonical, directory } = await search({ ...noisy, root, makeOptimizer })
  const rows = rowsOf(canonical)
  expect(rows).toHaveLength(30)
  const ranked = meansOf(rows).sort((a, b) => a.mean - b.mean)
  expect(summarizeRun(directory).best!.fitness[0]).toBeCloseTo(ranked[0]!.mean, 10)
  const twice = (optimizee: Optimizee) => new Design(optimizee, { design, replications: 2 }) as never
  await expect(search({ ...noisy, root, name: 'twice', makeOptimizer: twice })).rejects.toThrow(
    'say in one place how often',
  )
})

test('samples of a point that is met again are pooled where each has its own seed, and are the same where seeds are common', async () => {
  const root = temporaryDirectory()
  const points = Array.from({ length: 8 }, (_, i) => ({ x: 0, n: i % 2 }))
  const makeOptimizer = (optimizee: Optimizee) =>
    new Design(optimizee, { design: { kind: 'manual', rows: points }, chunk: 3 }) as never
  const bestOf = async (name: 'own' | 'common') => {
    const options = { replications: { count: 2, seeds: name } }
    const { canonical, directory, trajectory } = await search({ ...noisy, options, root, name, makeOptimizer })
    const rows = rowsOf(canonical)
    const ranked = [0, 1].map((n) => {
      const costs = rows.filter(({ parameters }) => parameters.n === n).map(({ fitness: [cost] }) => cost)
      return { name: `0.${n}`, mean: costs.reduce((sum, cost) => sum + cost, 0) / costs.length, costs }
    })
    ranked.sort((a, b) => a.mean - b.mean)
    const best = trajectory.best(10) as DoneEvaluation[]
    const { generation, index, fitness } = summarizeRun(directory).best!
    expect(`${generation}.${index}`).toBe(ranked[0]!.name)
    expect(fitness[0]).toBeCloseTo(ranked[0]!.mean, 10)
    return { best, ranked }
  }
  const { best, ranked } = await bestOf('own')
  expect(best.map(({ individual }) => individual.name)).toEqual(ranked.map(({ name }) => name))
  expect(best.map(({ samples }) => samples!.flat())).toEqual(ranked.map(({ costs }) => costs))
  const common = await bestOf('common')
  expect(common.best).toHaveLength(8)
})

test('a point that is met again under common seeds is told what is known of it, and is simulated again only if it failed', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const points = Array.from({ length: 8 }, (_, i) => ({ x: 0, n: i % 2 }))
  const makeOptimizer = (optimizee: Optimizee) =>
    new Design(optimizee, { design: { kind: 'manual', rows: points }, chunk: 3 }) as never
  const options = { replications: 2, journal, fails: ['0.0'] }
  const { canonical, directory } = await searchStoppedEvery(3, { ...noisy, options, root, makeOptimizer })
  const simulated = new Set(readFileSync(journal, 'utf8').trim().split('\n'))
  expect([...simulated].sort()).toEqual(['0.0', '0.0.1', '0.1', '0.1.1', '0.2'])
  const rows = rowsOf(canonical)
  expect(rows).toHaveLength(16)
  const different = new Set(rows.map(({ seed, parameters, fitness }) => JSON.stringify([seed, parameters, fitness])))
  expect(different.size).toBe(5) // two points with two seeds each, and what failed
  expect(summarizeRun(directory)).toMatchObject({
    individuals: 8,
    simulations: { asked: 16, done: 15, failed: 1 },
    reused: 11,
  })
})

test('who stands in for a failed sample is refused before anything starts', async () => {
  const root = temporaryDirectory()
  const refused = search({ ...noisy, root, runner: { onFailure: 'replace' } })
  await expect(refused).rejects.toThrow('onFailure: replace is for individuals that are simulated once')
})

test('limits, populations and what is shown count points, and simulations where that is said', async () => {
  const root = temporaryDirectory()
  const { canonical, directory } = await search({ ...noisy, root, order: 'ordered', limits: { evaluations: 7 } })
  expect(rowsOf(canonical)).toHaveLength(21)
  expect(summarizeRun(directory)).toMatchObject({
    individuals: 7,
    evaluations: { done: 7, failed: 0 },
    simulations: { asked: 21, done: 21, failed: 0 },
  })
  const { reason, ...raised } = await search({ ...noisy, root, order: 'ordered', limits: { simulations: 32 } })
  expect(reason).toBe('32 simulations are its limit (limits.simulations)')
  expect(rowsOf(raised.canonical)).toHaveLength(30)
  for (const [limits, name, message] of [
    [{ simulations: 20 }, 'run', /^limits\.simulations needs at least the 30 simulations that .* has already, got 20/],
    [{ simulations: 2 }, 'new', /^limits\.simulations needs at least the 3 simulations of one individual, got 2\.$/],
    [{ evaluations: 2 }, 'new', /^limits\.evaluations counts individuals, .* say `simulations: 6` if so many/],
    [{ evalutions: 9 }, 'new', /^limits: "evalutions" is not an option, did you mean evaluations\?$/],
  ] as const) {
    await expect(search({ ...noisy, root, name, order: 'ordered', limits: limits as never })).rejects.toThrow(message)
  }
})

test('a point with failed samples counts as one evaluation, done or failed', async () => {
  const root = temporaryDirectory()
  const options = { replications: { count: 3, aggregate: 'median' }, fails: ['0.1.2', '0.3', '0.4.1', '0.4.2'] }
  const { directory } = await search({ ...noisy, options, root })
  const { individuals, evaluations, simulations } = summarizeRun(directory)
  expect(evaluations).toEqual({ done: individuals - 1, failed: 1 })
  expect(simulations).toEqual({ asked: 3 * individuals, done: 3 * individuals - 4, failed: 4 })
})
