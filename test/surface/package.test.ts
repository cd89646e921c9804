import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const installed = join(root, 'node_modules')
let project: string

/** An empty project that has installed what `npm pack` makes, with its dependencies and nothing else. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'twoloop-package-'))
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', project]
  const file = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim()
  execFileSync('tar', ['xzf', file], { cwd: project })
  mkdirSync(join(project, 'node_modules'))
  renameSync(join(project, 'package'), join(project, 'node_modules/twoloop'))
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(project, 'node_modules/twoloop/package.json'), 'utf8'),
  )
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const place = join(project, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(installed, name), place)
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }))
})

afterAll(() => rmSync(project, { recursive: true, force: true, maxRetries: 5 }))

const node = (...words: string[]) => execFileSync(process.execPath, words, { cwd: project, encoding: 'utf8' })

/** What the compiler has to say of the files, as strict as it can be. */
function compile(...files: string[]): string {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false']
  const words = [...strict, '--module', 'nodenext', '--target', 'es2023', ...files]
  try {
    return node(join(installed, 'typescript/bin/tsc'), ...words)
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('a project that installed the package compiles strictly, its declarations too, and runs', () => {
  writeFileSync(
    join(project, 'search.ts'),
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
  expect(compile('search.ts')).toBe('')
  expect(node('search.js')).toMatch(/^finished 2 -?\d\n$/)
})

test('the installed command runs', () => {
  expect(node('node_modules/twoloop/dist/src/cli/main.js', '--help')).toContain('Usage: twoloop')
})

test('the package has no tests and no sources in it', () => {
  const files = readdirSync(join(project, 'node_modules/twoloop'), { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => /^(dist\/)?test\/|(?<!\.d)\.ts$/.test(file))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'CHANGELOG.md', 'dist/src/index.d.ts']))
})
