import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InstalledProject } from './installed-project.ts'

let project: InstalledProject

beforeAll(() => {
  project = new InstalledProject()
})

afterAll(() => project.remove())

test('a project that installed the package compiles strictly, its declarations too, and runs', () => {
  writeFileSync(
    project.at('search.ts'),
    `import { defineOptimizee, Experiment, GeneticAlgorithm, real } from 'twoloop'

const valley = defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-5, 5) },
  objectives: { height: 'minimize' },
  simulate: ({ parameters: { x } }) => ({ height: x ** 2, side: x < 0 ? 'left' : 'right' }),
})
export default valley

if (process.argv[1] === import.meta.filename) {
  await using experiment = new Experiment({ root: 'runs' })
  await experiment.prepareExperiment({ name: 'valley', runner: { workers: 1 } })
  const optimizer = new GeneticAlgorithm(valley, { generations: 3, populationSize: 4, seed: 1 })
  const { status } = await experiment.runExperiment(optimizer, valley)
  const { trajectory } = await experiment.endExperiment(optimizer)
  console.log(status, trajectory.generation, trajectory.best(1)[0]?.individual.parameters.x.toFixed(0))
}
`,
  )
  expect(project.compile('search.ts')).toBe('')
  expect(project.node('search.js')).toMatch(/^finished 2 -?\d\n$/)
})

test('the installed command runs an example of the README from where it lies in the package', () => {
  const example = 'node_modules/twoloop/test/examples/influenza.ts'
  project.twoloop('run', example, '--generations', '2', '--root', 'runs', '--set', 'runner.workers=1')
  const shown = JSON.parse(project.twoloop('show', 'runs/influenza', '--json'))
  expect(shown).toMatchObject({ status: 'finished', generations: 2, evaluations: { failed: 0 } })
})

test('what a module imports of the package, itself or by way of another, is what the command has: its errors are its own', () => {
  const other = project.at('node_modules/other')
  mkdirSync(other)
  const described = { name: 'other', type: 'module', exports: './index.js', peerDependencies: { twoloop: '*' } }
  writeFileSync(`${other}/package.json`, JSON.stringify(described))
  writeFileSync(`${other}/index.js`, `export { ConfigurationError as Own } from 'twoloop'`)
  const file = project.at('refusing.ts')
  for (const [name, from] of [
    ['ConfigurationError', 'twoloop'],
    ['Own', 'other'],
  ]) {
    writeFileSync(file, `import { ${name} } from '${from}'; throw new ${name}('The moon is not full.')`)
    expect(() => project.twoloop('run', file)).toThrow(/^twoloop: The moon is not full\.$/m)
  }
})

test('an editor finds the schema of what init writes, relative to the project, which may be moved', () => {
  project.twoloop('init', 'searches/cup')
  const [first] = readFileSync(project.at('searches/cup/experiment.yaml'), 'utf8').split('\n')
  const [, schema] = first!.match(/^# yaml-language-server: \$schema=(\S+)$/)!
  expect(schema).toBe('../../node_modules/twoloop/dist/schema.json')
  const shipped = JSON.parse(readFileSync(resolve(project.at('searches/cup'), schema!), 'utf8'))
  expect(shipped).toEqual(JSON.parse(project.twoloop('schema')))
})

test('whoever imports the laws of optimizers without what they are tested with is told what to install', () => {
  const load = () => project.node('--eval', `import('twoloop/testing').catch(({ message }) => console.log(message))`)
  const needed = 'twoloop/testing needs vitest and fast-check, peer dependencies of which'
  expect(load()).toBe(`${needed} vitest is not there: npm install --save-dev vitest fast-check\n`)
  project.install('vitest')
  expect(load()).toBe(`${needed} fast-check is not there: npm install --save-dev vitest fast-check\n`)
})

test("an optimizer from outside joins the package's contract suite", () => {
  project.install('fast-check')
  const example = project.at('node_modules/twoloop/test/examples/optimizers/steady-search.ts')
  copyFileSync(example, project.at('steady-search.ts'))
  const [, suite] = readFileSync(project.at('node_modules/twoloop/docs/optimizers.md'), 'utf8').match(
    /```ts\n(import \{ testOptimizer[\s\S]*?)```/,
  )!
  writeFileSync(project.at('steady-search.test.ts'), suite!)
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--maxWorkers=1', '--testTimeout=600000']
  const { numPassedTests, numFailedTests } = JSON.parse(project.node(...vitest))
  expect(numFailedTests).toBe(0)
  expect(numPassedTests).toBeGreaterThan(10)
})
