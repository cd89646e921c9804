import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { command } from '../../command.ts'
import { eventually } from '../../processes.ts'
import { canonicalExport } from '../../search.ts'
import { build, startCommand } from '../../search-child.ts'
import { temporaryDirectory } from '../../temporary.ts'

/** The examples in a folder of their own, outside of the project, and the command that runs there, or here where it only reads. */
function userFolder() {
  const directory = temporaryDirectory()
  cpSync(import.meta.dirname, directory, { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  const twoloop = (...words: string[]) =>
    execa(process.execPath, [join(build, 'command/main.js'), ...words], { cwd: directory, reject: false })
  const here = (...words: string[]) => command(words, { cwd: directory })
  const at = (...path: string[]) => join(directory, ...path)
  const canonical = (run: string) => canonicalExport(at(run))
  return { twoloop, here, at, canonical }
}

test.each([
  ['steady', 'steady-search', 0.1],
  ['separable', 'separable-cma-es', 1e-6],
])('the example %s.yaml searches with an optimizer from outside and finds the optimum', async (name, type, height) => {
  const { twoloop, here } = userFolder()
  const { exitCode, stderr } = await twoloop('run', `${name}.yaml`)
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('generation 200/200')])
  const shown = JSON.parse((await here('show', `runs/${name}`, '--json')).stdout)
  expect(shown).toMatchObject({ optimizer: type, status: 'finished', generations: 200, evaluations: { failed: 0 } })
  expect(shown.best.fitness[0]).toBeLessThan(height)
})

test.each(['steady', 'separable'])('%s goes on after a kill as if nothing had stopped it', async (name) => {
  const { at, twoloop, canonical } = userFolder()
  writeFileSync(
    at('ellipsoid.ts'),
    `import { existsSync, writeFileSync } from 'node:fs'
     import { setTimeout } from 'node:timers/promises'
     import { defineOptimizee, real, vector } from 'twoloop'
     const at = (name: string) => new URL(name, import.meta.url)
     export default () => defineOptimizee({
       parameters: { x: vector(real(-5, 5), 10) },
       objectives: { height: 'minimize' },
       async simulate({ parameters: { x }, generation, index }) {
         if (generation === 5 && index === 3 && existsSync(at('hold'))) {
           writeFileSync(at('held'), '')
           while (existsSync(at('hold'))) await setTimeout(20)
         }
         return x.reduce((sum, value) => sum + (value - 1) ** 2, 0)
       },
     })`,
  )
  const words = ['run', at(`${name}.yaml`), '--root', at('runs'), '--generations', '12', '--set', 'runner.workers=2']
  expect((await twoloop(...words, '--name', 'straight')).exitCode).toBe(0)
  writeFileSync(at('hold'), '')
  const child = startCommand(...words, '--name', 'killed')
  await eventually(() => existsSync(at('held')), 'the sixth generation is simulated')
  child.process.kill('SIGKILL')
  expect(await child.ended).toBeNull()
  rmSync(at('hold'))
  expect((await twoloop('resume', 'runs/killed')).exitCode).toBe(0)
  expect(canonical('runs/killed').split('\n').length).toBeGreaterThan(100)
  expect(canonical('runs/killed')).toBe(canonical('runs/straight'))
})

test('a steady search in 100 dimensions has hardly a larger record than its individuals as a design', async () => {
  const { at, twoloop, here } = userFolder()
  const dimensions = ['--set', 'optimizee.options.dimension=100']
  expect((await twoloop('run', 'steady.yaml', ...dimensions, '--generations', '50')).exitCode).toBe(0)
  await here('export', 'runs/steady', '--output', 'runs/steady.csv')
  const [header, ...rows] = readFileSync(at('runs/steady.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  expect(rows).toHaveLength(500)
  const points = [header!, ...rows].map((row) => row.filter((_, column) => header![column]!.startsWith('x.')))
  writeFileSync(at('points.csv'), points.map((row) => row.join(',')).join('\n'))
  const design = { type: 'design', design: { kind: 'manual', file: 'points.csv' }, chunk: 10 }
  const optimizee = { module: './ellipsoid.ts', options: { dimension: 100 } }
  writeFileSync(at('design.yaml'), JSON.stringify({ optimizee, optimizer: design }))
  expect((await twoloop('run', 'design.yaml')).exitCode).toBe(0)
  const sizeOf = (run: string) => statSync(at('runs', run, 'trajectory.sqlite')).size
  expect(sizeOf('steady')).toBeLessThan(1.1 * sizeOf('design'))
})

test('another version of an optimizer does not go on with a run', async () => {
  const { at, twoloop } = userFolder()
  const words = ['run', 'separable.yaml', '--generations', '2']
  expect((await twoloop(...words)).exitCode).toBe(0)
  const module = at('separable-cma-es.ts')
  writeFileSync(module, readFileSync(module, 'utf8').replace('readonly version = 1', 'readonly version = 2'))
  const { exitCode, stderr } = await twoloop(...words)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(
    /separable holds a run of another configuration \(the optimizer separable-cma-es went on with runs of its version 1 when this was begun, and goes on only with those from version 2 now\)/,
  )
})

test('an optimizer from outside is listed with what it can do, for people and programs', async () => {
  const { here } = userFolder()
  for (const file of ['separable.yaml', 'separable-cma-es.ts']) {
    expect(JSON.parse((await here('optimizers', file, '--json')).stdout)).toEqual([
      {
        type: 'separable-cma-es',
        summary: expect.any(String),
        version: 1,
        abilities: { axes: ['real'], objectives: 'weighted', pace: 'generation', searches: true },
        orders: ['generations'],
        settings: expect.arrayContaining([expect.objectContaining({ name: 'sigma', default: 0.3 })]),
      },
    ])
  }
  const { stdout } = await here('optimizers', 'steady.yaml')
  expect(stdout).toContain('version 1: real, integer, choice, boolean; a weighted sum of objectives')
  expect(stdout).toContain('in the order generations, ordered, arrival')
})

test.each([
  [
    'a proposal outside of the space',
    'this.space.decode(point), tag',
    '{ x: [7] } as P, tag',
    /^twoloop: The optimizer separable-cma-es failed in ask after 0 evaluations \(generation 0\): proposal 0 x needs 10 values/,
  ],
  [
    'a state that is not plain',
    'bestScores }\n',
    'bestScores: [new Date() as unknown as number] }\n',
    /^twoloop: The optimizer separable-cma-es failed in tell of evaluations 1 to 10 \(generation 0\): its state must be plain data, but bestScores\[0\] is a Date/,
  ],
  [
    'an error of its own',
    'const ranked =',
    'if (state.generation === 2) throw new Error("the covariance is gone")\n    const ranked =',
    /^twoloop: The optimizer separable-cma-es failed in tell of evaluations 21 to 30 \(generation 2\): the covariance is gone/,
  ],
])('%s ends a run with one sentence and 1', async (_, place, fault, sentence) => {
  const { at, twoloop } = userFolder()
  const module = at('separable-cma-es.ts')
  const text = readFileSync(module, 'utf8')
  expect(text).toContain(place)
  writeFileSync(module, text.replace(place, fault))
  const { exitCode, stderr } = await twoloop('run', 'separable.yaml')
  expect(stderr.split('\n').filter((line) => line.startsWith('twoloop: '))).toEqual([expect.stringMatching(sentence)])
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(exitCode).toBe(1)
})
