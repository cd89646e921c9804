import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import type { ProgramOptions } from '../../optimizees/program/options.ts'
import program from '../../optimizees/program/program.ts'
import { Batch } from '../../src/core/batch.ts'
import type { SimulationFailure } from '../../src/core/evaluation.ts'
import type { Optimizee, SimulationContext } from '../../src/core/optimizee.ts'
import { takeResults } from '../../src/core/results-of-many.ts'
import { onTestFinished } from '../running-test.ts'
import { contextOf, failureOf, individual } from './context.ts'
import { isRunning, until } from './processes.ts'

/** What programs print is passed on to here. */
const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
beforeEach(() => void printed.mockClear())
afterAll(() => printed.mockRestore())

const fixture = fileURLToPath(new URL('../fixtures/programs/misbehave.mjs', import.meta.url))

function make(more: Partial<ProgramOptions> = {}): Optimizee {
  const made = program({
    program: [process.execPath, fixture, 'ready'],
    parameters: [
      ['x', { type: 'real', low: -10, high: 10 }],
      ['does', { type: 'choice', values: ['square'] }],
    ],
    objectives: { error: 'minimize' },
    ...more,
  })
  onTestFinished(() => made.close?.())
  return made
}

function simulate(optimizee: Optimizee, does: string, more: Partial<SimulationContext> = {}, x = 3) {
  const one = individual<Record<string, unknown>>({ x, does })
  const directory = () => '/runs/spring/individuals/3.4'
  return Promise.resolve(optimizee.simulate(one, { ...contextOf(one, { directory }), ...more }))
}

interface Squared {
  readonly error: number
  readonly pid: number
  readonly simulated: number
}

test('a program is started once and simulates one individual after the other', async () => {
  const optimizee = make()
  const first = (await simulate(optimizee, 'square', {}, 3)) as unknown as Squared
  const second = (await simulate(optimizee, 'square', {}, -2)) as unknown as Squared
  expect([first.error, second.error]).toEqual([9, 4])
  expect([first.simulated, second.simulated]).toEqual([1, 2])
  expect(second.pid).toBe(first.pid)
})

test('a program is told which individual it is and where its directory would be', async () => {
  const { task, parameters } = (await simulate(make(), 'tell', { attempt: 2 })) as Record<string, unknown>
  expect(parameters).toEqual({ x: 3, does: 'tell' })
  expect(task).toEqual({
    seed: 5,
    generation: 3,
    index: 4,
    replicate: 0,
    attempt: 2,
    directory: '/runs/spring/individuals/3.4',
  })
})

test('an answer without an id is about the individual that has waited longest', async () => {
  expect(await simulate(make(), 'without an id')).toBe(7)
})

test('reports are lines too', async () => {
  const reports: [number, number][] = []
  expect(await simulate(make(), 'report', { report: (step, value) => reports.push([step, value]) > 0 })).toBe(0)
  expect(reports).toEqual([
    [1, 0.5],
    [2, 0.25],
  ])
})

test('numbers that JSON has no word for are read', async () => {
  expect(await simulate(make(), 'not a number')).toEqual({
    error: 1,
    more: [Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY],
  })
})

test('all other lines are what the individual printed, byte for byte, before its answer is known', async () => {
  expect(await simulate(make(), 'print')).toBe(1)
  const text = Buffer.concat(printed.mock.calls.map(([chunk]) => Buffer.from(chunk)))
  expect(text.toString('latin1')).toBe('plain\n{"not": "meant"}\n{ braces }\nlatin \xff\n')
})

test('a line without end is passed on while it comes, if it cannot be an answer', async () => {
  expect(await simulate(make(), 'print much')).toBe(2)
  const sizes = printed.mock.calls.map(([chunk]) => chunk.length)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(64 * 2 ** 20 + 1)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2 ** 20)
})

test('an answer to what was answered already is only printed', async () => {
  const optimizee = make()
  expect(await simulate(optimizee, 'answer twice')).toBe(3)
  expect(await simulate(optimizee, 'square')).toMatchObject({ error: 9, simulated: 2 })
})

test('an answer without a result is a failure that names what it has, and the program stays', async () => {
  const optimizee = make()
  const failure = await failureOf(simulate(optimizee, 'no result'))
  expect(failure).toEqual({
    kind: 'bad-result',
    message: 'The program answered without a result: wanted "result" beside the id, got "y", "z".',
  })
  expect(await simulate(optimizee, 'square')).toMatchObject({ error: 9, simulated: 2 })
})

test('an error that a program tells is a failure with its words, and the program stays', async () => {
  const optimizee = make()
  const failure = await failureOf(simulate(optimizee, 'error'))
  expect(failure).toEqual({ kind: 'threw', message: 'ValueError: too stiff', stack: 'line 1' })
  expect(await simulate(optimizee, 'square')).toMatchObject({ error: 9, simulated: 2 })
})

test.each([
  [
    'exit',
    'exit',
    'The program ended with exit code 5 without an answer; the last line that it printed was "no memory left for the mesh".',
  ],
  ['kill', 'exit', 'The program was killed by SIGKILL without an answer.'],
  [
    'garbage',
    'bad-result',
    'The program answered with a line that is no JSON: "{\\"id\\": 2, \\"result\\": {\\"error\\": oops}}',
  ],
  ['bad report', 'bad-result', 'The program answered with a report that is not [step, value]:'],
  ['close its output', 'bad-result', 'The program has closed its standard output, on which it is to answer.'],
  ['endless line', 'bad-result', 'The program answered with a line of more than 67108864 bytes.'],
])('%s is the failure of that individual, and the next has a fresh program', async (does, kind, sentence) => {
  const optimizee = make()
  expect(await simulate(optimizee, 'square')).toMatchObject({ simulated: 1 })
  const failure = await failureOf(simulate(optimizee, does))
  expect(failure.kind).toBe(kind)
  expect(failure.message).toContain(sentence)
  expect(await simulate(optimizee, 'square')).toMatchObject({ error: 9, simulated: 1 })
})

test('a program that hangs is ended at the timeout with all that it has started, and the next has a fresh one', async () => {
  const optimizee = make()
  const { pid } = (await simulate(optimizee, 'square')) as unknown as Squared
  const controller = new AbortController()
  const simulation = failureOf(simulate(optimizee, 'hang', { signal: controller.signal }))
  await until(() => printed.mock.calls.length > 0)
  controller.abort(Object.assign(new Error('it took longer than 30 ms'), { name: 'TimeoutError' }))
  const failure = await simulation
  expect(failure.kind).toBe('timeout')
  expect(failure.message).toBe(
    'The program was ended: it took longer than 30 ms; it printed an answer behind other text, which has to end its line before: "converging ...{\\"result\\": 1}".',
  )
  expect(isRunning(pid)).toBe(false)
  expect(await simulate(optimizee, 'square')).toMatchObject({ simulated: 1 })
})

/** What comes of several individuals that are simulated together, as far as any comes, and what was thrown. */
async function simulateMany(optimizee: Optimizee, does: readonly string[]) {
  const individuals = does.map((word, index) =>
    individual<Record<string, unknown>>({ x: index, does: word }, { index }),
  )
  const directory = () => '/runs/spring/individuals/3.4'
  const context = {
    signal: new AbortController().signal,
    snapshot: undefined,
    of: (position: number) => contextOf(individuals[position]!, { directory }),
  }
  const results: [number, unknown][] = []
  try {
    const returned = optimizee.simulateMany!(new Batch(individuals, optimizee.space), context)
    await takeResults(await returned, does.length, (position, result) => results.push([position, result]))
    return { results }
  } catch (error) {
    return { results, cause: (error as SimulationFailure).cause }
  }
}

test('a program that says so is given several individuals in one line, with a list under each key', async () => {
  const program = [process.execPath, fixture, 'ready for batches']
  const { results } = await simulateMany(make({ program, ready: 600_000 }), ['square', 'tell'])
  expect(results[0]).toMatchObject([
    1,
    { line: { seed: [5, 5], index: [0, 1], attempt: [1, 1], parameters: { x: [0, 1] } } },
  ])
  expect(results[1]).toMatchObject([0, { error: 0 }])
})

test('another is given a line for each, all before it has answered the first', async () => {
  const { results } = await simulateMany(make(), ['wait for three', 'wait for three', 'wait for three'])
  expect(results.map(([position]) => position)).toEqual([2, 1, 0])
})

test('of several, an error is the failure of one, and the end of the program that of all that have no answer', async () => {
  const optimizee = make()
  const { results, cause } = await simulateMany(optimizee, ['square', 'error', 'kill', 'square'])
  expect(results).toMatchObject([
    [0, { error: 0 }],
    [1, expect.objectContaining({ name: 'SimulationFailure', message: 'ValueError: too stiff' })],
  ])
  expect(cause).toMatchObject({ kind: 'exit', signal: 'SIGKILL' })
  expect(await simulate(optimizee, 'square')).toMatchObject({ error: 9, simulated: 1 })
})

test('of several, none gets the answer of another after a line that is no answer, or may have been one', async () => {
  for (const [does, message] of [
    ['garbage and more', 'oops'],
    ['hang', 'behind other text'],
  ] as const) {
    const { results, cause } = await simulateMany(make(), [does, 'without an id'])
    expect(results).toEqual([])
    expect(cause).toMatchObject({ kind: 'bad-result', message: expect.stringContaining(message) })
  }
})

/** Individuals that a program is given before the turn of each. */
function ahead(optimizee: Optimizee, ...does: readonly (readonly [does: string, x: number])[]) {
  const ends: number[] = []
  const upcoming = does.map(([does, x], index) => {
    const one = individual<Record<string, unknown>>({ x, does }, { index })
    const printedUntil = (bytes: number) => void ends.push(bytes)
    return { individual: one, context: { ...contextOf(one, { directory: () => '/nowhere' }), printedUntil } }
  })
  optimizee.prepare?.(upcoming)
  const inTurn = upcoming.map(({ individual, context }) => async () => {
    await optimizee.open?.()
    return await optimizee.simulate(individual, context)
  })
  return { inTurn, ends }
}

const more = { program: [process.execPath, fixture, 'ready for more'], ready: 600_000 }

test('what a program says of an individual before its turn counts for that one', async () => {
  const optimizee = make(more)
  await optimizee.open?.()
  const { inTurn, ends } = ahead(optimizee, ['speak late', 2], ['speak late', 1], ['speak late', 0])
  for (const [i, x] of [2, 1, 0].entries()) {
    expect(await inTurn[i]!()).toBe(x)
    expect(Buffer.concat(printed.mock.calls.map(([text]) => text as Buffer)).toString()).toBe(`speaks ${x}\n`)
    expect(ends.splice(0)).toEqual([100 - x])
    printed.mockClear()
  }
})

test('answers that come before their turn and in another order are kept', async () => {
  const optimizee = make(more)
  await optimizee.open?.()
  const { inTurn } = ahead(optimizee, ['wait for three', 1], ['wait for three', 2], ['wait for three', 3])
  for (const simulate of inTurn) expect(await simulate()).toBe(0)
})

test.each([
  ['garbage and more', 'oops'],
  ['without an id', 'no "id" while 2 individuals waited'],
])('before its turn, none gets the answer of another: %s', async (does, message) => {
  const optimizee = make(more)
  await optimizee.open?.()
  const { inTurn } = ahead(optimizee, [does, 1], ['square', 2])
  const failure = await failureOf(Promise.resolve(inTurn[0]!()))
  expect(failure).toMatchObject({ kind: 'bad-result', message: expect.stringContaining(message) })
  expect(await inTurn[1]!()).toMatchObject({ error: 4, simulated: 1 })
})

test.each(['in its turn', 'before its turn'])(
  'a program that dies of an individual %s fails of it alone',
  async (when) => {
    const optimizee = make(more)
    const { pid } = (await simulate(optimizee, 'square')) as unknown as Squared
    const { inTurn } = ahead(optimizee, ['square', 2], ['kill', 3], ['square', 4])
    if (when === 'before its turn') await until(() => !isRunning(pid))
    expect(await inTurn[0]!()).toMatchObject({ error: 4, pid })
    expect(await failureOf(Promise.resolve(inTurn[1]!()))).toMatchObject({ kind: 'exit', signal: 'SIGKILL' })
    expect(await inTurn[2]!()).toMatchObject({ error: 16, simulated: 1 })
  },
)

test('a program leaves at the end of its input, and one that stays is ended', async () => {
  for (const word of ['ready', 'stay']) {
    const optimizee = make({ program: [process.execPath, fixture, word], ready: 0 })
    const { pid } = (await simulate(optimizee, 'square')) as unknown as Squared
    await optimizee.close?.()
    expect(isRunning(pid)).toBe(false)
  }
})

test('a program that ends before it is ready is told when it is opened', async () => {
  const optimizee = make({ program: [process.execPath, fixture, 'broken'], ready: 600_000 })
  await expect(optimizee.open?.()).rejects.toThrow('misbehave.mjs broken" ended with exit code 3 before it was ready')
})

test('a program that is not there is told when it is opened', async () => {
  await expect(make({ program: ['/no/such/program'] }).open?.()).rejects.toThrow('could not be started')
})
