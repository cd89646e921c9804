import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Design } from '../../../optimizers/designs/index.ts'
import type { Optimizee } from '../../../src/index.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

const makeOptimizer = (optimizee: Optimizee) =>
  new Design(optimizee, {
    design: { kind: 'latin-hypercube', points: 20 },
    replications: 3,
    seeds: 'common',
    chunk: 12,
  })

test('a design is played as far as whole generations of it fit into a limit of evaluations', async () => {
  const played = (evaluations: number) => {
    return search({ root: temporaryDirectory(), optimizee: 'recorded', makeOptimizer, limits: { evaluations } })
  }
  const countOf = ({ canonical }: { canonical: string }) => canonical.trim().split('\n').length
  expect(countOf(await played(60))).toBe(60)
  const some = await played(30) // of 12 each
  expect([countOf(some), some.reason]).toEqual([24, '30 evaluations are its limit (limits.evaluations)'])
  await expect(played(11)).rejects.toThrow('limits.evaluations needs at least one generation of 12, got 11')
})

test('a target is one of points: the mean of their replicates reaches it, and no lucky one of them', async () => {
  const root = temporaryDirectory()
  const whole = await search({ root, name: 'whole', optimizee: 'recorded', makeOptimizer })
  const rows = whole.canonical.trim().split('\n')
  const points = new Map<string, number[]>()
  for (const line of rows) {
    const { generation, index, fitness } = JSON.parse(line)
    const name = `${generation}.${index}`
    points.set(name, [...(points.get(name) ?? []), fitness[0]])
  }
  const means = [...points].map(([name, costs]) => ({ name, mean: costs.reduce((a, b) => a + b) / costs.length }))
  const luckiest = Math.min(...[...points.values()].flat())
  const best = Math.min(...means.map(({ mean }) => mean))
  expect(luckiest).toBeLessThan(best)
  const one = { root, optimizee: 'recorded', makeOptimizer }
  const never = await search({ ...one, name: 'lucky', limits: { target: luckiest } })
  expect(never).toMatchObject({
    canonical: whole.canonical,
    reason: whole.reason!,
  })
  const target = means[5]!.mean + 1e-9 // of the second generation
  const first = means.find(({ mean }) => mean <= target)!
  const reached = await search({ ...one, name: 'mean', limits: { target } })
  expect(reached.reason).toBe(`individual ${first.name} has reached the target (limits.target: ${target})`)
  const raised = { ...one, name: 'whole', limits: { target: luckiest } }
  expect((await search(raised)).canonical).toBe(whole.canonical)
  await expect(search({ ...raised, limits: { target: best + 1e-9 } })).rejects.toThrow(
    /has been reached already, by individual/,
  )
})

test('a design that was stopped in the middle of a generation goes on, and simulates no run twice', async () => {
  const root = temporaryDirectory()
  const journal = join(root, 'journal')
  const one = { root, optimizee: 'recorded', makeOptimizer }
  const reference = await search({ ...one, name: 'reference' })
  const rows = reference.canonical
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { generation: number; index: number; replicate: number; seed: number })
  expect(rows).toHaveLength(60)
  expect(new Set(rows.map(({ generation, index, replicate }) => `${generation}.${index}.${replicate}`)).size).toBe(60)
  expect(rows.map(({ generation }) => generation)).toEqual([0, 1, 2, 3, 4].flatMap((g) => new Array(12).fill(g)))
  expect(new Set(rows.map(({ seed }) => seed)).size).toBe(3)
  let end: Awaited<ReturnType<typeof search>> | undefined
  let stops = 0
  while (end?.status !== 'finished') {
    const controller = new AbortController()
    const stopAfter = 17 * (stops + 1)
    end = await search({
      ...one,
      name: 'stopped',
      options: { journal, sleep: 3 },
      signal: controller.signal,
      onProgress: ({ totalEvaluated }) => totalEvaluated >= stopAfter && controller.abort(new Error('enough')),
    })
    expect(++stops).toBeLessThan(10)
  }
  expect(stops).toBeGreaterThan(1)
  expect(end.canonical).toBe(reference.canonical)
  const simulated = readFileSync(journal, 'utf8').trim().split('\n')
  expect(simulated).toHaveLength(60)
  expect(new Set(simulated).size).toBe(60)
})
