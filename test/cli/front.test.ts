import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exportRun } from '../../src/cli/export-run.ts'
import { describeFront } from '../../src/cli/show-front.ts'
import { showRun } from '../../src/cli/show-run.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { temporaryDirectory } from '../temporary.ts'

/** Generations of pairs of error and gain, of which the first is to be small and the second large. */
function recordOf(
  generations: readonly (readonly (readonly [number, number, number?])[])[],
  objectives = new Objectives({ error: 'minimize', gain: 'maximize' }),
): string {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['x'], objectives)
  record.writeManifest({ name: 'two', status: 'stopped', constraints: ['limit'] })
  generations.forEach((pairs, generation) => {
    const individuals = pairs.map((_, index) => new Individual({ generation, index, replicate: 0 }, { x: index }, 1))
    record.addGeneration(
      generation,
      individuals.map((individual) => ({ individual, after: 0 })),
    )
    const attempts = pairs.map(([error, gain, violation = 0], i) => ({
      individual: individuals[i]!,
      epoch: 1,
      attempt: 1,
      worker: 1,
      verdict: 'accepted' as const,
      fitness: [error, gain],
      constraints: [violation],
    }))
    record.commit({ attempts, reports: [], positions: [] })
  })
  record.close()
  return directory
}

const madeRun = () =>
  recordOf([
    [
      [4, 1],
      [1, 0],
      [3, 3],
    ],
    [
      [2, 3],
      [0, 9, 0.5],
      [5, 4],
    ],
  ])

test('show has the front, and the hypervolume after each generation', async () => {
  const shown = JSON.parse(await showRun(madeRun(), { front: true, json: true }))
  expect(shown.front).toEqual([
    { generation: 0, index: 1, objectives: { error: 1, gain: 0 }, parameters: { x: 1 } },
    { generation: 1, index: 0, objectives: { error: 2, gain: 3 }, parameters: { x: 0 } },
    { generation: 1, index: 2, objectives: { error: 5, gain: 4 }, parameters: { x: 2 } },
  ])
  expect(shown.reference).toEqual({ error: 4, gain: 0 })
  expect(shown.hypervolumes).toEqual([3, 6])
  expect(await showRun(madeRun(), { front: true })).toMatch(/^front +3\nhypervolume +6\n/)
})

test('of a front of many, those are shown that are spread over its first objective, and it is said how all are seen', async () => {
  const run = recordOf([Array.from({ length: 101 }, (_, i) => [100 - i, 100 - i] as const)])
  const shown = await showRun(run, { front: true, top: 3 })
  expect(shown.trimEnd().split('\n').slice(-4)).toEqual([
    expect.stringMatching(/^ *0\.100 +0 /),
    expect.stringMatching(/^ *0\.50 +50 /),
    expect.stringMatching(/^ *0\.0 +100 /),
    `and 98 more, between these in error; all of them:  twoloop export ${run} --front`,
  ])
  expect((await showRun(run, { front: true })).match(/^ *0\.\d+ /gm)).toHaveLength(30)
  expect(JSON.parse(await showRun(run, { front: true, json: true })).front).toHaveLength(101)
})

test('the hypervolume is measured from another point if one is named', async () => {
  const shown = JSON.parse(await showRun(madeRun(), { front: true, reference: 'gain=-1,error=6', json: true }))
  expect(shown.hypervolumes).toEqual([5 + 3 * 3, 5 + 4 * 3 + 1])
})

test.each([
  [{ front: true, reference: 'error=0,gain=0' }, '--reference error=0,gain=0 is not worse than any individual'],
  [
    { front: true, reference: 'error=9' },
    '--reference needs a number for each of error, gain, as error=1,gain=1; for gain came nothing',
  ],
  [{ front: true, reference: 'error=9,gian=1' }, '"gian" is no objective'],
  [{ front: true, individual: '0.1' }, '--front shows the front, got --individual as well'],
  [{ reference: 'error=9,gain=1' }, 'give --front as well'],
])('what is wrong with a front that is asked for is said: %o', async (options, sentence) => {
  await expect(showRun(madeRun(), options)).rejects.toThrow(sentence)
})

test('the front is exported by itself', async () => {
  const output = `${temporaryDirectory()}/front.csv`
  expect(JSON.parse(await exportRun(madeRun(), { front: true, output, json: true }))).toMatchObject({ individuals: 3 })
  const lines = readFileSync(output, 'utf8').trim().split('\n')
  expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join('.'))).toEqual(['0.1', '1.0', '1.2'])
  await expect(exportRun(madeRun(), { front: true, shape: 'long' })).rejects.toThrow('a front stands in a wide table')
})

test('the table of a front has a column for what applies to any of it, and an empty cell where it does not', () => {
  const of = (index: number, parameters: Readonly<Record<string, unknown>>) => ({
    generation: 0,
    index,
    objectives: { error: index, gain: index },
    parameters,
  })
  const front = [of(0, { solver: 'rk4', step: 0.5 }), of(1, { solver: 'adaptive', tolerance: 0.25 })]
  const text = describeFront({ objectives: ['error', 'gain'], front, reference: null, hypervolumes: [] } as never, {
    run: 'runs/orbit',
  })
  const [names, first, second] = text.trimEnd().split('\n').slice(-3)
  expect(names).toMatch(/solver +step +tolerance$/)
  expect(first).toMatch(/rk4"? +0\.5 *$/)
  expect(second).toMatch(/adaptive"? +0\.25 *$/)
})

test('the best are shown with what applies to any of them', async () => {
  const directory = temporaryDirectory()
  const record = RecordWriter.openForWriting(directory)
  record.writeProblem(['solver', 'step'], new Objectives({ error: 'minimize' }))
  record.writeManifest({ name: 'solvers', status: 'stopped' })
  const points = [{ solver: 'adaptive' }, { solver: 'rk4', step: 0.5 }]
  const individuals = points.map(
    (parameters, index) => new Individual({ generation: 0, index, replicate: 0 }, parameters, 1),
  )
  record.addGeneration(
    0,
    individuals.map((individual) => ({ individual, after: 0 })),
  )
  const of = { epoch: 1, attempt: 1, worker: 1, verdict: 'accepted' as const }
  record.commit({
    attempts: individuals.map((individual, i) => ({ ...of, individual, fitness: [i] })),
    reports: [],
    positions: [],
  })
  record.close()
  expect((await showRun(directory, { top: 2 })).trimEnd().split('\n').slice(-3)).toEqual([
    'individual  error  solver    step',
    '       0.0      0  adaptive',
    '       0.1      1  rk4        0.5',
  ])
})

test('a run with one objective has no front to be shown', async () => {
  const run = recordOf([], new Objectives({ error: 'minimize' }))
  await expect(showRun(run, { front: true })).rejects.toThrow(
    `--front is of several objectives, and ${run} has one (error); its best individuals are those of --top`,
  )
})
