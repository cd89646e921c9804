import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { canonicalExport } from '../search.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const command = join(build, 'command/main.js')
const library = join(build, 'src/index.js')

/** A program of a user with its optimizee in a file of its own; it may stop itself after the first generation. */
function project(optimizer = 'new GeneticAlgorithm(valley, { populationSize: 6, generations: 3, seed: 1 })'): string {
  const folder = temporaryDirectory()
  writeFileSync(
    join(folder, 'valley.mjs'),
    `import { defineOptimizee, real } from 'twoloop'
     export default defineOptimizee({ module: import.meta.url, parameters: { x: real(-5, 5) }, objectives: { y: 'minimize' },
       simulate: ({ parameters: { x } }) => x * x })`.replace("'twoloop'", JSON.stringify(library)),
  )
  writeFileSync(
    join(folder, 'search.mjs'),
    `import { Experiment, GeneticAlgorithm } from ${JSON.stringify(library)}
     import valley from './valley.mjs'
     class Mine extends GeneticAlgorithm { get type() { return 'mine' } }
     const stop = new AbortController()
     await using experiment = new Experiment({ root: 'runs' })
     const { trajectory } = await experiment.prepareExperiment({ name: 'valley', runner: { workers: 1, grace: '1s' } })
     trajectory.fAddParameterGroup('notes').fAddParameter('author', 'A. Turing')
     const optimizer = ${optimizer}
     const { status } = await experiment.runExperiment(optimizer, valley, {
       signal: stop.signal,
       onProgress: ({ generation }) => { if (process.argv[2] === 'stop' && generation === 1) stop.abort() },
     })
     await experiment.endExperiment(optimizer)
     console.log(status)`.replace('await using experiment', 'const experiment'),
  )
  return folder
}

const node = (cwd: string, ...words: string[]) => execa(process.execPath, words, { cwd, reject: false })
const canonical = (cwd: string) => canonicalExport(join(cwd, 'runs/valley'))

test('resume goes on with a search that a program began, to the same end', async () => {
  const [whole, stopped] = [project(), project()]
  expect((await node(whole, 'search.mjs')).stdout).toBe('finished')
  expect((await node(whole, 'search.mjs')).stdout).toBe('finished') // its groups are found again
  expect((await node(stopped, 'search.mjs', 'stop')).stdout).toBe('stopped')
  const { exitCode, stdout } = await node(stopped, command, 'resume', 'runs/valley')
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('valley: finished: 3 generations are its limit')])
  expect(canonical(stopped)).toBe(canonical(whole))
  const more = await node(stopped, command, 'resume', 'runs/valley', '--generations', '4')
  expect(more.stdout).toContain('valley: finished: 4 generations are its limit')
})

test('resume leaves to the program what only the program knows', async () => {
  const folder = project('new Mine(valley, { populationSize: 6, generations: 3, seed: 1 })')
  expect((await node(folder, 'search.mjs', 'stop')).stdout).toBe('stopped')
  const { exitCode, stderr } = await node(folder, command, 'resume', 'runs/valley')
  expect(exitCode).toBe(2)
  expect(stderr).toContain(
    'was begun by a program with an optimizer of its own (mine); go on by running the program again',
  )
})
