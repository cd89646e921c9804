import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserFolder } from './folder.ts'

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

const twoloop = (...words: string[]) => folder.twoloop(words)

const x = { type: 'real', low: -5, high: 5 }
const optimizer = { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 }

function experiment(optimizee: object): string {
  return folder.write('experiment.json', {
    optimizee: { parameters: { x, y: x }, objectives: { error: 'minimize' }, ...optimizee },
    optimizer,
  })
}

test('what a command is started with, what it prints and what came of it are shown, and there is no run', async () => {
  const file = experiment({ command: ['sh', '-c', 'echo working; echo "$0"', '{{"error": {x}, "text": "a b"}}'] })
  const { code, stdout, stderr } = await twoloop('try', file, '--set', 'x=-0.5', '--set', 'y=2')
  expect(code).toBe(0)
  expect(stderr).toContain('working\n')
  expect(stdout).toMatch(/^x {8}-0\.5\ny {8}2\n/)
  expect(stdout).toContain(`command  sh -c 'echo working; echo "$0"' '{"error": -0.5, "text": "a b"}'\n`)
  expect(stdout).toMatch(/\nerror {2}-0\.5\ntext {3}a b\n/)
  expect(stdout).toContain('Nothing tells the simulation its parameter "y": no placeholder and no input has it.')
  expect((await execa('ls', { cwd: folder.path })).stdout).toBe('experiment.json')
})

test('a program that stays is shown with the line that it reads', async () => {
  const script = 'echo \'{"ready": true}\'; while read line; do echo hello; echo \'{"result": 2}\'; done'
  const file = experiment({ program: ['sh', '-c', script] })
  const { code, stdout, stderr } = await twoloop('try', file, '--set', 'x=1', '--set', 'y=2', '--json')
  expect([code, stderr]).toEqual([0, 'hello\n(another individual, to compare)\nhello'])
  const trial = JSON.parse(stdout)
  expect(trial).toMatchObject({ parameters: { x: 1, y: 2 }, came: { outcome: 'done', fitness: [2] } })
  expect(trial.started.line).toContain('{"id":1,"parameters":{"x":1,"y":2},"seed":')
})

test.each([
  ['{{"rmse": 1, "n": 2}}', 'its result has no error, but rmse, n.'],
  ['{{"error": "small"}}', 'must return a finite number for error, got {"error":"small"}.'],
  ['three', 'The last line of standard output must be JSON, got "three".'],
])('a result %s is refused with what it has', async (result, sentence) => {
  const { code, stdout } = await twoloop('try', experiment({ command: ['echo', result] }))
  expect(code).toBe(1)
  expect(stdout).toContain(`failed  bad-result: `)
  expect(stdout).toContain(sentence)
})

test.each([
  ['depth=1', 'experiment.json: has no parameter "depth"; there are x, y'],
  ['x=7', 'experiment.json: x needs a number from -5 to 5, got 7'],
])('--set %s is refused', async (setting, sentence) => {
  const { code, stderr } = await twoloop('try', experiment({ command: ['echo', '{x}'] }), '--set', setting)
  expect(code).toBe(2)
  expect(stderr).toContain(sentence)
})

test('what lies in the directory of a command is shown, and nothing is left of it', async () => {
  folder.write('mesh.dat', 'mesh')
  folder.write('beam.inp', 'width {x}\n')
  const file = experiment({
    command: ['sh', '-c', 'cat beam.inp mesh.dat >&2; echo 3 > out.txt'],
    files: ['mesh.dat'],
    templates: ['beam.inp'],
    input: { file: 'params.json' },
    result: { error: { file: 'out.txt' } },
    keep: 'always',
  })
  const { code, stdout, stderr } = await twoloop('try', file, '--set', 'x=2', '--set', 'y=3', '--json')
  expect(code).toBe(0)
  expect(stderr).toContain('width 2\nmesh')
  const { started, files, came } = JSON.parse(stdout)
  expect(came).toEqual({ outcome: 'done', fitness: [3], outputs: null })
  expect(files).toEqual([
    { name: 'mesh.dat', link: `${folder.path}/mesh.dat` },
    { name: 'beam.inp', text: 'width 2\n' },
    { name: 'params.json', text: '{"x":2,"y":3}\n' },
  ])
  const directory = started['runs in'].replace(', its own', '')
  expect(started['result error']).toBe(`last value in ${directory}/out.txt`)
  expect(existsSync(directory)).toBe(false)
  expect(readdirSync(folder.path).sort()).toEqual(['beam.inp', 'experiment.json', 'mesh.dat'])
})

test('a result file that the user has stays as it was', async () => {
  folder.write('out/0-0.txt', 'kept')
  const file = experiment({
    command: ['sh', '-c', 'echo {x} {y} >&2; echo 7 > out/{generation}-{index}.txt'],
    result: { from: 'file', path: 'out/{generation}-{index}.txt' },
  })
  const { code, stdout } = await twoloop('try', file)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^error {2}7$/m)])
  expect(readdirSync(join(folder.path, 'out'))).toEqual(['0-0.txt'])
  expect(readFileSync(join(folder.path, 'out', '0-0.txt'), 'utf8')).toBe('kept')
})

test('what it prints may be more than a pipe holds', async () => {
  const file = experiment({ command: ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" "\\n"; echo 1'] })
  const { code, stderr } = await twoloop('try', file, '--json')
  expect(code).toBe(0)
  expect(stderr.length).toBeGreaterThan(3_000_000)
})

test('of several results that are all equal it is said so, and of another individual that fails', async () => {
  const same = await twoloop('try', experiment({ command: ['echo', '1'] }))
  expect(same.stdout).toMatch(/^Another individual, .*, gave the very same result; do its parameters reach/m)
  const once = experiment({ command: ['sh', '-c', 'test {x} = 2 && echo 1'] })
  const fails = await twoloop('try', once, '--set', 'x=2')
  expect(fails.code).toBe(0)
  expect(fails.stdout).toMatch(/^Another individual, .*, failed: exit: The command ended with exit code 1\.$/m)
})

test('an individual is judged by constraints: of parameters before anything is started, of results as they are recorded', async () => {
  const optimizee = {
    command: ['sh', '-c', 'echo started >&2; echo \'{{"error": {x}, "stress": {y}}}\''],
    parameters: { x, y: x },
    objectives: { error: 'minimize' },
    constraints: ['x >= 4.5', 'stress <= 2', 'error <= 10'],
  }
  const file = folder.write('constrained.json', { optimizee, optimizer })
  const drawn = await twoloop('try', file, '--set', 'y=3', '--json')
  expect(drawn.code).toBe(0)
  const { parameters, constraints } = JSON.parse(drawn.stdout)
  expect(parameters.x).toBeGreaterThanOrEqual(4.5)
  expect(constraints).toEqual({ 'x >= 4.5': 4.5 - parameters.x, 'stress <= 2': 1, 'error <= 10': parameters.x - 10 })
  const set = await twoloop('try', file, '--set', 'x=1', '--set', 'y=3')
  expect([set.code, set.stdout]).toEqual([2, ''])
  expect(set.stderr).toBe(
    `twoloop: ${file}: {"x":1,"y":3} violates the constraint "x >= 4.5" by 3.5; no search simulates what does`,
  )
})

test('the first guess of the file is tried, but for what is set', async () => {
  const optimizee = { command: ['echo', '{x}'], parameters: { x, y: x }, objectives: { error: 'minimize' } }
  const file = folder.write('guess.json', { optimizee, optimizer, start: [{ x: 4, y: 1 }] })
  const { stdout } = await twoloop('try', file, '--set', 'y=2', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ parameters: { x: 4, y: 2 }, came: { fitness: [4] } })
})

test('a module is tried as well: its reports, its result, and the parameters that it does not look at', async () => {
  const file = folder.write(
    'experiment.mjs',
    `import { defineExperiment, defineOptimizee, real } from 'twoloop'
     export default defineExperiment({
       optimizee: defineOptimizee({
         parameters: { x: real(-5, 5), y: real(-5, 5) },
         objectives: { error: 'minimize' },
         simulate: ({ parameters }, context) => {
           console.log('at', parameters.x)
           context.report(1, 2.5)
           setInterval(() => {}, 1000)
           return { error: parameters.x ** 2, late: Number.NaN }
         },
       }),
       optimizer: { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 },
     })`,
  )
  const { code, stdout, stderr } = await twoloop('try', file, '--set', 'x=2')
  expect([code, stderr.split('\n')[0]]).toEqual([0, 'at 2'])
  expect(stdout).toMatch(/^error {5}4\nlate {6}NaN\nreported {2}1 values, the last 2\.5 at step 1\n/m)
  expect(stdout).toMatch(/^The simulation did not look at its parameter "y"\.$/m)
  expect(stdout).not.toContain('Another individual')
})

test('a program that ends before it is ready has failed, with its last words', async () => {
  const { code, stdout, stderr } = await twoloop(
    'try',
    experiment({ program: ['sh', '-c', 'echo no licence >&2; exit 3'] }),
  )
  expect([code, stderr]).toEqual([1, 'no licence'])
  expect(stdout).toContain('ended with exit code 3 before it was ready')
})
