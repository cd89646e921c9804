import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SearchFailedError } from '../../src/core/errors.ts'
import { loadExperiment } from '../../src/experiment-file/load.ts'
import { Experiment } from '../../src/index.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { temporaryDirectory } from '../temporary.ts'

/** A simulation that fails of what stands in `fails`, a condition on `generation` and `index`. */
function experiment(fails: string, optimizer: object, constraints = '[]'): string {
  const file = join(temporaryDirectory(), 'hopeless.mjs')
  writeFileSync(
    file,
    `import { defineOptimizee, real } from 'twoloop'
     const optimizee = defineOptimizee({ parameters: { x: real(0, 1) }, objectives: { y: 'minimize' }, constraints: ${constraints},
       simulate({ parameters: { x }, generation, index }) {
         if (${fails}) throw new Error('no licence, port ' + index)
         return x
       } })
     export default { optimizee, optimizer: ${JSON.stringify(optimizer)}, runner: { workers: 2, lookAhead: 1, retries: 0 } }`,
  )
  return file
}

async function run(file: string, root: string, runner: object = {}) {
  const { optimizee, optimizer, source, configuration, ...loaded } = await loadExperiment(file)
  await using experiment = new Experiment({ root })
  await experiment.prepareExperiment({ name: 'run', configuration, runner: { ...loaded.runner, ...runner } })
  const { status } = await experiment.runExperiment(optimizer, optimizee, { source })
  return status
}

function counts(root: string) {
  const record = RecordReader.openForReading(join(root, 'run'))
  try {
    return { ...record.counts(), status: record.manifest().status }
  } finally {
    record.close()
  }
}

const genetic = { type: 'genetic-algorithm', populationSize: 40, generations: 3, seed: 1 }

test('a search whose first individuals have all failed is given up with the cause, and stays so', async () => {
  const root = temporaryDirectory()
  const file = experiment('true', genetic)
  await expect(run(file, root)).rejects.toThrow(
    new SearchFailedError(
      'The search was given up, since its first 10 individuals have failed (runner.giveUpAfter); 0.0: Error: no licence, port 0',
    ),
  )
  const before = counts(root)
  expect(before).toMatchObject({ generations: 1, done: 0, status: 'failed' })
  await expect(run(file, root)).rejects.toThrow(/^The search was given up/)
  expect(counts(root)).toEqual(before)
})

test('a search is given up after a first generation that has all failed, if that is smaller, and stays so', async () => {
  const root = temporaryDirectory()
  const file = experiment('true', { ...genetic, populationSize: 4 })
  for (const _ of ['first', 'again']) {
    await expect(run(file, root)).rejects.toThrow(
      new SearchFailedError('None of 4 individuals was simulated well; 0.0: Error: no licence, port 0'),
    )
    expect(counts(root)).toMatchObject({ generations: 1, failed: 4, status: 'failed' })
  }
  expect(await run(file, root, { giveUpAfter: 0 })).toBe('finished')
})

test('a search goes on as long as one of its first individuals works, whichever comes first', async () => {
  const root = temporaryDirectory()
  expect(await run(experiment('generation === 0 && index !== 9', genetic), root)).toBe('finished')
  expect(counts(root)).toMatchObject({ generations: 3, failed: 39, status: 'finished' })
})

test('a search whose constraints ask for what no simulation gives is given up at the first that has a result', async () => {
  const root = temporaryDirectory()
  const sagsLittle = `[{ name: 'stiff', of: 'results', violation: ({ tip }) => tip.left - 8 }]`
  await expect(run(experiment('index === 0', genetic, sagsLittle), root)).rejects.toThrow(
    'The search was given up, since its constraints ask for "tip", which no simulation gives; 0.1: The result cannot be judged: ' +
      'the constraint "stiff" asks for tip, and the results are y.',
  )
  expect(counts(root)).toMatchObject({ generations: 1, done: 0, status: 'failed' })
})

test('a search that was given up goes on when it need not be', async () => {
  const root = temporaryDirectory()
  const file = experiment('generation === 0 && index < 20', genetic)
  await expect(run(file, root)).rejects.toThrow(/^The search was given up/)
  expect(await run(file, root, { giveUpAfter: 0 })).toBe('finished')
  expect(counts(root)).toMatchObject({ generations: 3, failed: 20, status: 'finished' })
})

test('a search of few individuals in which nothing works has failed at its end', async () => {
  const root = temporaryDirectory()
  const design = { type: 'design', design: { kind: 'halton', points: 3 } }
  await expect(run(experiment('true', design), root)).rejects.toThrow(
    'None of 3 individuals was simulated well; 0.0: Error: no licence, port 0',
  )
  expect(counts(root)).toMatchObject({ failed: 3, status: 'failed' })
})
