import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { callExperiment, type ExperimentOptions, moduleFunction } from '../../src/batch/grid/index.ts'
import { physicalCores, processCount } from '../../src/batch/grid/physical-cores.ts'
import { build } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const folder = fileURLToPath(new URL('../fixtures/grid/', import.meta.url))
const thunk = (name: string) => join(folder, `${name}.ts`)
const quiet = { print: () => {} }

async function call(name: string, options: ExperimentOptions = {}, dataDir = temporaryDirectory()) {
  return callExperiment('test', thunk(name), { dataDir, ...options }, quiet)
}

test('a thunk is called with its keyword arguments, the seed, and what its logger is made with', async () => {
  const dataDir = temporaryDirectory()
  const { directory, result } = await call(
    'tell',
    { seed: 7, lr: 0.1, net: { hid: [32, null] }, no: undefined },
    dataDir,
  )
  expect(directory).toBe(join(dataDir, 'test', 'test_s7'))
  expect(result).toMatchObject({
    given: { lr: 0.1, net: { hid: [32, null] }, seed: 7, loggerKwargs: { outputDir: directory, expName: 'test' } },
    kwargs: ['loggerKwargs', 'lr', 'net', 'seed'],
  })
})

test('the seed is 0, and the logger is another, unless they are given', async () => {
  const outputDir = temporaryDirectory()
  expect((await call('tell')).result).toMatchObject({ given: { seed: 0 } })
  const own = { outputDir, expName: 'own' }
  const { directory, result } = await call('tell', { loggerKwargs: own })
  expect(directory).toBe(outputDir)
  expect(result).toMatchObject({ given: { loggerKwargs: own } })
})

test('what is said of the logger is said beside what it is made with', async () => {
  const { directory, result } = await call('tell', { loggerKwargs: { outputFname: 'table.txt' } })
  expect(result).toMatchObject({
    given: { loggerKwargs: { outputDir: directory, expName: 'test', outputFname: 'table.txt' } },
  })
})

test('a thunk may be named by a path, a URL, or as an export of a module', async () => {
  const dataDir = temporaryDirectory()
  const url = pathToFileURL(thunk('tell'))
  for (const named of [url, moduleFunction(url), moduleFunction(thunk('tell'), 'default')]) {
    expect((await callExperiment('test', named, { dataDir, a: 1 }, quiet)).result).toMatchObject({ given: { a: 1 } })
  }
  const square = moduleFunction(thunk('functions'), 'square')
  expect((await callExperiment('test', square, { dataDir }, quiet)).result).toBe(Number.NaN)
})

test('the directory has its configuration from the start, as the thunk was given it', async () => {
  const { directory } = await call('tell', { seed: 3, act: moduleFunction(thunk('functions'), 'relu') })
  const text = readFileSync(join(directory!, 'config.json'), 'utf8')
  expect(JSON.parse(text)).toEqual({
    act: 'relu',
    exp_name: 'test',
    loggerKwargs: { expName: 'test', outputDir: directory },
    seed: 3,
  })
  expect(text).toMatch(/^\{\n {4}"act":\t"relu",\n {4}"exp_name":\t"test",\n/)
})

test('with a datestamp the directories say when, which is an argument', async () => {
  const dataDir = temporaryDirectory()
  const now = new Date(2025, 11, 31, 23, 59, 1)
  const { directory } = await callExperiment(
    'test',
    thunk('tell'),
    { dataDir, datestamp: true, seed: 2 },
    { now, ...quiet },
  )
  expect(directory).toBe(join(dataDir, '2025-12-31_test', '2025-12-31_23-59-01-test_s2'))
  expect(existsSync(join(directory!, 'config.json'))).toBe(true)
})

test('what is run is shown with its arguments', async () => {
  let shown = ''
  const print = (text: string) => {
    shown += text
  }
  await callExperiment('test', thunk('tell'), { dataDir: temporaryDirectory(), lr: 1e-5 }, { print })
  expect(shown).toMatch(/^Running experiment:\n\ntest\n\nwith kwargs:\n\n\{\n/)
  expect(shown).toContain('"lr":\t1e-05')
})

test('every experiment has a fresh process: nothing that one leaves is found by the next', async () => {
  const cwd = process.cwd()
  const first = (await call('leave-traces')).result as { pid: number }
  const second = (await call('leave-traces')).result as { pid: number }
  for (const found of [first, second]) {
    expect(found).toMatchObject({ calls: 1, callsOfModule: 1, left: 'nothing' })
    expect(found.pid).not.toBe(process.pid)
  }
  expect(second.pid).not.toBe(first.pid)
  expect([process.env.LEFT, process.cwd(), [1, 2].at(-1)]).toEqual([undefined, cwd, 2])
})

test('arguments larger than a command line takes go by file, and nothing of them is left', async () => {
  const dataDir = temporaryDirectory()
  const folder = ownTemporaryFolder()
  const text = 'x'.repeat(5_000_000)
  const { result } = await call('tell', { text, numbers: new Float64Array(50_000).fill(0.5) }, dataDir)
  const { given } = result as { given: { text: string; numbers: number[] } }
  expect(given.text).toBe(text)
  expect([given.numbers.length, given.numbers[49_999]]).toEqual([50_000, 0.5])
  expect(readdirSync(folder)).toEqual([])
})

test('arguments are on no command line and, once they are read, on no disk', async () => {
  const file = join(temporaryDirectory(), 'pids')
  const options = { file, secret: 'open sesame', dataDir: temporaryDirectory() }
  const folder = ownTemporaryFolder()
  const controller = new AbortController()
  const ended = callExperiment('test', thunk('busy'), options, { signal: controller.signal, ...quiet })
  ended.catch(() => {})
  const [pid] = await pidsIn(file)
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('sesame')
  while (readdirSync(folder).length > 0) await setTimeout(10)
  controller.abort(new Error('enough'))
  await expect(ended).rejects.toThrow('enough')
})

test.each([
  [
    'throw',
    { kind: 'threw', message: 'RangeError: the experiment broke', stack: expect.stringContaining('count-calls.ts:') },
  ],
  ['exit', { kind: 'exit', message: "The experiment's process ended with exit code 3.", exitCode: 3 }],
  ['kill', { kind: 'exit', message: "The experiment's process was ended by SIGKILL.", signal: 'SIGKILL' }],
  [
    'wait',
    {
      kind: 'exit',
      message: "The experiment's process ended with exit code 13: it waited for what cannot come.",
      exitCode: 13,
    },
  ],
  ['stray', { kind: 'threw', message: 'Error: a stray error', stack: expect.any(String) }],
])('an experiment that ends by %s fails with the cause', async (end, cause) => {
  const file = join(temporaryDirectory(), 'calls')
  await expect(call('count-calls', { file, end })).rejects.toMatchObject({ name: 'SimulationFailure', cause })
})

test('an experiment that ends itself with exit code 0 has ended well', async () => {
  const file = join(temporaryDirectory(), 'calls')
  expect((await call('count-calls', { file, end: 'quietly' })).result).toBeNull()
})

test('functions are given as what a module exports, at any depth, and an environment by the module that makes it', async () => {
  const functions = (name: string) => moduleFunction(thunk('functions'), name)
  const { result } = await call('functions', {
    activation: functions('relu'),
    nested: { functions: [functions('square'), functions('relu')] },
    envName: thunk('cart'),
    envKwargs: { length: 3 },
  })
  expect(result).toEqual({
    activated: 0,
    nested: [4, 0],
    environment: { pole: 3 },
    others: ['loggerKwargs', 'seed'],
  })
})

test('a name of an environment that is no module is left to the thunk', async () => {
  expect((await call('tell', { envName: 'CartPole-v0' })).result).toMatchObject({ given: { envName: 'CartPole-v0' } })
})

test('several processes run one experiment, and their statistics are those of all', async () => {
  const { directory, result } = await call('ranks', { numCpu: 3 })
  expect(result).toEqual({ ranks: [0, 1, 2], size: 3, threads: '1' })
  const values = [1, 2, 3, 10, 20, 30]
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - 11) ** 2, 0) / 6)
  const row = `\t11\t${deviation}\t30\t1\n`
  expect(readFileSync(join(directory!, 'progress.txt'), 'utf8')).toBe(
    `Epoch\tAverageValue\tStdValue\tMaxValue\tMinValue\n0${row}1${row}`,
  )
})

test('one process that breaks ends the others, and is the reason', async () => {
  await expect(call('ranks', { numCpu: 3, broken: 1 })).rejects.toThrow('Error: rank 1 broke')
})

test('one process is one that all cores belong to', async () => {
  expect((await call('ranks')).result).toEqual({ ranks: [0], size: 1, threads: process.env.OMP_NUM_THREADS ?? 'any' })
})

test('auto is one process for each physical core', () => {
  const core = (physical: number, id: number) => `processor\t: 0\nphysical id\t: ${physical}\ncore id\t\t: ${id}\n`
  expect(physicalCores([core(0, 0), core(0, 1), core(0, 0), core(1, 0)].join('\n'))).toBe(3)
  expect(processCount('auto')).toBeGreaterThanOrEqual(1)
})

test.each([
  [{ seed: -1 }, 'seed needs a whole number of at least 0, got -1'],
  [{ seed: 1.5 }, 'seed needs a whole number of at least 0, got 1.5'],
  [{ numCpu: 0 }, 'numCpu needs a whole number of at least 1, or auto, got 0'],
  [{ numCpu: 1.5 }, 'numCpu needs a whole number of at least 1, or auto, got 1.5'],
  [{ act: () => {} }, /^act needs data that a fresh process can be given, got a function; /],
  [{ act: moduleFunction(thunk('nowhere')) }, /nowhere\.ts: there is no such module, looked for at /],
] as [ExperimentOptions, string | RegExp][])('%j is refused before anything is made', async (options, sentence) => {
  const dataDir = temporaryDirectory()
  await expect(call('tell', options, dataDir)).rejects.toThrow(sentence)
  expect(readdirSync(dataDir)).toEqual([])
})

test.each([
  [
    () => 3,
    /^a thunk needs to be the path or URL of a module .*, got a function, which a fresh process cannot be given$/,
  ],
  ['', /^a thunk needs to be the path or URL of a module .*, got ""$/],
  [join(folder, 'nowhere.ts'), /nowhere\.ts: there is no such module/],
  [join(folder, 'no-function.ts'), 'needs to be a function, got object'],
  [join(folder, 'breaks-on-import.ts'), /breaks-on-import\.ts threw while it was imported: it broke on import$/],
  [moduleFunction(thunk('functions'), 'tanh'), /functions\.ts has no export tanh$/],
])('the thunk %s is refused with one sentence', async (named, sentence) => {
  const options = { dataDir: temporaryDirectory() }
  await expect(callExperiment('test', named as string, options, quiet)).rejects.toThrow(sentence)
})

test('the name of a directory that no directory can have is refused', async () => {
  const options = { dataDir: temporaryDirectory() }
  await expect(callExperiment('../test', thunk('tell'), options, quiet)).rejects.toThrow(
    'an experiment needs a name that a directory can have, got "../test"',
  )
})

test('an experiment that is not wanted any more ends with all that it has started, even in a long calculation', async () => {
  const file = join(temporaryDirectory(), 'pids')
  const controller = new AbortController()
  const options = { dataDir: temporaryDirectory(), file }
  const ended = callExperiment('test', thunk('busy'), options, { signal: controller.signal, ...quiet })
  ended.catch(() => {})
  const pids = await pidsIn(file)
  controller.abort(new Error('enough'))
  await expect(ended).rejects.toThrow('enough')
  for (const pid of pids) await gone(pid)
})

test('an experiment whose caller is killed ends with all that it has started, even in a long calculation', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'pids')
  const script = join(directory, 'script.mjs')
  const index = pathToFileURL(join(build, 'src/batch/grid/index.js')).href
  const options = { dataDir: directory, file }
  writeFileSync(
    script,
    `import { callExperiment } from ${JSON.stringify(index)}
     await callExperiment('test', ${JSON.stringify(thunk('busy'))}, ${JSON.stringify(options)})`,
  )
  const caller = spawn(process.execPath, [script], { stdio: 'ignore' })
  onTestFinished(() => void caller.kill('SIGKILL'))
  const pids = await pidsIn(file)
  caller.kill('SIGKILL')
  for (const pid of pids) await gone(pid)
})

test('what an earlier try has left stays, but for the table', async () => {
  const dataDir = temporaryDirectory()
  const directory = join(dataDir, 'test', 'test_s0')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'vars.msgpack'), 'a state')
  writeFileSync(join(directory, 'progress.txt'), 'Epoch\n1\n')
  await call('tell', {}, dataDir)
  expect(readdirSync(directory).sort()).toEqual(['config.json', 'vars.msgpack'])
})

/** A folder for temporary files that no other test uses, as long as the test runs. */
function ownTemporaryFolder(): string {
  const folder = temporaryDirectory()
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  onTestFinished(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  return folder
}

async function pidsIn(file: string): Promise<number[]> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (/^\d+ \d+$/.test(text)) return text.split(' ').map(Number)
    await setTimeout(20)
  }
}

async function gone(pid: number): Promise<void> {
  const lives = () => {
    try {
      return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return false
    }
  }
  while (lives()) await setTimeout(20)
}
