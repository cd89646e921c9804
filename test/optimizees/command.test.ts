import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import command from '../../optimizees/command/command.ts'
import type { CommandOptions } from '../../optimizees/command/options.ts'
import { MedianStopping } from '../../optimizers/median-stopping.ts'
import { findMissingAbility } from '../../src/core/abilities.ts'
import { readResult, type SimulationFailure } from '../../src/core/evaluation.ts'
import type { ParameterDefinition } from '../../src/core/space.ts'
import { eventually } from '../processes.ts'
import { contextOf, failureOf, individual } from './context.ts'
import { isRunning, killLeft, pidsIn, until } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'twoloop-command-'))
/** What commands print is passed on to here; it would only get between the lines about tests. */
const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
beforeEach(() => void printed.mockClear())
afterAll(() => printed.mockRestore())
afterAll(killLeft)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const place = (name: string) => join(folder, name)

const x: ParameterDefinition = { type: 'real', low: 0, high: 1 }
const node = process.execPath
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/commands/${name}.mjs`, import.meta.url))
const run = (name: string, ...args: string[]) => [node, fixture(name), ...args]

function make(texts: readonly string[], more: Partial<CommandOptions> = {}) {
  const parameters = [['x', x]] as const
  return command({ command: texts, parameters, objectives: { error: 'minimize' }, result: { from: 'stdout' }, ...more })
}

function simulate(optimizee: ReturnType<typeof make>, context: Parameters<typeof contextOf>[1] = {}, point = {}) {
  const one = individual<Record<string, unknown>>({ x: 0.5, ...point })
  return Promise.resolve(optimizee.simulate(one, contextOf(one, context)))
}

test('a command is told its parameters and which individual it is, and no shell reads them', async () => {
  const parameters: [string, ParameterDefinition][] = [
    ['rate', x],
    ['steps', { type: 'integer', low: 1, high: 10 }],
    ['na.me ü', { type: 'choice', values: ['$HOME; "rm" \'-rf\' *', 'b'] }],
    ['on', { type: 'boolean' }],
    ['offsets', { type: 'vector', of: x, length: 2 }],
    ['__proto__', x],
  ]
  const args = ['{rate}', '--n={steps}', '{na.me ü}', '{on}', '{offsets}', '{__proto__}', '{{{steps}}}']
  const names = ['{seed}/{generation}/{index}/{attempt}', '{parameters}']
  const optimizee = make([...run('tell-arguments'), ...args, ...names], { parameters })
  const point = optimizee.space.fromValues([1e-9, 7, '$HOME; "rm" \'-rf\' *', true, [0.25, 1], 0.5])
  const one = individual(point)
  const result = await optimizee.simulate(one, contextOf(one, { attempt: 2 }))
  const told = (result as { arguments: string[] }).arguments
  expect(told.slice(0, -1)).toEqual([
    '1e-9',
    '--n=7',
    '$HOME; "rm" \'-rf\' *',
    'true',
    '[0.25,1]',
    '0.5',
    '{7}',
    '5/3/4/2',
  ])
  expect(Object.entries(JSON.parse(told.at(-1)!)).sort()).toEqual(Object.entries(point).sort())
})

test('a command finds the same in its environment and what the experiment puts there, and nothing that is its runner’s', async () => {
  const environment = { TEST_COLOUR: '{{{x}}} of {index}' }
  const optimizee = make(run('tell-arguments'), { environment, workingDirectory: folder })
  for (const name of ['TWOLOOP_WARNED', 'PMI_RANK']) vi.stubEnv(name, 'of the runner that has started this one')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await simulate(optimizee)).toEqual({
    error: 1,
    arguments: [],
    directory: folder,
    environment: {
      TEST_COLOUR: '{0.5} of 4',
      TWOLOOP_GENERATION: '3',
      TWOLOOP_INDEX: '4',
      TWOLOOP_SEED: '5',
      TWOLOOP_ATTEMPT: '1',
      TWOLOOP_GROUP: expect.any(String),
    },
  })
})

const hasPython = spawnSync('python3', ['--version']).status === 0
test.skipIf(!hasPython && process.env.TWOLOOP_TEST_REQUIRE !== 'all')(
  'a simulation in Python is a command as any other (skipped where there is no python3)',
  async () => {
    const program = 'import json, sys; x = json.loads(sys.argv[1])["x"]; print(json.dumps({"error": x ** 2, "x": x}))'
    const parameters = [
      ['x', x],
      ['program', { type: 'choice', values: [program] }],
    ] as const
    const optimizee = make(['python3', '-c', '{program}', '{parameters}'], { parameters })
    expect(await simulate(optimizee, {}, { x: 0.5, program })).toEqual({ error: 0.25, x: 0.5 })
  },
)

test('an optimizer that goes by reports does not take a command, which has no way to give any', () => {
  expect(findMissingAbility(MedianStopping.abilities, make(run('say', '1')), 'arrival')).toBe(
    'stops simulations by what they report, and a command reports nothing (a `program` can)',
  )
})

test('what a command prints is passed on', async () => {
  await simulate(make(run('say', 'one', 'two', '3')))
  expect(Buffer.concat(printed.mock.calls.map(([chunk]) => Buffer.from(chunk))).toString()).toBe('one\ntwo\n3\n')
})

test('an individual gets a directory when its command asks for one, and only then', async () => {
  let asked = 0
  const directory = () => {
    asked++
    return folder
  }
  const told = await simulate(make([...run('tell-arguments'), '{directory}/a', '{directory}/b']), { directory })
  expect(told).toMatchObject({ arguments: [place('a'), place('b')], environment: { TWOLOOP_DIRECTORY: folder } })
  await simulate(make(run('tell-arguments')), { directory })
  expect(asked).toBe(1)
})

test.each([
  [
    'a placeholder without a parameter',
    ['sim', '{stifness}'],
    '"{stifness}" has the placeholder {stifness} without a parameter; did you mean {stiffness}?',
  ],
  [
    'a reserved name that is misspelt',
    ['sim', '{directry}'],
    '"{directry}" has the placeholder {directry} without a parameter; did you mean {directory}?',
  ],
  ['literal braces', ['sim', '{"x": 1}'], 'literal braces are {{ and }}'],
  ['an opening brace', ['sim', 'a{b'], '"a{b" has a { that stands alone; a literal one is {{'],
  ['a closing brace', ['sim', 'a}b'], '"a}b" has a } that stands alone; a literal one is }}'],
  ['no program', [], 'a command needs at least a program, got none'],
])('a command with %s is refused when it is made', (_, texts, sentence) => {
  const parameters = [['stiffness', x]] as const
  expect(() => make(texts, { parameters })).toThrow(sentence)
})

test('a parameter with the name of another placeholder is refused', () => {
  const parameters = [['seed', x]] as const
  expect(() => make(['sim'], { parameters })).toThrow('a parameter cannot be called seed')
})

test.each([
  ['a number', ['noise', '0.25', '', ' '], { fitness: [0.25] }],
  ['an array', ['[0.5]'], { fitness: [0.5] }],
  [
    'an object, whose other keys are outputs',
    ['{"error": 2, "curve": [1, 2]}'],
    { fitness: [2], outputs: { curve: [1, 2] } },
  ],
])('the last line of standard output may be %s', async (_, lines, read) => {
  // As parameters: the braces of the result mean nothing there.
  const parameters = lines.map((line, i) => [`line ${i}`, { type: 'choice', values: [line] }] as const)
  const optimizee = make([...run('say'), ...lines.map((_, i) => `{line ${i}}`)], { parameters })
  const point = optimizee.createIndividual(contextOf({ seed: 1 }).random)
  expect(readResult(await simulate(optimizee, {}, point), ['error'])).toEqual(read)
})

test.each([
  ['nothing', [''], 'The command printed no result; wanted JSON in the last line of its standard output.'],
  ['garbage', ['1', 'Done in 3 s'], 'The last line of standard output must be JSON, got "Done in 3 s".'],
  ['a long text', ['x'.repeat(200)], `The last line of standard output must be JSON, got "${'x'.repeat(80)}" ....`],
])('a command that prints %s has failed with the beginning of it', async (_, lines, message) => {
  expect(await failureOf(simulate(make(run('say', ...lines))))).toEqual({ kind: 'bad-result', message })
})

test('a result is found behind any amount of other output, unless it is too long itself', async () => {
  expect(await simulate(make(run('print-much', '10', '42')))).toBe(42)
  const failure = await failureOf(simulate(make([node, '-e', 'console.log("1".repeat(2 ** 22))'])))
  expect(failure).toMatchObject({ kind: 'bad-result', message: expect.stringContaining('longer than 1048576 bytes') })
})

test('a result file lies in the directory that the command was told', async () => {
  const directory = () => folder
  const texts = [...run('write-file'), '{directory}/out 4.json', '{{"error": 3, "shape": "round"}}\n']
  const result = { from: 'file', path: 'out {index}.json' } as const
  expect(await simulate(make(texts, { result }), { directory })).toEqual({ error: 3, shape: 'round' })
})

test('a result file may lie where the command runs if its name is of one individual', async () => {
  const result = { from: 'file', path: 'out-{generation}-{index}.json' } as const
  const optimizee = make(run('write-file', 'out-3-4.json', '[8]'), { result, workingDirectory: folder })
  expect(await simulate(optimizee)).toEqual([8])
  const twin = individual<Record<string, unknown>>({ x: 0.5 }, { replicate: 1 })
  const failure = await failureOf(Promise.resolve(optimizee.simulate(twin, contextOf(twin))))
  expect(failure.message).toBe(
    'The result file is the same for all replicates of a point; let the command write it to {directory}.',
  )
})

test('a file name that individuals would share makes the command run in the directory of its individual', async () => {
  const own = join(folder, 'own')
  mkdirSync(own, { recursive: true })
  writeFileSync(place('value.txt'), '7')
  const program = 'fs = require("fs"); fs.writeFileSync("result.json", fs.readFileSync(process.argv[1]))'
  const result = { from: 'file', path: 'result.json' } as const
  const optimizee = make([node, '-e', program, 'value.txt'], { result, workingDirectory: folder, keep: 'always' })
  expect(await simulate(optimizee, { directory: () => own })).toBe(7)
  expect(readFileSync(join(own, 'result.json'), 'utf8')).toBe('7')
})

test('an absolute result file that individuals would share is refused', () => {
  const result = { from: 'file', path: '/tmp/result.json' } as const
  expect(() => make(['sim'], { result })).toThrow('would be the same for all individuals')
})

test('what an earlier attempt left in the result file is not taken', async () => {
  writeFileSync(place('stale.json'), '1')
  const optimizee = make(run('say', '2'), { result: { from: 'file', path: '{directory}/stale.json' } })
  const failure = await failureOf(simulate(optimizee, { directory: () => folder }))
  expect(failure).toEqual({ kind: 'bad-result', message: `The command left no result file ${place('stale.json')}.` })
})

test('a result file that is not JSON is shown', async () => {
  const texts = [...run('write-file'), '{directory}/bad.json', '{{"error": ']
  const optimizee = make(texts, { result: { from: 'file', path: 'bad.json' } })
  const failure = await failureOf(simulate(optimizee, { directory: () => folder }))
  expect(failure.message).toBe(`The result file ${place('bad.json')} must be JSON, got "{\\"error\\":".`)
})

test('exit codes and signals are recorded, whatever was printed', async () => {
  expect(await failureOf(simulate(make(run('end-with', '3'))))).toEqual({
    kind: 'exit',
    message: 'The command ended with exit code 3.',
    exitCode: 3,
  })
  expect(await failureOf(simulate(make(run('end-with', 'SIGSEGV'))))).toEqual({
    kind: 'exit',
    message: 'The command was ended by SIGSEGV.',
    signal: 'SIGSEGV',
  })
})

test('a command that cannot be started says why', async () => {
  const why = async (...of: Parameters<typeof make>) => {
    const { kind, message } = await failureOf(simulate(make(...of)))
    return `${kind}: ${message}`
  }
  expect(await why(['no-such-program'])).toBe(
    'threw: The command "no-such-program" cannot be started: there is no such program.',
  )
  mkdirSync(place('not-a-program'))
  expect(await why([place('not-a-program')])).toContain('cannot be started: it is not executable.')
  expect(await why([node], { workingDirectory: place('nowhere') })).toContain(
    `cannot be started: there is no working directory ${place('nowhere')}.`,
  )
  const long = ['x'.repeat(2 ** 22)]
  expect(await why([node, '-e', '1', ...long])).toContain('cannot be started: its arguments are too long.')
})

test('a timeout ends the whole process group, even if it does not want to', async () => {
  const controller = new AbortController()
  const pidFile = place('timeout')
  const simulation = failureOf(simulate(make(run('leave-grandchild', pidFile, 'stay')), { signal: controller.signal }))
  const pids = await pidsIn(pidFile)
  const stubborn = place('stubborn')
  const other = failureOf(simulate(make(run('ignore-sigterm', stubborn)), { signal: controller.signal }))
  pids.push(...(await pidsIn(stubborn)))
  expect(pids.every(isRunning)).toBe(true)
  controller.abort(Object.assign(new Error('it took longer than 5 ms'), { name: 'TimeoutError' }))
  const failure = { kind: 'timeout', message: 'The command was ended: it took longer than 5 ms.' }
  expect(await simulation).toEqual(failure)
  expect(await other).toEqual(failure)
  await until(() => !pids.some(isRunning))
})

test('a command that is stopped for another reason fails for that reason', async () => {
  const controller = new AbortController()
  const pidFile = place('stopped')
  const simulation = simulate(make(run('leave-grandchild', pidFile, 'stay')), { signal: controller.signal })
  const pids = await pidsIn(pidFile)
  const reason = new Error('the worker was asked to end')
  controller.abort(reason)
  await expect(simulation).rejects.toBe(reason)
  await until(() => !pids.some(isRunning))
})

test('a command is not started when its result is not wanted any more', async () => {
  const simulation = simulate(make(['no-such-program']), { signal: AbortSignal.abort(new Error('too late')) })
  await expect(simulation).rejects.toThrow('too late')
})

test('what a command leaves behind in its process group is killed when it has ended', async () => {
  const pidFile = place('left')
  expect(await simulate(make(run('leave-grandchild', pidFile, 'end')))).toBe(7)
  const pids = await pidsIn(pidFile)
  await until(() => !pids.some(isRunning))
})

const scatter = fileURLToPath(new URL('../fixtures/commands/scatter.sh', import.meta.url))

test('a timeout also ends what left the process group, with or without its environment', async () => {
  const controller = new AbortController()
  const pidFile = place('scattered')
  const simulation = failureOf(simulate(make(['sh', scatter, pidFile, 'stay']), { signal: controller.signal }))
  const pids = await pidsIn(pidFile)
  expect(pids).toHaveLength(3)
  expect(pids.every(isRunning)).toBe(true)
  controller.abort(Object.assign(new Error('it took longer than 5 ms'), { name: 'TimeoutError' }))
  expect(await simulation).toMatchObject({ kind: 'timeout' })
  const [own, ...apart] = pids
  expect(apart.some(isRunning)).toBe(false) // waited for, as it may hold files and memory for a moment
  await until(() => !isRunning(own!))
})

test('a process that left the group and holds standard output is ended, and what it would print is no result', async () => {
  const pidFile = place('apart')
  expect(await simulate(make(['sh', scatter, pidFile, 'end']))).toBe(7)
  const pids = await pidsIn(pidFile)
  expect(pids).toHaveLength(2)
  await until(() => !pids.some(isRunning))
})

test('a flag is a word of the command where its parameter is true, and of nothing else', async () => {
  const parameters: [string, ParameterDefinition][] = [
    ['x', x],
    ['verbose', { type: 'boolean' }],
  ]
  const code = 'console.log(JSON.stringify({{ error: 0, words: process.argv.slice(1) }}))'
  const optimizee = make([node, '-e', code, '--', 'a', '{verbose?--level={x}}', 'b'], { parameters })
  const wordsOf = async (verbose: boolean) => {
    const result = readResult(await simulate(optimizee, {}, { verbose }), ['error'])
    return 'outputs' in result && result.outputs?.words
  }
  expect(await wordsOf(true)).toEqual(['a', '--level=0.5', 'b'])
  expect(await wordsOf(false)).toEqual(['a', 'b'])
  expect(() => make([node, '{x?--fast}'])).toThrow(
    '"{x?--fast}" is a flag and needs the name of a boolean parameter, or of one with a condition, but x is of the type real',
  )
  expect(() => make([node, '{quiet?--fast}'])).toThrow('but quiet is no parameter')
  expect(() => make(['{verbose?node}'], { parameters })).toThrow('a command needs a program first, got a flag')
})

test('a command of a problem with a budget is told how much is wanted, and where it goes on and leaves off', async () => {
  const budget = { name: 'steps', low: 1, high: 81 }
  const words = ['{budget}', '{checkpoint}', '{restore?--from}', '{restore?{restore}}']
  const optimizee = make(run('tell-arguments', ...words), { budget })
  const one = individual<Record<string, unknown>>({ x: 0.5 }, { budget: 27 })
  const tell = async (restore: string | undefined) => {
    const context = contextOf(one, { checkpoint: () => '/to', restore: () => restore })
    return (await optimizee.simulate(one, context)) as { arguments: string[]; environment: object }
  }
  const first = await tell(undefined)
  expect(first.arguments).toEqual(['27', '/to'])
  expect(first.environment).toMatchObject({ TWOLOOP_BUDGET: '27', TWOLOOP_CHECKPOINT: '/to' })
  expect(first.environment).not.toHaveProperty('TWOLOOP_RESTORE')
  const further = await tell('/from')
  expect(further.arguments).toEqual(['27', '/to', '--from', '/from'])
  expect(further.environment).toMatchObject({ TWOLOOP_RESTORE: '/from' })
  expect(() => make(run('tell-arguments', '{budget}'))).toThrow('has the placeholder {budget} without a parameter')
  const parameters = [['budget', x]] as const
  expect(() => make(['true'], { budget, parameters })).toThrow('a parameter cannot be called budget')
  const own = make(run('tell-arguments', '{budget}'), { parameters })
  const named = individual<Record<string, unknown>>({ budget: 0.25 })
  expect(await own.simulate(named, contextOf(named))).toMatchObject({ arguments: ['0.25'] })
})

test('at its timeout the cause names the job step of Slurm that the command waits for', async () => {
  const srun = place('srun')
  const waits = place('waits')
  writeFileSync(srun, '#!/bin/sh\n: >"$1"\nsleep 600\n', { mode: 0o755 })
  const one = individual({ x: 0.5 })
  const controller = new AbortController()
  const simulated = make(['/bin/sh', '-c', '"$0" "$1" -n4; echo 1', srun, waits]).simulate(
    one,
    contextOf(one, { signal: controller.signal }),
  )
  const failed = Promise.resolve(simulated).catch((error: unknown) => error as SimulationFailure)
  await eventually(() => existsSync(waits), 'the step waits')
  controller.abort(Object.assign(new Error('it took longer than 5 ms'), { name: 'TimeoutError' }))
  const { cause } = (await failed) as SimulationFailure
  expect(cause.kind).toBe('timeout')
  expect(cause.message).toContain(
    `The command was ended: it took longer than 5 ms; its job step "/bin/sh ${srun} ${waits} -n4" had not ended`,
  )
})

test('what names a parameter that does not apply is left out: words of the command, lines of a template', async () => {
  writeFileSync(place('deck.inp'), 'solver {solver}\nstep = {step}\ntolerance = {tolerance} ! relative\nend\n')
  const parameters: [string, ParameterDefinition][] = [
    ['solver', { type: 'choice', values: ['rk4', 'adaptive'] }],
    ['step', { ...x, when: { solver: 'rk4' } }],
    ['tolerance', { ...x, when: { solver: 'adaptive' } }],
    ['dense', { type: 'boolean', when: { solver: 'adaptive' } }],
  ]
  const words = [
    '{solver}',
    '--step={step}',
    '{tolerance?--tolerance}',
    '{tolerance}',
    '{dense?--dense}',
    '{parameters}',
  ]
  const optimizee = make([...run('tell-arguments'), ...words], {
    parameters,
    templates: ['deck.inp'],
    workingDirectory: folder,
  })
  const told = (point: Record<string, unknown>) => {
    const { files, facts } = optimizee.explain!(individual<Record<string, unknown>>(point), {
      attempt: 1,
      directory: () => folder,
      checkpoint: () => folder,
      restore: () => undefined,
    })
    const command = facts.find(([label]) => label === 'command')![1]
    return { words: command.split('tell-arguments.mjs ')[1], deck: (files[0] as { text: string }).text }
  }
  expect(told({ solver: 'rk4', step: 0.5 })).toEqual({
    words: `rk4 --step=0.5 '{"solver":"rk4","step":0.5}'`,
    deck: 'solver rk4\nstep = 0.5\nend\n',
  })
  expect(told({ solver: 'adaptive', tolerance: 0.25, dense: false })).toEqual({
    words: `adaptive --tolerance 0.25 '{"solver":"adaptive","tolerance":0.25,"dense":false}'`,
    deck: 'solver adaptive\ntolerance = 0.25 ! relative\nend\n',
  })
  expect(() => make(['run-{step}'], { parameters })).toThrow(
    'the program cannot be named by {step}: that parameter has a condition, and may be absent',
  )
  const result = { from: 'file', path: '{directory}/{step}.json' } as const
  expect(() => make(['run'], { parameters, result })).toThrow('the result file cannot be named by {step}')
})
