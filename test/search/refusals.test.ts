import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GeneticAlgorithm } from '../../optimizers/index.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import type { Optimizee, Optimizer } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { RandomSearch } from '../fixtures/random-search.ts'
import { canonicalExport, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const settings = { populationSize: 8, generations: 6, seed: 1 }

/** What the record says of the end of a run. */
function endOf(directory: string) {
  const record = RecordReader.openForReading(directory)
  const { status, reason, hash, limits, generationLimit } = record.manifest()
  record.close()
  return { status, reason, hash, limits, generationLimit }
}

/** A run of two generations that has finished, and the same with room for six, by an optimizer that was edited. */
async function finishedRun(edit: (optimizer: Optimizer) => object) {
  const plan = { root: temporaryDirectory(), optimizee: 'recorded' }
  const { directory } = await search({ ...plan, generations: 2 })
  const before = endOf(directory)
  expect(before).toMatchObject({ status: 'finished', generationLimit: 2 })
  const makeOptimizer = (optimizee: Optimizee) => {
    const optimizer = new RandomSearch(optimizee, settings)
    return Object.assign(optimizer, edit(optimizer)) as Optimizer
  }
  return { directory, before, extended: search({ ...plan, makeOptimizer }), plan }
}

/** Refuses the generation of that number. */
const refusing = (generation: number, refuse: () => never) => (optimizer: Optimizer) => ({
  postProcess: ((trajectory, evaluations) => {
    if (trajectory.generation + 1 === generation) refuse()
    RandomSearch.prototype.postProcess.call(optimizer, trajectory as never, evaluations as never)
  }) satisfies Optimizer['postProcess'],
})

test('a finished run to which nothing was added is as it was, also where its optimizer fails', async () => {
  const refuse = () => {
    throw new Error('no more')
  }
  const { directory, before, extended } = await finishedRun(() => ({ ask: refuse, tell: refuse }))
  await expect(extended).rejects.toThrow('no more')
  expect(endOf(directory)).toEqual(before)
})

test('a run that was refused after it had gone on has failed, for that reason', async () => {
  const { directory, extended, before } = await finishedRun(
    refusing(4, () => {
      throw new ConfigurationError('no fifth generation')
    }),
  )
  const canonical = canonicalExport(directory)
  await expect(extended).rejects.toThrow('no fifth generation')
  expect(canonicalExport(directory).length).toBeGreaterThan(canonical.length)
  expect(endOf(directory)).toEqual({
    ...before,
    status: 'failed',
    reason: 'no fifth generation',
    hash: null,
    generationLimit: 6,
  })
})

test.each(['generations', 'ordered', 'arrival'] as const)(
  'a search in which nothing is ever asked for has failed, and says so: %s',
  async (order) => {
    const root = temporaryDirectory()
    const makeOptimizer = (optimizee: Optimizee) =>
      Object.assign(new GeneticAlgorithm(optimizee, { seed: 1 }), {
        ask: (state: never) => ({ state, proposals: [] }),
      }) as unknown as Optimizer
    const said =
      'The optimizer genetic-algorithm failed in ask after 0 evaluations (generation 0): it gave nothing to simulate.'
    await expect(search({ root, optimizee: 'recorded', order, makeOptimizer })).rejects.toThrow(said)
    expect(endOf(join(root, 'run'))).toMatchObject({ status: 'failed', reason: said })
  },
)

test('a run that was killed is not told to have failed by an optimizer whose sizes are none', async () => {
  const plan = { root: temporaryDirectory(), optimizee: 'recorded' }
  const { directory } = await search({ ...plan, generations: 2 })
  const record = RecordWriter.openForWriting(directory)
  record.writeManifest({ status: 'running', reason: null })
  record.close()
  const makeOptimizer = (optimizee: Optimizee) =>
    Object.defineProperty(new RandomSearch(optimizee, settings), 'usualGenerations', {
      value: 0,
    }) as unknown as Optimizer
  await expect(search({ ...plan, makeOptimizer })).rejects.toThrow('failed in usualGenerations')
  expect(endOf(directory)).toMatchObject({ status: 'running', reason: null })
})

test.each([
  ['postProcess', 'of evaluations 9 to 16 (generation 1)'],
  ['end', 'after 16 evaluations (generation 2)'],
] as const)(
  'what %s of an optimizer’s own throws is told with its type, the method and the generation',
  async (method, place) => {
    const error = new RangeError('the covariance is gone')
    class Own extends RandomSearch<Record<string, unknown>> {
      override postProcess(...given: Parameters<Optimizer['postProcess']>) {
        if (method === 'postProcess' && given[0].generation === 1) throw error
        super.postProcess(...given)
      }
      override end(...given: Parameters<Optimizer['end']>) {
        if (method === 'end') throw error
        super.end(...given)
      }
    }
    const makeOptimizer = (optimizee: Optimizee) => new Own(optimizee, { ...settings, generations: 2 })
    const refusal = await search({ root: temporaryDirectory(), optimizee: 'recorded', makeOptimizer }).catch(
      (one) => one,
    )
    expect(refusal).toMatchObject({
      name: 'OptimizerError',
      message: `The optimizer random-search failed in ${method} ${place}: the covariance is gone`,
      cause: error,
    })
  },
)
