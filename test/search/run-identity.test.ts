import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlainData } from '../../src/core/plain-data.ts'
import type { RunIdentity } from '../../src/search/run-identity.ts'
import { differenceOf } from '../../src/search/same-search.ts'
import { openDatabase } from '../../src/system/database.ts'
import { UserFolder } from '../cli/folder.ts'
import { command as commandHere } from '../command.ts'
import { canonicalExport } from '../search.ts'
import { build } from '../search-child.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
  folder.write('package.json', { type: 'module' })
  folder.write('node_modules/twoloop/package.json', { name: 'twoloop', type: 'module', exports: './index.js' })
  folder.write('node_modules/twoloop/index.js', `export * from ${JSON.stringify(join(build, 'src/index.js'))}`)
  folder.write(
    'square.mjs',
    `import { defineOptimizee, real } from 'twoloop'
     export default defineOptimizee({
       module: import.meta.url, parameters: { x: real(-2, 2) }, objectives: { cost: 'minimize' },
       simulate({ parameters: { x }, index }) {
         if (index === 1) throw new Error('no')
         return x * x
       },
     })`,
  )
  folder.write(
    'program.mjs',
    `import { Experiment, GeneticAlgorithm } from 'twoloop'
     import square from './square.mjs'
     for (const [runner, generations, optimizer] of process.argv.slice(2).map((text) => JSON.parse(text))) {
       const experiment = new Experiment({ root: 'runs' })
       try {
         await experiment.prepareExperiment({ name: 'run', runner: { workers: 1, retries: 0, ...runner } })
         const algorithm = new GeneticAlgorithm(square, { populationSize: 4, seed: 1, generations, ...optimizer })
         await experiment.runExperiment(algorithm, square, { onWarning: (sentence) => console.error(sentence) })
       } catch (error) {
         process.exitCode = 1
         console.error(error.message)
       } finally {
         await experiment.close()
       }
     }`,
  )
  folder.write(
    'file.mjs',
    `import square from './square.mjs'
     export default {
       name: 'run', optimizee: square, runner: { workers: 1, retries: 0 },
       optimizer: { type: 'genetic-algorithm', populationSize: 4, generations: 2, seed: 1 },
     }`,
  )
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const start = (...words: string[]) => execa(process.execPath, words, { cwd: folder.path, reject: false })
const command = (...words: string[]) => start(join(build, 'command/main.js'), 'run', 'file.mjs', ...words)
type Configured = readonly [runner: object, generations: number, optimizer?: object]
const program = (...searches: readonly Configured[]) =>
  start('program.mjs', ...searches.map((one) => JSON.stringify(one)))

const exportOf = (name: string) => canonicalExport(join(folder.path, 'runs', name))

test('the command and a program go on with the runs of each other', async () => {
  expect(await program([{}, 1])).toMatchObject({ exitCode: 0, stderr: '' })
  const further = await command('--generations', '2')
  expect(further.stderr).not.toContain('changed')
  expect(further.exitCode).toBe(0)
  expect(await program([{}, 3])).toMatchObject({ exitCode: 0, stderr: '' })
  expect((await command('--name', 'whole', '--generations', '3')).exitCode).toBe(0)
  expect(exportOf('run')).toBe(exportOf('whole'))
})

test('the command and a program refuse a run of another configuration with the same words', async () => {
  expect((await program([{}, 1])).exitCode).toBe(0)
  for (const [runner, optimizer, difference] of otherConfigurations) {
    const sets = [
      ...Object.entries(runner).map(([key, value]) => `runner.${key}=${value}`),
      ...Object.entries(optimizer).map(([key, value]) => `optimizer.${key}=${value}`),
    ]
    const words = ['run', 'file.mjs', ...sets.flatMap((setting) => ['--set', setting])]
    const refused = await commandHere(words, { cwd: folder.path })
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(`run holds a run of another configuration (${difference})`)
  }
  const { exitCode, stderr } = await program(
    ...otherConfigurations.map(([runner, optimizer]) => [runner, 2, optimizer] as const),
  )
  expect(exitCode).toBe(1)
  const refusals = stderr.split('\n')
  expect(refusals).toHaveLength(otherConfigurations.length)
  for (const [i, [, , difference]] of otherConfigurations.entries()) expect(refusals[i]).toContain(difference)
})

const otherConfigurations: readonly (readonly [runner: object, optimizer: object, words: string])[] = [
  [{ onFailure: 'replace' }, {}, 'onFailure was "fail" and is now "replace"'],
  [{ retries: 1 }, {}, 'retries was 0 and is now 1'],
  [{ timeout: '9s' }, {}, 'timeout was null and is now 9000'],
  [{}, { seed: 2 }, 'optimizer.seed was 1 and is now 2'],
]

const search: RunIdentity = {
  version: 2,
  parameters: [['x', { type: 'real', low: -2, high: 2 }]],
  objectives: [['cost', -1]],
  optimizee: { module: 'square', options: null },
  optimizer: { type: 'genetic-algorithm', version: 2, settings: { seed: 1 } },
  failures: { timeout: null, retries: 0, onFailure: 'fail' },
  warmStart: null,
}

test.each<[Partial<RunIdentity>, string]>([
  [{ plan: { order: 'ordered', window: 8, start: [] } }, 'order was "generations" and is now "ordered"'],
  [{ plan: { order: 'generations', start: [{ x: 1 }] } }, 'start was [] and is now [{"x":1}]'],
  [{ replications: { count: 2 } }, 'optimizee.replications was null and is now {"count":2}'],
  [{ constraints: ['x >= 0'] }, 'optimizee.constraints was null and is now ["x >= 0"]'],
  [{ optimizee: { module: 'square', options: { power: 3 } } }, 'optimizee.options was null and is now {"power":3}'],
  [
    { optimizer: { ...search.optimizer, version: 3 } },
    'the optimizer genetic-algorithm went on with runs of its version 2 when this was begun, and goes on only with those from version 3 now',
  ],
  [{ warmStart: 'a.csv' }, 'warmStart was null and is now "a.csv"'],
])('what another search has is named by the key of an experiment file: %j', (other, difference) => {
  expect(differenceOf({ ...search } as PlainData, { ...search, ...other })).toBe(difference)
})

test('a command that differs is named as it stands in a file', () => {
  const running = (command: string[]) => ({ ...search, optimizee: { module: 'command', options: { command } } })
  const difference = differenceOf(running(['a']) as PlainData, running(['b']))
  expect(difference).toBe('optimizee.command was ["a"] and is now ["b"]')
})

test('how it is run is no part of a search', async () => {
  expect((await program([{}, 1])).exitCode).toBe(0)
  const others = ['workers=2', 'crashRetries=1', 'grace=9s', 'lookAhead=1']
  expect((await command(...others.flatMap((setting) => ['--set', `runner.${setting}`]))).exitCode).toBe(0)
})

/** The forms in which version 1 wrote down what makes a search the same. */
const settings = { seed: 1, populationSize: 4 }
const parameters = [['x', { type: 'real', low: -2, high: 2 }]]
const formsOfVersionOne = {
  'a program': {
    ...{ parameters, objectives: { cost: 'minimize' }, optimizee: null },
    optimizer: { type: 'genetic-algorithm', ...settings },
  },
  'the command': {
    ...{ parameters, objectives: [['cost', -1]], optimizee: { in: 'the experiment' } },
    optimizer: { type: 'genetic-algorithm', settings },
    failures: { timeout: null, retries: 0, onFailure: 'fail' },
  },
  'the command, by a module': {
    ...{ parameters, objectives: [['cost', -1]], optimizee: { module: 'sims/square.mjs', options: null } },
    optimizer: { type: 'genetic-algorithm', settings },
    failures: { timeout: null, retries: 0, onFailure: 'fail' },
  },
}

test('a run that version 1 began by the command, a program or a module goes on', async () => {
  expect((await program([{}, 1])).exitCode).toBe(0)
  const [run, begun] = ['runs/run', 'runs/begun'].map((name) => join(folder.path, name)) as [string, string]
  cpSync(run, begun, { recursive: true })
  for (const [by, form] of Object.entries(formsOfVersionOne)) {
    rmSync(run, { recursive: true })
    cpSync(begun, run, { recursive: true })
    const database = openDatabase(join(run, 'trajectory.sqlite'))
    const text = database.prepare(`select value from manifest where key = 'configuration'`).pluck().get() as string
    const known = JSON.parse(text).optimizer.settings
    const rest = JSON.stringify(form).replaceAll('"seed":1,"populationSize":4', JSON.stringify(known).slice(1, -1))
    database.prepare(`update manifest set value = ? where key = 'configuration'`).run(rest)
    database.close()
    const refused = await commandHere(['run', 'file.mjs', '--seed', '2'], { cwd: folder.path })
    expect(refused.stderr, by).toContain('optimizer.seed was 1 and is now 2')
    expect((await command()).exitCode, by).toBe(0)
    expect((await program([{}, 3])).exitCode, by).toBe(0)
    expect(readFileSync(join(run, 'run.json'), 'utf8')).toContain('optimizee.mjs')
  }
})
