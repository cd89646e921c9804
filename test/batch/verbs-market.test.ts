import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { batchRunSimulations, readSamples } from '../../src/batch/verbs/index.ts'
import { Market, simulate } from '../examples/market.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

interface Result {
  readonly spread: number
  readonly volatility: number
  readonly before: { readonly cash: number; readonly tokens: number }
  readonly after: { readonly cash: number; readonly tokens: number }
}

const opening = { traders: 100, steps: 30_000 }
let results: { readonly params: { readonly marketOrders?: number }; readonly samples: readonly (Result | null)[] }[]

beforeAll(async () => {
  results = await batchRunSimulations(simulate, {
    nSteps: 3000,
    nSamples: 8,
    parametersSamples: [{ marketOrders: 0.05 }, { marketOrders: 0.15 }, { marketOrders: 0.3 }, { marketOrders: 0.15 }],
    snapshot: Market.open,
    snapshotInputs: opening,
    nJobs: 2,
    verbose: 0,
  })
})

const meanOf = (entry: number, key: 'spread' | 'volatility') =>
  results[entry]!.samples.reduce((sum, sample) => sum + sample![key], 0) / 8

test('every sample begins where the market was opened', () => {
  const { wealth } = new Market(0, { snapshot: Market.open(opening) })
  for (const { samples } of results) for (const sample of samples) expect(sample!.before).toEqual(wealth)
})

test('whatever is traded, cash and tokens are conserved', () => {
  for (const { samples } of results) for (const { before, after } of samples as Result[]) expect(after).toEqual(before)
})

// M. G. Daniels et al. (2003): the spread grows with the rate of market orders, and so does the diffusion of the price.
test('the spread and the volatility grow with the share of market orders', () => {
  expect(meanOf(1, 'spread')).toBeGreaterThan(1.3 * meanOf(0, 'spread'))
  expect(meanOf(2, 'spread')).toBeGreaterThan(1.3 * meanOf(1, 'spread'))
  expect(meanOf(1, 'volatility')).toBeGreaterThan(1.5 * meanOf(0, 'volatility'))
  expect(meanOf(2, 'volatility')).toBeGreaterThan(1.5 * meanOf(1, 'volatility'))
})

test('the same parameters and seeds give the same samples, other seeds others', () => {
  expect(results[3]!.samples).toEqual(results[1]!.samples)
  expect(new Set(results[1]!.samples.map((sample) => sample!.spread)).size).toBe(8)
})

test('a market that is made from a snapshot goes on as the one it was taken of would', () => {
  const state = Market.open({ traders: 20, steps: 2000 })
  const market = new Market(5, { snapshot: structuredClone(state) })
  expect(market.toSnapshot()).toEqual(state)
  for (let step = 0; step < 500; step++) market.trade(0.2)
  const again = new Market(5, { snapshot: structuredClone(state) })
  for (let step = 0; step < 500; step++) again.trade(0.2)
  expect(again.toSnapshot()).toEqual(market.toSnapshot())
  expect(market.toSnapshot()).not.toEqual(state)
})

test('the same simulation runs from a YAML file, and its samples are the same', () => {
  const directory = temporaryDirectory()
  const example = join(import.meta.dirname, '../examples/market.yaml')
  execFileSync(process.execPath, [join(build, 'command/main.js'), 'run', example], { cwd: directory, stdio: 'pipe' })
  expect([...readSamples(join(directory, 'runs/market'))]).toEqual(results.slice(0, 3))
})
