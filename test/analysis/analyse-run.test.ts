import { expect, test } from 'vitest'
import { latinHypercube, repeat, saltelli } from '../../optimizers/designs/index.ts'
import { describeAnalysis } from '../../src/cli/describe-analysis.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import { Individual } from '../../src/core/individual.ts'
import { boolean, choice, integer, real, space, vector } from '../../src/core/space.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { type Analysis, analyseRun } from '../../src/tables/analysis/analyse-run.ts'
import { command } from '../command.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { exact, ishigami, ishigamiSpace } from './ishigami.ts'
import { playDesign } from './play-design.ts'

type By<M extends Analysis['method']> = Extract<Analysis, { readonly method: M; readonly refusal?: never }>

function analysis<M extends Analysis['method']>(run: string, method: M, options = {}): By<M> {
  const found = analyseRun(run, options).analyses.find((one) => one.method === method)
  return found as unknown as By<M>
}

test("a Saltelli design in several generations gives Sobol' indices, without the rows in which something failed", () => {
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design: { kind: 'saltelli', points: 512 }, seed: 1, chunk: 333 },
    simulate: ({ generation, index, parameters }) =>
      generation === 2 && index === 7 ? undefined : [[ishigami(parameters)]],
  })
  const { factors, rows, incomplete, mean } = analysis(run, 'sobol', { resamples: 100 })
  expect({ rows, incomplete }).toEqual({ rows: 511, incomplete: 1 })
  expect(mean).toBeCloseTo(exact.mean, 1)
  expect(factors.map(({ name }) => name)).toEqual(['x1', 'x2', 'x3'])
  factors.forEach(({ first, total }, i) => {
    expect(Math.abs(first.value - exact.first[i]!)).toBeLessThan(0.08)
    expect(Math.abs(total.value - exact.total[i]!)).toBeLessThan(0.08)
  })
  const text = describeAnalysis(analyseRun(run))
  expect(text).toMatch(/^a design of kind saltelli, 2560 points, 1 of them failed$/m)
  expect(text).toMatch(/^ {2}parameter +first +95 % +total +95 %$/m)
  expect(text).toMatch(/^ {2}x2 +0\.4\d\d +0\.\d+ to 0\.\d+ +0\.4\d\d /m)
  expect(text).toMatch(/^ {2}from 511 rows of A and B; 1 more are not complete; mean 3\.\d+, variance 1\d\.\d+$/m)
})

test('a Saltelli design that was made in TypeScript and repeated is known as one, and replicates are averaged', () => {
  const design = repeat(saltelli(ishigamiSpace, { points: 256, secondOrder: true, seed: 2 }), 2)
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design, seed: 1 },
    simulate: ({ parameters, replicate }) => [[ishigami(parameters) + (replicate === 0 ? 50 : -50)]],
  })
  const { factors, pairs, rows } = analysis(run, 'sobol', { resamples: 50 })
  expect(rows).toBe(256)
  expect(factors[1]!.first.value).toBeCloseTo(exact.first[1]!, 1)
  expect(pairs.map(({ names }) => names)).toEqual([
    ['x1', 'x2'],
    ['x1', 'x3'],
    ['x2', 'x3'],
  ])
  expect(pairs[1]!.value).toBeCloseTo(exact.second[1]!, 1)
  expect(describeAnalysis(analyseRun(run, { resamples: 10 }))).toMatch(/^ {2}x1 and x3 +0\.2\d\d /m)
})

test('a design that is not finished is analysed as far as it has come', () => {
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design: { kind: 'saltelli', points: 64 }, chunk: 100 },
    simulate: ({ parameters }) => [[ishigami(parameters)]],
    pending: 3,
  })
  // Of the four generations with 100, 100, 100 and 20 points the last three of each are missing.
  expect(analysis(run, 'sobol', { resamples: 10 })).toMatchObject({ rows: 60, incomplete: 4 })
})

test('Morris trajectories give elementary effects, most important first', () => {
  const mixed = space({
    small: real(0, 1),
    rate: real(1, 1000, { scale: 'log' }),
    flag: boolean(),
    offsets: vector(integer(0, 9), 2),
  })
  const run = playDesign({
    space: mixed,
    settings: { design: { kind: 'morris', trajectories: 20 }, chunk: 31 },
    simulate: ({ parameters: { small, rate, flag } }) => [[small + 10 * Math.log10(rate) + (flag ? 8 : 0)]],
  })
  const { factors } = analysis(run, 'morris')
  expect(factors.map(({ name }) => name)).toEqual(['rate', 'flag', 'small', 'offsets.0', 'offsets.1'])
  expect(factors[0]!.mu).toBeCloseTo(30, 8)
  expect(factors[1]!.mu).toBeCloseTo(8, 8)
  expect(factors[4]).toMatchObject({ muStar: 0, sigma: 0, effects: 20 })
  expect(describeAnalysis(analyseRun(run))).toMatch(/^ {2}rate +30 +30 +\S+ +20$/m)
})

test('Morris goes round held parameters, and tries all values of a choice', () => {
  const run = playDesign({
    space: space({ held: integer(4, 4), x: real(0, 1), only: choice(['one']), mode: choice(['a', 'b', 'c', 'd']) }),
    settings: { design: { kind: 'morris', trajectories: 30 } },
    simulate: ({ parameters: { x, mode } }) => [[x + (mode === 'c' ? 100 : 0)]],
  })
  const document = analyseRun(run)
  expect(document.points).toBe(30 * 3)
  const { factors } = analysis(run, 'morris')
  expect(factors.map(({ name }) => name)).toEqual(['mode', 'x', 'held', 'only'])
  expect(factors[0]!.muStar).toBeGreaterThan(30)
  expect(factors[1]!.mu).toBeCloseTo(1, 10)
  expect(factors[2]).toEqual({ name: 'held', muStar: 0, mu: 0, sigma: 0, effects: 0 })
})

test('a base case gives swings around it', () => {
  const run = playDesign({
    space: space({ x: real(0, 10), mode: choice(['a', 'b']) }),
    settings: { design: { kind: 'base-case', reference: { x: 5, mode: 'a' }, variations: { x: [0, 9], mode: ['b'] } } },
    simulate: ({ parameters: { x, mode } }) => (mode === 'b' ? undefined : [[x ** 2]]),
  })
  const found = analysis(run, 'swings')
  expect(found.reference).toBe(25)
  expect(found.parameters).toMatchObject([
    { name: 'x', low: 0, high: 81, swing: 81 },
    { name: 'mode', swing: 0 },
  ])
  const text = describeAnalysis(analyseRun(run))
  expect(text).toMatch(/^ {2}x +81 +0 +0 +-25$/m)
  expect(text).toMatch(/^ +9 +81 +\+56$/m)
  expect(text).toMatch(/^ {2}mode +0 +b +failed$/m)
})

test('a grid gives main effects, with names for what has no order', () => {
  const run = playDesign({
    space: space({ x: real(0, 1), solver: choice(['rk4', 'euler']), on: boolean() }),
    settings: { design: { kind: 'full-factorial', levels: 3 } },
    simulate: ({ parameters: { x, solver } }) => [[10 * x + (solver === 'euler' ? 1 : 0)]],
  })
  const [x, solver, on] = analysis(run, 'effects').factors
  expect(x!.levels.map(({ low, mean }) => [low, mean])).toEqual([
    [0, 0.5],
    [0.5, 5.5],
    [1, 10.5],
  ])
  expect(solver!.levels.map(({ label, runs }) => [label, runs])).toEqual([
    ['rk4', 6],
    ['euler', 6],
  ])
  expect(x!.share! + solver!.share! + on!.share!).toBeCloseTo(1, 10)
  expect(on!.share).toBeCloseTo(0, 10)
  expect(describeAnalysis(analyseRun(run))).toMatch(/^ {2}solver +0\.015 +1 +rk4 +5 +6$/m)
})

test('what fails always is a level all the same, and failed points are told', () => {
  const run = playDesign({
    space: space({ x: integer(1, 30), solver: choice(['rk4', 'euler', 1, '1', null]) }),
    settings: { design: { kind: 'full-factorial', levels: 30 } },
    simulate: ({ parameters: { x, solver } }) => (solver === 'euler' ? undefined : [[solver === '1' ? 100 : x]]),
  })
  const document = analyseRun(run)
  expect(document).toMatchObject({ points: 150, failed: 30 })
  const [x, solver] = analysis(run, 'effects').factors
  expect(x!.levels).toHaveLength(30)
  expect(solver!.levels.map(({ label, runs, failed, mean }) => [label, runs, failed, mean])).toEqual([
    ['rk4', 30, 0, 15.5],
    ['euler', 0, 30, null],
    ['1', 30, 0, 15.5],
    ['"1"', 30, 0, 100],
    ['null', 30, 0, 15.5],
  ])
  const text = describeAnalysis(document)
  expect(text).toMatch(/^a design of kind full-factorial, 150 points, 30 of them failed$/m)
  expect(text).toMatch(/^ +euler +0 +30$/m)
})

test('what stands in for a failed point is no point of the design, and one that is pending is no failure', () => {
  const run = playDesign({
    space: space({ x: real(0, 1) }),
    settings: { design: { kind: 'full-factorial', levels: 5 } },
    simulate: ({ index }) => (index === 2 ? undefined : [[index]]),
    pending: 1,
  })
  const record = RecordWriter.openForWriting(run)
  const standIn = new Individual({ generation: 0, index: 7, replicate: 0 }, { x: 0.123 }, 1)
  const result = { verdict: 'accepted', fitness: [9] } as const
  record.commit({
    attempts: [{ individual: standIn, epoch: 1, attempt: 1, worker: 1, ...result }],
    standIns: [{ individual: standIn, after: 0, replaces: 2 }],
    reports: [],
    positions: [],
  })
  record.close()
  expect(analyseRun(run)).toMatchObject({ points: 5, failed: 1 })
  const [x] = analysis(run, 'effects').factors
  expect(x!.levels.map(({ low, runs, failed }) => [low, runs, failed])).toEqual([
    [0, 1, 0],
    [0.25, 1, 0],
    [0.5, 0, 1],
    [0.75, 1, 0],
  ])
})

test('replicates that give one number give it as their mean, however many there are', () => {
  const run = playDesign({
    space: space({ x: integer(0, 9) }),
    settings: { design: { kind: 'full-factorial', levels: 10 }, replications: 7 },
    simulate: ({ index, replicate }) => (index === replicate ? undefined : [[0.1]]),
  })
  expect(analysis(run, 'effects').factors[0]).toMatchObject({ share: null, range: 0 })
})

test('other designs give main effects and rank correlations, of any number that a simulation gave', () => {
  const square = space({ x: real(-1, 1), z: real(0, 1) })
  const run = playDesign({
    space: square,
    settings: { design: latinHypercube(square, { points: 300, seed: 4 }) },
    objectives: { y: 'minimize', w: 'maximize' },
    simulate: ({ parameters: { x, z } }) => [[x ** 2, -z], { peak: x ** 3, note: 'text' }],
  })
  const document = analyseRun(run)
  expect(document.analyses.map(({ of, method }) => [of, method])).toEqual([
    ['y', 'effects'],
    ['y', 'correlations'],
    ['w', 'effects'],
    ['w', 'correlations'],
  ])
  const peak = analysis(run, 'correlations', { of: 'peak' })
  expect(peak.factors[0]!.spearman).toBeCloseTo(1, 12)
  expect(analysis(run, 'importance', { method: 'importance' }).factors[0]).toMatchObject({ name: 'x' })
  expect(() => analyseRun(run, { of: 'note' })).toThrow(`${run} has no number called "note"; it has y, w, peak`)
})

test('a search gives importance and rank correlations', async () => {
  const { directory } = await search({ root: temporaryDirectory(), optimizee: 'recorded', generations: 6 })
  const document = analyseRun(directory)
  expect(document).toMatchObject({ design: null, points: 48 })
  const { factors } = analysis(directory, 'importance')
  expect(factors[0]!.name).toBe('x') // x^2 in [-5, 5] against n in 0 ... 9
  expect(factors[0]!.importance).toBeGreaterThan(0.3)
  const { exitCode, stdout } = await command(['analyse', directory, '--json'])
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(document)))
  const help = await command(['analyse', directory, '--confidence', '95'])
  expect([help.exitCode, help.stderr.split('\n').length]).toEqual([2, 1])
  expect(help.stderr).toContain('It needs a number between 0 and 1.')
})

test('the same seed gives the same analysis, another seed other intervals', () => {
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design: { kind: 'saltelli', points: 32 } },
    simulate: ({ parameters }) => [[ishigami(parameters)]],
  })
  const options = { resamples: 50, seed: 3 }
  expect(analyseRun(run, options)).toEqual(analyseRun(run, options))
  expect(analyseRun(run, { ...options, seed: 4 })).not.toEqual(analyseRun(run, options))
})

test('an output that cannot be analysed says why, and hides no other', () => {
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design: { kind: 'saltelli', points: 32 } },
    objectives: { flat: 'minimize', y: 'minimize' },
    simulate: ({ parameters }) => [[1, ishigami(parameters)]],
  })
  const { analyses } = analyseRun(run, { resamples: 10 })
  expect(analyses[0]).toEqual({
    of: 'flat',
    method: 'sobol',
    refusal: 'sobolIndices needs outputs that differ, got the same everywhere',
  })
  expect(analyses[1]).toHaveProperty('factors')
})

test('what does not fit is refused with one sentence', () => {
  const run = playDesign({
    space: ishigamiSpace,
    settings: { design: { kind: 'halton', points: 8 } },
    simulate: () => undefined,
  })
  expect(() => analyseRun(run)).toThrow(new ConfigurationError(`${run}: nothing has been evaluated well yet`))
  expect(() => analyseRun(run, { method: 'sobol' })).toThrow(
    `${run}: sobol needs a design of kind saltelli, got a design of kind halton`,
  )
  const empty = temporaryDirectory()
  expect(() => analyseRun(empty)).toThrow('is not a run directory')
  RecordWriter.openForWriting(empty).close()
  expect(() => analyseRun(empty)).toThrow('nothing has been evaluated well yet')
  expect(() => analyseRun(empty, { method: 'swings' })).toThrow(ConfigurationError)
})

test('the best of a replicated design is the best on average, with its standard error, and no failed replicate', () => {
  const run = playDesign({
    space: space({ n: integer(1, 4) }),
    settings: { design: { kind: 'full-factorial', levels: 4 }, replications: 3 },
    simulate: ({ parameters: { n }, replicate }) => {
      if (n === 1 && replicate === 2) return undefined
      return [[n === 4 ? [-90, 60, 60][replicate]! : n + replicate]]
    },
  })
  const { best } = summarizeRun(run)
  expect(best).toMatchObject({ index: 1, replicate: 0, fitness: [3], parameters: { n: 2 } })
  expect(best!.standardError![0]).toBeCloseTo(1 / Math.sqrt(3), 12)
})
