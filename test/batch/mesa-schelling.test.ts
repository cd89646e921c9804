import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchRun, readRows } from '../../src/batch/mesa/index.ts'
import { Random } from '../../src/index.ts'
import { Schelling } from '../examples/schelling.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const quiet = { displayProgress: false, numberProcesses: 2 } as const

/** The mean of a column over the replicates of each wish. */
function meanBy(rows: Awaited<ReturnType<typeof batchRun>>, column: string): Map<number, number> {
  const wishes = [...new Set(rows.map(({ homophily }) => homophily as number))]
  return new Map(
    wishes.map((wish) => {
      const values = rows.filter(({ homophily }) => homophily === wish).map((row) => row[column] as number)
      return [wish, values.reduce((sum, value) => sum + value, 0) / values.length]
    }),
  )
}

test('mild wishes of households make for strong segregation of all', async () => {
  const parameters = { homophily: [0, 0.3, 0.4, 0.5], width: 30, height: 30, density: 0.9 }
  const rows = await batchRun(Schelling, { parameters, rng: [1, 2, 3, 4, 5], maxSteps: 300, ...quiet })
  expect(rows).toHaveLength(20)
  expect(rows.map(({ share }) => share)).toEqual(new Array(20).fill(1)) // all came to rest, everybody happy
  const similarity = meanBy(rows, 'similarity')
  // Schelling (1971); the figures of NetLogo's Segregation model: half alike by chance, some 70 to 75 % alike where all
  // want 30 %, some 80 to 90 % where they want 40 % or half.
  expect(similarity.get(0)).toBeCloseTo(0.5, 1)
  expect(similarity.get(0.3)).toBeGreaterThan(0.67)
  expect(similarity.get(0.3)).toBeLessThan(0.79)
  expect(similarity.get(0.4)).toBeGreaterThan(0.77)
  expect(similarity.get(0.4)).toBeLessThan(0.87)
  expect(similarity.get(0.5)).toBeGreaterThan(0.84)
  expect(similarity.get(0.5)).toBeLessThan(0.93)
})

test('who wants too much never comes to rest, and the town stays mixed', async () => {
  const rows = await batchRun(Schelling, { parameters: { homophily: 0.85 }, rng: [1, 2], maxSteps: 60, ...quiet })
  for (const { Step, similarity, share } of rows) {
    expect(Step).toBe(60)
    expect(similarity).toBeLessThan(0.65)
    expect(share).toBeLessThan(0.5)
  }
})

test('segregation rises from what chance gives, step by step, and no household is lost', async () => {
  const [, ...rows] = await batchRun(Schelling, {
    parameters: { homophily: 0.4 },
    rng: 7,
    dataCollectionPeriod: 1,
    ...quiet,
  })
  expect(rows.at(-1)!.similarity).toBeGreaterThan((rows[0]!.similarity as number) + 0.1)
  expect(rows.map(({ Step }) => Step)).toEqual(rows.map((_, i) => i + 1))
  const town = new Schelling({ homophily: 0.4, seed: 7, rng: Random.of(7) })
  const before = town.agents.length
  for (let step = 0; step < 10; step++) town.step()
  expect(new Set(town.agents.map(({ cell }) => cell)).size).toBe(before) // each in a cell of its own
})

test('the same model runs from a YAML file, and its rows are the same', async () => {
  const directory = temporaryDirectory()
  const example = join(import.meta.dirname, '../examples/schelling.yaml')
  execFileSync(process.execPath, [join(build, 'command/main.js'), 'run', example], { cwd: directory, stdio: 'pipe' })
  const rows = [...readRows(join(directory, 'runs/schelling'))]
  expect(rows).toHaveLength(12)
  const seeds = [...new Set(rows.map(({ seed }) => seed))]
  expect(seeds).toEqual([1, 2, 3])
  const { width, height, minority } = rows[0]! as unknown as { width: number; height: number; minority: number }
  const parameters = { width, height, minority, density: [0.7, 0.9], homophily: [0.3, 0.5] }
  const same = await batchRun(Schelling, { parameters, rng: seeds, maxSteps: 200, ...quiet })
  const results = (of: typeof rows) =>
    of
      .map(({ density, homophily, seed, Step, similarity }) =>
        JSON.stringify([density, homophily, seed, Step, similarity]),
      )
      .sort()
  expect(results(rows)).toEqual(results(same))
})
