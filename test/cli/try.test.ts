import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserFolder } from './folder.ts'

const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))

let folder: UserFolder

beforeEach(() => {
  folder = new UserFolder()
})

afterEach(() => {
  folder[Symbol.dispose]()
})

async function twoloop(...words: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...words], {
    cwd: folder.path,
    reject: false,
  })
  return { code: exitCode, stdout, stderr }
}

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
  expect(stdout).toContain('Nothing tells the simulation its parameter "y".')
  expect((await execa('ls', { cwd: folder.path })).stdout).toBe('experiment.json')
})

test('a program that stays is shown with the line that it reads', async () => {
  const script = 'echo \'{"ready": true}\'; while read line; do echo hello; echo \'{"result": 2}\'; done'
  const file = experiment({ program: ['sh', '-c', script] })
  const { code, stdout, stderr } = await twoloop('try', file, '--set', 'x=1', '--set', 'y=2', '--json')
  expect([code, stderr]).toEqual([0, 'hello'])
  const trial = JSON.parse(stdout)
  expect(trial).toMatchObject({ parameters: { x: 1, y: 2 }, came: { outcome: 'done', fitness: [2] }, warnings: [] })
  expect(Object.fromEntries(trial.started).line).toContain('{"id":1,"parameters":{"x":1,"y":2},"seed":')
})

test.each([
  ['{{"rmse": 1, "n": 2}}', 'there is none for error, but rmse, n.'],
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
