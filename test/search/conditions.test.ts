import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GeneticAlgorithm, Xnes } from '../../optimizers/index.ts'
import { optimizeeOf } from '../../runtime/worker/load-optimizee.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import type { Optimizee } from '../../src/index.ts'
import { readWarmStart } from '../../src/search/warm-start.ts'
import { readTable } from '../../src/tables/read-table.ts'
import { type SearchOptions, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const genetic = (optimizee: Optimizee) =>
  new GeneticAlgorithm(optimizee, { populationSize: 8, generations: 5, seed: 3 }) as never
const solvers = { optimizee: 'solvers', makeOptimizer: genetic } as const
const loadSolvers = async () => optimizeeOf(await import('../fixtures/optimizees/solvers.ts'), undefined)

type Parameters = Readonly<Record<string, unknown>>

function parametersIn(canonical: string): Parameters[] {
  return canonical
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { parameters: Parameters }).parameters)
}

test('what does not apply is in no parameters: of the canonical export, and of what a simulation is told', async () => {
  const root = temporaryDirectory()
  const { canonical, directory } = await search({ root, ...solvers })
  const { space } = await loadSolvers()
  const parameters = parametersIn(canonical)
  expect(new Set(parameters.map(({ solver }) => solver))).toEqual(new Set(['none', 'rk4', 'adaptive']))
  for (const given of parameters) expect(space.refuse(given)).toBeUndefined()
  const output = join(root, 'table.ndjson')
  await exportRun(directory, { format: 'ndjson', output })
  const rows = await readTable(output)
  expect(rows.map(({ told }) => told)).toEqual(parameters.map((given) => Object.keys(given).join(' ')))
})

test.each(['generations', 'ordered'] as const)(
  'stopped again and again in the order %s, it goes on as if it had never been',
  async (order) => {
    const straight = await search({
      root: temporaryDirectory(),
      ...solvers,
      order,
      window: order === 'ordered' ? 6 : undefined,
      limits: { evaluations: 40 },
    })
    const options: SearchOptions = {
      root: temporaryDirectory(),
      ...solvers,
      order,
      window: order === 'ordered' ? 6 : undefined,
      limits: { evaluations: 40 },
    }
    for (let stops = 0; ; stops++) {
      const controller = new AbortController()
      const onProgress: SearchOptions['onProgress'] = ({ totalEvaluated }) =>
        totalEvaluated >= 9 * (stops + 1) && controller.abort(new Error('enough'))
      const end = await search({ ...options, signal: controller.signal, onProgress })
      if (end.status !== 'finished') continue
      expect(stops).toBeGreaterThan(1)
      expect(end.canonical).toBe(straight.canonical)
      return
    }
  },
)

test('an absent parameter is an empty cell in every format, and is absent when the table is read', async () => {
  const root = temporaryDirectory()
  const { directory, canonical } = await search({ root, ...solvers })
  const optimizee = await loadSolvers()
  const known = await readWarmStart(directory, optimizee)
  for (const format of ['csv', 'ndjson', 'json', 'parquet', 'arrow'] as const) {
    const output = join(root, `table.${format}`)
    await exportRun(directory, { format, output })
    const { evaluations, sha256 } = await readWarmStart(output, optimizee)
    expect(evaluations.map(({ individual }) => individual.parameters)).toEqual(parametersIn(canonical))
    expect(sha256).toBe(known.sha256)
  }
})

test('a table may leave out the column of what never applies, and is refused where a row cannot be', async () => {
  const file = join(temporaryDirectory(), 'known.csv')
  const optimizee = await loadSolvers()
  writeFileSync(file, 'solver,step,order,cost\nrk4,0.5,4,2\nnone,,,3\n')
  const { evaluations } = await readWarmStart(file, optimizee)
  expect(evaluations.map(({ individual }) => individual.parameters)).toEqual([
    { solver: 'rk4', step: 0.5, order: 4 },
    { solver: 'none' },
  ])
  writeFileSync(file, 'solver,step,order,cost\nrk4,,4,2\n')
  await expect(readWarmStart(file, optimizee)).rejects.toThrow(
    'row 1 needs the parameter "step", which is missing and applies when solver is "rk4"',
  )
  writeFileSync(file, 'solver,step,order,cost\nnone,0.5,,2\n')
  await expect(readWarmStart(file, optimizee)).rejects.toThrow('row 1 step needs to be absent')
})

test('first guesses say what applies, and are told what is wrong with them', async () => {
  const start = [{ solver: 'adaptive', tolerance: 1e-6, order: 3, dense: false }]
  const { canonical } = await search({ root: temporaryDirectory(), ...solvers, start })
  expect(parametersIn(canonical)[0]).toEqual(start[0])
  const wrong = search({ root: temporaryDirectory(), ...solvers, start: [{ ...start[0], step: 0.1 }] })
  await expect(wrong).rejects.toThrow('start[0] step needs to be absent, since it applies when solver is "rk4"')
})

test('an optimizer that cannot search conditions is refused before anything starts, and those that can are named', async () => {
  const swarm = (optimizee: Optimizee) => new Xnes(optimizee, {}) as never
  const options = { root: temporaryDirectory(), optimizee: 'layers', makeOptimizer: swarm }
  await expect(search(options)).rejects.toThrow(
    /^The optimizer xnes cannot search parameters with a condition \(`when`\); those that can are auto, .*genetic-algorithm/,
  )
})
