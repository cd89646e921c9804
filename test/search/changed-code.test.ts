import { appendFileSync, cpSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { Experiment } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { recordOfFiles } from '../../src/search/changed-code.ts'
import { openDatabase } from '../../src/system/database.ts'
import { digestOf, filesAt } from '../../src/system/file-digest.ts'
import { command } from '../command.ts'
import { temporaryDirectory } from '../temporary.ts'

const program = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

/** A user's folder with a run of two generations, whose simulation is made of several files. */
async function begun() {
  const folder = temporaryDirectory()
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const twoloop = async (...words: string[]) => {
    const { exitCode, stderr } = await execa(process.execPath, [program, ...words], { cwd: folder, reject: false })
    return { code: exitCode, stderr }
  }
  const refused = async (...words: string[]) => {
    const { exitCode, stderr } = await command(words, { cwd: folder })
    return { code: exitCode, stderr }
  }
  const manifest = () => {
    const record = RecordWriter.openForReading(join(folder, 'runs', 'beam'))
    const read = record.manifest()
    record.close()
    return read
  }
  write('run.sh', 'cat beam.inp > out.txt; touch tables/seen')
  write('beam.inp', '{x}')
  write('tables/steel.csv', '1')
  const optimizee = {
    command: ['sh', 'run.sh'],
    parameters: { x: { type: 'real', low: -5, high: 5 } },
    templates: ['beam.inp'],
    files: ['tables'],
    result: { error: { file: 'out.txt' } },
    objectives: { error: 'minimize' },
  }
  const optimizer = { type: 'genetic-algorithm', populationSize: 4, generations: 2, seed: 1 }
  write('beam.json', JSON.stringify({ optimizee, optimizer, runner: { workers: 1 } }))
  expect(await twoloop('run', 'beam.json')).toMatchObject({ code: 0 })
  return { folder, write, twoloop, refused, manifest }
}

const more = ['--generations', '3']

test('a run whose script has changed is not gone on with, unless that is accepted, and then it is recorded', async () => {
  const { twoloop, refused, write, manifest } = await begun()
  const { files: before, status } = manifest()
  expect(Object.keys(before as object)).toEqual(['beam.inp', 'run.sh', 'tables/steel.csv'])
  write('run.sh', 'cat beam.inp > out.txt; true')
  for (const words of [
    ['run', 'beam.json'],
    ['resume', 'runs/beam'],
  ]) {
    const { code, stderr } = await refused(...words, ...more)
    expect(code).toBe(2)
    expect(stderr).toMatch(/run\.sh has changed since .*runs\/beam was begun; .* --accept-changed-code/)
  }
  expect(manifest()).toMatchObject({ status, files: before })
  const accepted = await twoloop('resume', 'runs/beam', ...more, '--accept-changed-code')
  expect(accepted.code).toBe(0)
  expect(accepted.stderr).toContain('what is simulated from now on may differ')
  const { files, codeChanges, epoch } = manifest()
  expect(files).not.toEqual(before)
  expect(codeChanges).toEqual([{ epoch, files: ['run.sh'] }])
  expect(await twoloop('run', 'beam.json', '--generations', '4')).toMatchObject({ code: 0 })
})

test('a finished run that is started again keeps its bundle, unless that is not what it was', async () => {
  const { folder, twoloop } = await begun()
  const bundle = join(folder, 'runs', 'beam', 'optimizee.mjs')
  const { ino } = statSync(bundle)
  expect(await twoloop('run', 'beam.json')).toMatchObject({ code: 0 })
  expect(statSync(bundle).ino).toBe(ino)
  const whole = readFileSync(bundle, 'utf8')
  truncateSync(bundle, 100)
  expect(await twoloop('run', 'beam.json')).toMatchObject({ code: 0 })
  expect(readFileSync(bundle, 'utf8')).toBe(whole)
})

test('templates and linked files count, and all that have changed are told', async () => {
  const { refused, write } = await begun()
  write('tables/steel.csv', '2')
  expect((await refused('run', 'beam.json')).stderr).toContain('tables/steel.csv has changed since')
  write('beam.inp', '{x} ')
  expect((await refused('run', 'beam.json')).stderr).toContain('beam.inp and 1 more file have changed since')
})

test('what is as it was, is put back, or was not there at the beginning hinders nobody', async () => {
  const { twoloop, write } = await begun() // where the simulation has made tables/seen
  write('run.sh', 'exit 1')
  write('run.sh', 'cat beam.inp > out.txt; touch tables/seen')
  write('tables/__pycache__/steel.pyc', '')
  expect(await twoloop('run', 'beam.json', ...more)).toMatchObject({ code: 0 })
})

test('a program that did not even start may be mended, since nothing was simulated yet', async () => {
  const { folder, twoloop, write } = await begun()
  const optimizee = {
    program: ['sh', 'model.sh'],
    parameters: { x: { type: 'real', low: 0, high: 1 } },
    objectives: { error: 'minimize' },
  }
  const optimizer = { type: 'genetic-algorithm', populationSize: 4, generations: 1, seed: 1 }
  write('model.json', JSON.stringify({ optimizee, optimizer, runner: { workers: 1 } }))
  write('model.sh', 'exit 3')
  expect(await twoloop('run', 'model.json')).toMatchObject({ code: 1 })
  write('model.sh', 'echo \'{"ready": true}\'; while read line; do echo \'{"result": 2}\'; done')
  expect(await twoloop('run', 'model.json'), folder).toMatchObject({ code: 0 })
})

test('what a simulation has written before anything was recorded is no code of it', () => {
  const files = { 'model.sh': 'as it was', 'beam.inp': 'gone since' }
  const now = { 'model.sh': 'mended', journal: 'written meanwhile' }
  expect(recordOfFiles({ files }, undefined, now)).toEqual({ files: { ...files, 'model.sh': 'mended' } })
})

test('a run of before files were recorded goes on, and has them from then on', async () => {
  const { folder, twoloop, write, manifest } = await begun()
  const database = openDatabase(join(folder, 'runs', 'beam', 'trajectory.sqlite'))
  database.exec("delete from manifest where key = 'files'")
  database.close()
  write('run.sh', 'cat beam.inp > out.txt')
  expect(await twoloop('run', 'beam.json', ...more)).toMatchObject({ code: 0 })
  expect(Object.keys(manifest().files as object)).toContain('run.sh')
})

test('what a module imports counts, in a program as well, which accepts it by an option', async () => {
  const folder = temporaryDirectory()
  writeFileSync(join(folder, 'law.mjs'), 'export const law = (x) => x ** 2')
  writeFileSync(
    join(folder, 'fall.mjs'),
    `import { defineOptimizee, real } from 'twoloop'
     import { law } from './law.mjs'
     export default defineOptimizee({
       module: import.meta.url,
       parameters: { x: real(-5, 5) },
       objectives: { error: 'minimize' },
       simulate: ({ parameters }) => law(parameters.x),
     })`,
  )
  const { importBundled } = await import('../../src/system/bundle.ts')
  const module = join(folder, 'fall.mjs')
  const run = async (generations: number, acceptChangedCode?: boolean) => {
    const { GeneticAlgorithm } = await import('../../src/index.ts')
    const optimizee = (await importBundled(module)).default as ConstructorParameters<typeof GeneticAlgorithm>[0]
    await using experiment = new Experiment({ root: join(folder, 'runs') })
    await experiment.prepareExperiment({ name: 'fall', runner: { workers: 1 } })
    const optimizer = new GeneticAlgorithm(optimizee, { populationSize: 4, generations, seed: 1 })
    return await experiment.runExperiment(optimizer, optimizee as never, {
      source: { module },
      ...(acceptChangedCode !== undefined && { acceptChangedCode }),
    })
  }
  expect(await run(1)).toMatchObject({ status: 'finished' })
  appendFileSync(join(folder, 'law.mjs'), '\n// as Galilei had it\n')
  await expect(run(2)).rejects.toThrow(/^law\.mjs has changed since .*fall was begun; .*acceptChangedCode: true/)
  expect(await run(2, true)).toMatchObject({ status: 'finished' })
})

test('a finished run that is gone on with in another place simulates with what lies there', async () => {
  const folder = temporaryDirectory()
  const [first, copy] = [join(folder, 'first'), join(folder, 'copy')]
  mkdirSync(first)
  writeFileSync(
    join(first, 'flat.mjs'),
    `import { readFileSync } from 'node:fs'
     import { defineOptimizee, real } from 'twoloop'
     const height = Number(readFileSync(new URL('./height.txt', import.meta.url), 'utf8'))
     export default defineOptimizee({
       module: import.meta.url,
       parameters: { x: real(-5, 5) },
       objectives: { error: 'minimize' },
       simulate: () => height,
     })`,
  )
  writeFileSync(join(first, 'height.txt'), '1')
  const optimizer = { type: 'random-search', populationSize: 2, generations: 1, seed: 1 }
  writeFileSync(
    join(first, 'flat.json'),
    JSON.stringify({ optimizee: { module: 'flat.mjs' }, optimizer, runner: { workers: 1 } }),
  )
  const run = (cwd: string, ...words: string[]) =>
    execa(process.execPath, [program, 'run', 'flat.json', ...words], { cwd })
  await run(first)
  cpSync(first, copy, { recursive: true })
  writeFileSync(join(copy, 'height.txt'), '2')
  await run(copy, '--generations', '2')
  const record = RecordWriter.openForReading(join(copy, 'runs', 'flat'))
  expect(record.evaluations(1)).toMatchObject([{ fitness: [2] }, { fitness: [2] }])
  record.close()
})

test('a huge file is known by its length, its beginning, its end and pieces between', () => {
  const path = join(temporaryDirectory(), 'huge')
  writeFileSync(path, 'begin')
  truncateSync(path, 300 * 2 ** 20)
  const whole = digestOf(path)
  appendFileSync(path, 'x')
  const longer = digestOf(path)
  truncateSync(path, 300 * 2 ** 20)
  expect([whole, longer === whole, digestOf(path)]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), false, whole])
})

test('of what cannot be read there is no digest', () => {
  const folder = temporaryDirectory()
  expect([digestOf(folder), digestOf(join(folder, 'none')), filesAt(join(folder, 'none'))]).toEqual([
    undefined,
    undefined,
    [],
  ])
})
