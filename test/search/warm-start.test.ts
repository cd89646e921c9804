import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { Hyperband } from '../../optimizers/hyperband.ts'
import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import { ConfigurationError } from '../../src/core/errors.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import { findNotPlain, type State } from '../../src/core/plain-data.ts'
import { Random } from '../../src/core/random.ts'
import { boolean, choice, integer, real, type Space, space } from '../../src/core/space.ts'
import { CrossEntropy, GeneticAlgorithm } from '../../src/index.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { readWarmStart, takesWarmStart } from '../../src/search/warm-start.ts'
import { UserFolder } from '../cli/folder.ts'
import { canonicalExport, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

interface P {
  readonly x: number
  readonly n: number
}

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

/** As the fixture `recorded` has it. */
const recorded = {
  space: space<P>({ x: real(-5, 5), n: integer(0, 9) }),
  objectives: new Objectives({ cost: 'minimize' }),
}

function manifestOf(directory: string) {
  const record = RecordWriter.openForReading(directory)
  try {
    return record.manifest()
  } finally {
    record.close()
  }
}

function knownOf(problem: { readonly space: Space<P> }, count: number, seed = 1): Evaluation<P>[] {
  const random = Random.of(seed, 'known')
  return Array.from({ length: count }, (_, index) => {
    const parameters = problem.space.decode(problem.space.samplePoint(random))
    const individual = new Individual({ generation: -1, index, replicate: 0 }, parameters, index)
    return index % 7 === 6
      ? { individual, outcome: 'failed', cause: { kind: 'threw', message: 'It threw.' } }
      : { individual, outcome: 'done', fitness: [(parameters.x - 2) ** 2 + parameters.n] }
  })
}

// Reading

test('a run and every format of its export tell the same, in the same order', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ root, optimizee: 'talkative', generations: 2, runner: { lookAhead: 1 } })
  const { trajectory } = await search({ root, name: 'other', optimizee: 'talkative', generations: 1 })
  const { optimizeeOf } = await import('../../runtime/worker/load-optimizee.ts')
  const optimizee = await optimizeeOf(await import('../fixtures/optimizees/talkative.ts'), undefined)
  const fromRun = await readWarmStart(directory, optimizee)
  expect(trajectory.generation).toBe(0)
  expect(fromRun.evaluations).toHaveLength(16)
  expect(fromRun.evaluations.filter(({ outcome }) => outcome === 'failed')).toHaveLength(2)
  expect(fromRun.evaluations.map(({ individual }) => individual.name)).toEqual(
    Array.from({ length: 16 }, (_, index) => `-1.${index}`),
  )
  for (const format of ['csv', 'ndjson', 'json', 'parquet'] as const) {
    const output = join(root, `table.${format}`)
    await exportRun(directory, { format, output })
    const fromTable = await readWarmStart(output, optimizee)
    expect(fromTable.sha256).toBe(fromRun.sha256)
    const plain = (evaluations: readonly Evaluation[]) => JSON.parse(JSON.stringify(evaluations)) as unknown[]
    const withoutOutputs = plain(fromRun.evaluations).map((e) => ({ ...(e as object), cause: undefined }))
    expect(plain(fromTable.evaluations).map((e) => ({ ...(e as object), cause: undefined }))).toEqual(withoutOutputs)
  }
})

test('of parts of a simulation neither a run nor its export tells anything', async () => {
  const root = temporaryDirectory()
  const makeOptimizer = ((optimizee: Optimizee) => new Hyperband(optimizee, { seed: 3, generations: 4 })) as never
  const { directory } = await search({ root, optimizee: 'iterative', makeOptimizer })
  const { optimizeeOf } = await import('../../runtime/worker/load-optimizee.ts')
  const { space, objectives, budget } = await optimizeeOf(
    await import('../fixtures/optimizees/iterative.ts'),
    undefined,
  )
  const fromRun = await readWarmStart(directory, { space, objectives, budget })
  expect(fromRun.evaluations).toHaveLength(1)
  for (const format of ['csv', 'parquet'] as const) {
    const output = join(root, `table.${format}`)
    await exportRun(directory, { format, output })
    for (const problem of [
      { space, objectives, budget },
      { space, objectives },
    ]) {
      expect((await readWarmStart(output, problem)).sha256).toBe(fromRun.sha256)
    }
  }
})

test('a table that a person wrote needs no more than parameters and objectives', async () => {
  const file = join(temporaryDirectory(), 'known.csv')
  writeFileSync(file, 'cost,n,remark,x\n1.5,3,good,-2\n2.5,4,bad,1e0\n')
  const { evaluations } = await readWarmStart(file, recorded)
  expect(
    evaluations.map((e) => [e.individual.parameters, e.individual.seed, e.outcome === 'done' && e.fitness]),
  ).toEqual([
    [{ x: -2, n: 3 }, 0, [1.5]],
    [{ x: 1, n: 4 }, 0, [2.5]],
  ])
})

test('objectives are found by their names, in whatever order the run had them', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ root, optimizee: 'talkative', generations: 1, runner: { lookAhead: 1 } })
  const { optimizeeOf } = await import('../../runtime/worker/load-optimizee.ts')
  const { space } = await optimizeeOf(await import('../fixtures/optimizees/talkative.ts'), undefined)
  const turned = { space, objectives: new Objectives({ speed: 'minimize', error: 1 }) }
  const { evaluations } = await readWarmStart(directory, turned)
  const [first] = evaluations
  expect(first!.outcome === 'done' && first!.fitness[0]).toBe(100)
})

test('what lies outside of the bounds of this search is left out of a run, and told', async () => {
  const { directory } = await search({ root: temporaryDirectory(), optimizee: 'recorded', generations: 3 })
  const narrow = { ...recorded, space: space<P>({ x: real(-5, 0), n: integer(0, 9) }) }
  const { evaluations, warning } = await readWarmStart(directory, narrow)
  const inside = evaluations.length
  expect(inside).toBeGreaterThan(3)
  expect(inside).toBeLessThan(21)
  expect(warning).toMatch(
    new RegExp(
      `^${24 - inside} individuals of ${directory} do not fit into this search and are left out \\(the first: x needs a number from -5 to 0, got [\\d.]+\\)$`,
    ),
  )
})

test.each([
  ['x,cost\n1,2\n', 'lacks the column "n"; it has the columns "x", "cost"'],
  ['x,n\n1,2\n', 'lacks the column "cost"; it has the columns "x", "n"'],
  ['y,z\n1,2\n', 'lacks the columns "x", "n", "cost"; it has the columns "y", "z"'],
  ['x,n,cost\n1,2,3\n1,10,3\n', ': row 2, column "n" needs an integer from 0 to 9, got 10'],
  ['x,n,cost\n1,2,\n', ': row 1, column "cost" needs a finite number, got ""'],
  ['x,n,cost\n1,2,NaN\n', ': row 1, column "cost" needs a finite number, got "NaN"'],
  ['x,n,cost,outcome\n1,2,,failed\n', 'has nothing to start from: of 1 rows that fit, none is done'],
  ['x,n,cost\n', 'has no rows to start from'],
])('the table %j is refused', async (content, sentence) => {
  const file = join(temporaryDirectory(), 'known.csv')
  writeFileSync(file, content)
  const refused = readWarmStart(file, recorded)
  await expect(refused).rejects.toThrow(ConfigurationError)
  await expect(refused).rejects.toThrow(`${file}${sentence.startsWith(':') ? '' : ' '}${sentence}`)
})

test('a run of other parameters or objectives is refused, and so is what is neither run nor table', async () => {
  const root = temporaryDirectory()
  const { directory } = await search({ root, optimizee: 'recorded', generations: 1 })
  const objectives = recorded.objectives
  const more = { space: space({ x: real(-5, 5), n: integer(0, 9), k: boolean() }), objectives }
  await expect(readWarmStart(directory, more)).rejects.toThrow(
    `${directory} lacks the parameter "k"; it has the parameters "x", "n"`,
  )
  const less = { space: space({ x: real(-5, 5) }), objectives }
  await expect(readWarmStart(directory, less)).rejects.toThrow(
    `${directory} has the parameter "n", which this search has not; it has the parameter "x"`,
  )
  const other = { ...recorded, objectives: new Objectives({ gain: 'maximize' }) }
  await expect(readWarmStart(directory, other)).rejects.toThrow(
    `${directory} lacks the objective "gain"; it has the objective "cost"`,
  )
  await expect(readWarmStart(root, recorded)).rejects.toThrow('is not a run directory')
  await expect(readWarmStart(join(root, 'none'), recorded)).rejects.toThrow(
    `there is no ${root}/none; wanted a run directory or a table to start from`,
  )
})

// Optimizers

const mixed = space({ x: real(-5, 5), n: integer(0, 9), mode: choice(['a', 'b', 'c']), on: boolean() })
type Mixed = typeof mixed extends Space<infer M> ? M : never

function knownOfMixed(count: number): Evaluation<Mixed>[] {
  const random = Random.of(3, 'known')
  return Array.from({ length: count }, (_, index) => {
    const parameters = mixed.decode(mixed.samplePoint(random))
    const individual = new Individual({ generation: -1, index, replicate: 0 }, parameters, index)
    return { individual, outcome: 'done', fitness: [Math.abs(parameters.x) + parameters.n] }
  })
}

const searched = {
  space: mixed,
  objectives: recorded.objectives,
  budget: { name: 'steps', low: 1, high: 81 }, // which some spend, and the others need not know of
}

const warm = Object.keys(optimizers).filter((type) => {
  const settings = type === 'design' ? { design: { kind: 'halton', points: 9 } } : {}
  return takesWarmStart(createOptimizer(searched, { type, ...settings }) as never)
})

test('the genetic algorithm and cross-entropy take a warm start, a design does not', () => {
  expect(warm).toEqual(expect.arrayContaining(['genetic-algorithm', 'cross-entropy']))
  expect(warm).not.toContain('design')
})

test.each(warm)('a warm start of %s is plain data, depends on the seed only, and asks within the bounds', (type) => {
  for (const count of [1, 2, 3, 10, 300]) {
    const optimizer = createOptimizer(searched, { type })
    const known = knownOfMixed(count)
    const frozen = JSON.stringify(known)
    const begin = () => optimizer.tell(optimizer.start(Random.of(1)), known, Random.of(2))
    const state = begin()
    expect(findNotPlain(state)).toBeUndefined()
    expect(begin()).toEqual(state)
    expect(JSON.stringify(known)).toBe(frozen)
    const first = askFrom(optimizer, state)
    const asked = first.proposals
    expect(asked.length).toBeGreaterThan(0)
    for (const { parameters } of asked) expect(mixed.refuse(parameters)).toBeUndefined()
    const evaluations = asked.map(({ parameters, tag }, index): Evaluation<Mixed> => {
      const individual = new Individual({ generation: 0, index, replicate: 0 }, parameters, index)
      return { individual, outcome: 'done', fitness: [parameters.n], tag }
    })
    const told = optimizer.tell(first.state, evaluations, Random.of(3))
    expect(askFrom(optimizer, told).proposals.length).toBeGreaterThan(0)
  }
})

test.each(warm)('%s goes on when all that is known has failed, or only one is known', (type) => {
  const optimizer = createOptimizer(searched, { type })
  const failed = knownOfMixed(5).map(({ individual }): Evaluation<Mixed> => {
    return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'It threw.' } }
  })
  const start = optimizer.start(Random.of(1))
  const state = optimizer.tell(start, failed, Random.of(2))
  expect(askFrom(optimizer, state).proposals).toHaveLength(askFrom(optimizer, start).proposals.length)
})

test('the best that are known are half of the first population of a genetic algorithm, and are not asked for', () => {
  const optimizer = new GeneticAlgorithm(recorded, { populationSize: 20 })
  const known = knownOf(recorded, 50)
  const start = optimizer.start()
  const cold = askFrom(optimizer, start).proposals
  const knows = optimizer.tell(start, [...known, ...known.map((e) => ({ ...e }))])
  const { state, proposals } = askFrom(optimizer, knows)
  const best = known
    .flatMap((e) => (e.outcome === 'done' ? [e] : []))
    .sort((a, b) => a.fitness[0]! - b.fitness[0]!)
    .slice(0, 10)
  expect(state.members.map(({ fitness }) => fitness)).toEqual(best.map(({ fitness }) => fitness))
  expect(proposals).toEqual(cold.slice(0, 10))
  // What is known and not among the best is not asked for either.
  const [drawn] = cold
  const bad = { ...known[0]!, outcome: 'done', fitness: [1e9] } as const
  const individual = new Individual({ generation: -1, index: 50, replicate: 0 }, drawn!.parameters, 0)
  const others = askFrom(optimizer, optimizer.tell(start, [...known, { ...bad, individual }])).proposals
  expect(others.map(({ parameters }) => parameters)).not.toContainEqual(drawn!.parameters)
  expect(optimizer.hallOfFame(state)[0]).toMatchObject({ fitness: best[0]!.fitness, generation: -1 })
})

test('where all of a space is known, a genetic algorithm has nothing to ask', () => {
  const tiny = { space: space({ on: boolean() }), objectives: recorded.objectives }
  const optimizer = new GeneticAlgorithm(tiny, { populationSize: 4 })
  const known = [true, false].map((on, index): Evaluation<{ on: boolean }> => {
    return {
      individual: new Individual({ generation: -1, index, replicate: 0 }, { on }, 0),
      outcome: 'done',
      fitness: [index],
    }
  })
  expect(askFrom(optimizer, optimizer.tell(optimizer.start(), known)).proposals).toEqual([])
  expect(askFrom(optimizer, optimizer.tell(optimizer.start(), known.slice(1))).proposals).toHaveLength(1)
})

test('cross-entropy draws its first generation from what is fitted to the best that are known', () => {
  const problem = { space: space({ x: real(0, 1), y: real(0, 1) }), objectives: recorded.objectives }
  const random = Random.of(4)
  const known = Array.from({ length: 500 }, (_, index): Evaluation<{ x: number; y: number }> => {
    const parameters = { x: random.uniform(), y: random.uniform() }
    const fitness = [(parameters.x - 0.2) ** 2 + (parameters.y - 0.7) ** 2]
    return {
      individual: new Individual({ generation: -1, index, replicate: 0 }, parameters, 0),
      outcome: 'done',
      fitness,
    }
  })
  const optimizer = new CrossEntropy(problem, { populationSize: 64 })
  const start = optimizer.start(Random.of(1))
  const asked = askFrom(optimizer, optimizer.tell(start, known, Random.of(2))).proposals
  const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x - 0.2, y - 0.7)
  expect(asked).toHaveLength(64)
  expect(Math.max(...asked.map(({ parameters }) => distance(parameters)))).toBeLessThan(0.3)
  // The same best many times over leave as much variance as once.
  const best = known.reduce((a, b) => (fitnessOf(b) < fitnessOf(a) ? b : a))
  const converged = optimizer.tell(start, [...known, ...new Array(40).fill(best)], Random.of(2))
  expect(converged.model).toEqual(optimizer.tell(start, known, Random.of(2)).model)
})

function askFrom<S extends State, Q>(optimizer: Optimizer<S, Q>, state: S) {
  return optimizer.ask(state, optimizer.populationSize, Random.of(9))
}

function fitnessOf<Q>(evaluation: Evaluation<Q>): number {
  return evaluation.outcome === 'done' ? evaluation.fitness[0]! : Number.POSITIVE_INFINITY
}

// Whole searches

test('a search that starts warm simulates nothing that is known, and says where it started', async () => {
  const root = temporaryDirectory()
  const [first, second] = [join(root, 'first.txt'), join(root, 'second.txt')]
  const earlier = await search({
    root,
    name: 'earlier',
    optimizee: 'recorded',
    options: { journal: first },
    generations: 5,
  })
  const makeOptimizer = (optimizee: never) =>
    new GeneticAlgorithm(optimizee, { populationSize: 12, generations: 3, seed: 2 })
  const settings = { root, optimizee: 'recorded', options: { journal: second }, makeOptimizer: makeOptimizer as never }
  const later = await search({ ...settings, name: 'later', warmStart: earlier.directory })
  expect(later.status).toBe('finished')
  expect(manifestOf(later.directory).warmStart).toEqual({
    source: earlier.directory,
    rows: 40,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(later.trajectory.individuals(0)).toHaveLength(6)
  const known = earlier.canonical
    .split('\n')
    .flatMap((line) => (line ? [JSON.stringify(JSON.parse(line).parameters)] : []))
  for (const line of later.canonical.trimEnd().split('\n')) {
    expect(known).not.toContain(JSON.stringify(JSON.parse(line).parameters))
  }
  const simulated = readFileSync(second, 'utf8').trimEnd().split('\n')
  expect(simulated.length).toBe(later.canonical.trimEnd().split('\n').length)
  const again = await search({ ...settings, name: 'again', warmStart: earlier.directory })
  expect(again.canonical).toBe(later.canonical)
  const cold = await search({ ...settings, name: 'cold' })
  expect(cold.canonical).not.toBe(later.canonical)
})

test('a search that has begun needs no more what it started from', async () => {
  const root = temporaryDirectory()
  const table = join(root, 'known.csv')
  writeFileSync(table, 'x,n,cost\n1,2,3\n-1,5,6\n2,2,7\n')
  const makeOptimizer = (optimizee: never) =>
    new CrossEntropy(optimizee, { populationSize: 8, generations: 4, seed: 1 })
  const settings = { root, optimizee: 'recorded', makeOptimizer: makeOptimizer as never, warmStart: table }
  const straight = await search({ ...settings, name: 'straight' })
  const stop = new AbortController()
  const stopped = await search({
    ...settings,
    name: 'stopped',
    signal: stop.signal,
    onProgress: ({ generation }) => generation === 2 && stop.abort(new Error('enough')),
  })
  expect(stopped.status).toBe('stopped')
  rmSync(table)
  const resumed = await search({ ...settings, name: 'stopped' })
  expect(resumed.canonical).toBe(straight.canonical)
  await expect(search({ ...settings, name: 'stopped', warmStart: join(root, 'other.csv') })).rejects.toThrow(
    `(warmStart was "${table}" and is now "${root}/other.csv")`,
  )
})

test('a table that changed between the first start and a second that still needs it is refused', async () => {
  const root = temporaryDirectory()
  const table = join(root, 'known.csv')
  writeFileSync(table, 'x,n,cost\n1,2,3\n')
  const { Experiment } = await import('../../src/index.ts')
  const { optimizeeOf } = await import('../../runtime/worker/load-optimizee.ts')
  const optimizee = (await optimizeeOf(await import('../fixtures/optimizees/recorded.ts'), {})) as never
  const begin = async () => {
    await using experiment = new Experiment({ root })
    await experiment.prepareExperiment({ name: 'run' })
    const source = { module: join(root, 'none.ts') } // ends before there is a first generation
    await experiment.runExperiment(new GeneticAlgorithm(optimizee) as never, optimizee, { source, warmStart: table })
  }
  await expect(begin()).rejects.toThrow('none.ts')
  writeFileSync(table, 'x,n,cost\n1,2,4\n')
  await expect(begin()).rejects.toThrow(
    `${table} has changed since ${root}/run was begun with it; choose another name.`,
  )
})

test('an optimizer that takes no warm start says so, and searches as it would anyway', async () => {
  const root = temporaryDirectory()
  const table = join(root, 'known.csv')
  writeFileSync(table, 'x,n,cost\n1,2,3\n')
  const warnings: string[] = []
  const onWarning = (sentence: string) => warnings.push(sentence)
  const started = await search({ root, name: 'a', optimizee: 'recorded', warmStart: table, onWarning })
  expect(warnings).toEqual([`The optimizer random-search takes no warm start: what ${table} knows is left aside.`])
  expect(started.canonical).toBe((await search({ root, name: 'b', optimizee: 'recorded' })).canonical)
})

test('the command takes `warmStart` and `cache` from an experiment in YAML', async () => {
  using folder = new UserFolder()
  const run = (...words: string[]) =>
    execa(process.execPath, [main, 'run', ...words], { cwd: folder.path, reject: false, stripFinalNewline: true })
  folder.write('simulate.mjs', 'console.log(Number(process.argv[2]) ** 2)')
  const valley = (more: string) => `
optimizee:
  command: [node, simulate.mjs, "{x}"]
  parameters: { x: { type: real, low: -5, high: 5 } }
  objectives: { height: minimize }
optimizer: { type: genetic-algorithm, populationSize: 6, generations: 2, seed: 1 }
runner: { workers: 1 }
${more}`
  folder.write('first.yaml', valley(''))
  expect(await run('first.yaml')).toMatchObject({ exitCode: 0 })

  folder.write('again.yaml', valley('cache: true'))
  const again = await run('again.yaml')
  expect(again.exitCode).toBe(0)
  expect(again.stderr).toMatch(/^\d+ evaluations were not simulated again: they are those of \S+\/runs\/first\.$/m)

  folder.write('known.csv', 'x,height\n0.5,0.25\n1,1\n-2,4\n')
  folder.write('warm.yaml', valley('warmStart: known.csv'))
  expect(await run('warm.yaml')).toMatchObject({ exitCode: 0 })
  expect(manifestOf(join(folder.path, 'runs/warm')).warmStart).toMatchObject({ rows: 3 })
  folder.write('guesses.csv', 'x\n0.125\n')
  folder.write('guessed.yaml', valley('warmStart: guesses.csv'))
  expect(await run('guessed.yaml')).toMatchObject({ exitCode: 0 })
  const [first] = canonicalExport(join(folder.path, 'runs/guessed')).split('\n')
  expect(JSON.parse(first!)).toMatchObject({ parameters: { x: 0.125 }, fitness: [0.015625] })
  // A run lies where the command is given, an experiment elsewhere.
  folder.write('deep/warm.yaml', valley('').replace('simulate.mjs', '../simulate.mjs'))
  const deep = await run('deep/warm.yaml', '--name', 'deep', '--set', 'warmStart=runs/first')
  expect(deep).toMatchObject({ exitCode: 0 })

  folder.write('known.csv', 'x,height\n6,36\n')
  const refused = await run('warm.yaml', '--name', 'refused')
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
  expect(refused.stderr).toBe(`twoloop: ${folder.path}/known.csv: row 1, column "x" needs a number from -5 to 5, got 6`)
  expect(existsSync(join(folder.path, 'runs/refused'))).toBe(false)
  expect(await run('warm.yaml')).toMatchObject({ exitCode: 0 }) // it has begun, and needs the table no more
  expect((await run('first.yaml', '--set', 'cache=maybe')).stderr).toContain('cache needs a boolean, got "maybe"')
})
