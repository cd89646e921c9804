import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import * as kit from '../../optimizers/kit.ts'
import {
  Auto,
  axisRangesOf,
  BatchRunner,
  baseCase,
  batchRun,
  batchRunSimulations,
  boolean,
  CmaEs,
  Constraints,
  callExperiment,
  choice,
  concat,
  createOptimizer,
  cross,
  DataCollector,
  Deadline,
  Design,
  defineExperiment,
  defineOptimizee,
  defineSimFunc,
  deliver,
  designFromRows,
  EpochLogger,
  Experiment,
  ExperimentGrid,
  elementaryEffects,
  fullFactorial,
  GridSearch,
  HeldRun,
  halton,
  Individual,
  importances,
  integer,
  Logger,
  latinHypercube,
  launcherOf,
  loadState,
  mainEffects,
  manual,
  manualRuns,
  markCrossed,
  modelOptimizee,
  moduleFunction,
  morris,
  Objectives,
  Optimizee,
  oneAtATime,
  ParameterGroup,
  parseRunnerSettings,
  Random,
  RandomSearch,
  ReadCache,
  RecordReader,
  RecordWriter,
  rankCorrelations,
  readTable,
  real,
  repeat,
  reportersOfType,
  SimulationFailure,
  saltelli,
  setupLoggerKwargs,
  smolyak,
  sobol,
  sobolIndices,
  space,
  sparseGrid,
  subset,
  subspace,
  swings,
  Trajectory,
  tableOf,
  vector,
  when,
} from '../../src/index.ts'
import { drive, toldIn } from '../../src/testing/drive.ts'

const model = defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(0, 1), y: real(0, 1) },
  objectives: { height: 'minimize' },
  simulate: () => 1,
})
const square = space({ x: real(0, 1), y: real(0, 1) })
const search = new RandomSearch(model, { seed: 1, generations: 1 })
const valley = { space: square, objectives: new Objectives({ height: 'minimize' }) }

/** As somebody writes who has no compiler. */
type Untyped = (...given: readonly unknown[]) => unknown
const untyped = (call: unknown) => call as Untyped
type Made = new (...given: readonly unknown[]) => unknown
const bound = (method: 'uniform' | 'integer' | 'normal') => {
  const random = Random.of(1)
  return (random[method] as Untyped).bind(random)
}
const folder = mkdtempSync(join(tmpdir(), 'twoloop-options-'))
afterAll(() => rmSync(folder, { recursive: true }))
const epochLogger = () => new EpochLogger({ outputDir: folder, expName: 'words' })
const epochs = (method: 'store' | 'logTabular') => {
  const logger = epochLogger()
  return (logger[method] as Untyped).bind(logger)
}
const logs = (method: 'log' | 'logTabular' | 'saveState') => {
  const logger = new Logger({ outputDir: folder, expName: 'words' })
  return (logger[method] as Untyped).bind(logger)
}
abstract class Simulated extends Optimizee {
  simulate() {
    return 1
  }
}

test.each<readonly [string, () => unknown, string]>([
  ['batchRun', () => untyped(batchRun)(class {}, { parameters: {} }, 4), 'batchRun takes 2 arguments, got 4 as well'],
  ['batchRunSimulations', () => untyped(batchRunSimulations)(() => 1, {}, 10), 'takes 2 arguments, got 10 as well'],
  ['callExperiment', () => untyped(callExperiment)('a', 'b', {}, {}, 1), 'takes 4 arguments, got 1 as well'],
])('arguments behind the options of %s are refused', async (_, call, sentence) => {
  await expect(call()).rejects.toThrow(sentence)
})

test.each<readonly [string, (experiment: Experiment) => Promise<unknown>, string]>([
  [
    "settings behind the options, as in L2L's call",
    (experiment) =>
      untyped(experiment.runExperiment).call(experiment, search, model, {}, { seed: 3 }) as Promise<unknown>,
    'runExperiment takes 3 arguments, got {"seed":3} as well',
  ],
  [
    'an optimizee and an optimizer in the other order',
    (experiment) => experiment.runExperiment(model as never, search as never),
    'runExperiment: the optimizer needs an optimizer, as in new CmaEs(',
  ],
  ['no optimizer', (experiment) => experiment.runExperiment(undefined as never, model), 'needs an optimizer'],
  [
    'a problem',
    (experiment) => experiment.runExperiment(search, valley as never),
    'the optimizee needs an optimizee, as',
  ],
  [
    'no optimizer at the end',
    (experiment) => experiment.endExperiment(undefined as never),
    'endExperiment: the optimizer',
  ],
  [
    'a word for overwrite',
    (experiment) => untyped(experiment.prepareExperiment).call(experiment, {}, true) as Promise<unknown>,
    'prepareExperiment takes 1 argument, got true as well',
  ],
])('%s is refused by an experiment', async (_, call, sentence) => {
  await using experiment = new Experiment({ root: folder })
  await expect(call(experiment)).rejects.toThrow(sentence)
})

test.each<readonly [string, () => unknown, string]>([
  [
    'a logarithmic scale by another name',
    () => untyped(real)(1, 2, { log: true }),
    `real: "log" is not an option, did you mean scale: 'log'?`,
  ],
  ['a scale in capitals', () => untyped(real)(1, 2, { scale: 'Log' }), 'did you mean "log"?'],
  ['a text for options', () => untyped(real)(1, 2, 'log'), 'real needs options like { scale, step, prior }, got "log"'],
  ['a bound in quotes', () => untyped(real)('0', 1), 'real(low, high) needs finite bounds, got "0" and 1'],
  ['a bound that is missing', () => untyped(integer)(3), 'integer(low, high) needs finite bounds, got 3 and nothing'],
  ['a bound in quotes on a log scale', () => untyped(real)('1', 2, { scale: 'log' }), 'finite bounds, got "1" and 2'],
  ['a weight in quotes', () => new Objectives({ f: '-1' as 'minimize' }), 'a weight other than 0, got "-1"'],
  ["SALib's N", () => untyped(morris)(square, { N: 4 }), 'morris: "N" is not an option, did you mean trajectories?'],
  ["SALib's skip", () => untyped(saltelli)(square, { skip_values: 8 }), 'is not an option; known are points'],
  ["SALib's confidence", () => untyped(sobolIndices)({ conf_level: 0.9 }), 'did you mean confidence?'],
  ["SciPy's generator", () => untyped(latinHypercube)(square, { random_state: 1 }), 'did you mean seed?'],
  ["pandas' fraction", () => untyped(subset)(sobol(square, { points: 4 }), { frac: 0.5 }), 'mean points?'],
  ["SciPy's limit", () => new CmaEs(valley, { maxiter: 3 } as never), 'did you mean generations?'],
  ["L2L's name of a run", () => new Experiment({ root_dir_path: 'runs' } as never), 'did you mean root?'],
  [
    'bounds behind uniform',
    () => untyped(bound('uniform'))(0, 10),
    'uniform takes 0 arguments, got 0 as well; it draws',
  ],
  ['bounds of an integer', () => untyped(bound('integer'))(5, 10), 'integer takes 1 argument, got 10 as well'],
  ['a size behind normal', () => untyped(bound('normal'))(0, 1, 100), 'normal takes 2 arguments, got 100 as well'],
  [
    'a seed for new random numbers',
    () => new (Random as unknown as Made)(3),
    'Random.of(seed, ...) makes random numbers',
  ],
  ['an object in a path', () => Random.of({ seed: 1 } as never), 'Random.of needs numbers and texts, got {"seed":1}'],
  ['weights behind objectives', () => new (Objectives as unknown as Made)({ f: 'minimize' }, [1]), 'got [1] as well'],
  ['options behind a table', () => untyped(designFromRows)(square, [{ x: 0, y: 0 }], { sep: ';' }), 'got {"sep":";"}'],
  ['a policy that there is not', () => untyped(repeat)(sobol(square, { points: 2 }), 3, { seed: 1 }), 'got {"seed":1}'],
  ['a group by its options', () => new ParameterGroup({ name: 'a' } as never), 'the name needs a text, got {"name"'],
  ['parameters by name in a group', () => new ParameterGroup('g').fAddParameter({ a: 1 } as never, 1), 'needs a text'],
  ['bins of effects', () => untyped(mainEffects)([{ name: 'a', values: [1] }], [1], { bins: 3 }), 'got {"bins":3}'],
  ['bins of importances', () => untyped(importances)([{ name: 'a', values: [1] }], [1], 3), 'got 3 as well'],
  [
    'a method of correlation',
    () => untyped(rankCorrelations)([{ name: 'a', values: [1] }], [1], 'p'),
    'got "p" as well',
  ],
  ['a name and a value to store', () => untyped(epochs('store'))('a', 3), 'store takes 1 argument, got 3 as well'],
  ['a text to store', () => epochLogger().store({ a: 'x' as never }), 'needs a number, or a list of them, got "x"'],
  ['statistics by place', () => untyped(epochs('logTabular'))('a', 1, true), 'logTabular takes 2 arguments, got true'],
  [
    'a column without a value',
    () => untyped(logs('logTabular'))('a'),
    'needs a number, a text, true or false, got nothing',
  ],
  ['a list in a column', () => untyped(logs('logTabular'))('a', [1, 2]), 'true or false, got [1,2]'],
  ['a color of the log', () => untyped(logs('log'))('a', 'green'), 'log takes 1 argument, got "green" as well'],
  ['a name for an iteration', () => untyped(logs('saveState'))({}, 'last'), 'the iteration needs a whole number'],
  ['an optimizee of a number', () => new (class extends Simulated {})(3 as never, valley.objectives), 'space needs'],
  ['null for options', () => untyped(integer)(1, 2, null), 'integer needs options like { scale, step }, got null'],
  ['a number behind a choice', () => untyped(choice)([1, 2], 5), 'choice takes 1 argument, got 5 as well'],
  [
    'options of a vector',
    () => untyped(vector)(real(0, 1), 2, { scale: 'log' }),
    'vector takes 2 arguments, got {"scale"',
  ],
  [
    'options in place of the name of a grid',
    () => new ExperimentGrid({ defaultShorthand: false } as unknown as string),
    'needs a text for its name',
  ],
  [
    'options in place of rows',
    () => untyped(manual)(square, { rows: [] }),
    'manual needs a list of rows, got {"rows":[]}',
  ],
  ['a name for a list of names', () => untyped(subspace)(square, 'x'), 'subspace needs a list of names, got "x"'],
  [
    'an experiment without a simulation',
    () => untyped(defineExperiment)({ optimiser: {} }),
    'defineExperiment needs { optimizee,',
  ],
  [
    'a simulation function without environments',
    () => untyped(defineSimFunc)({ module: 'm', run: () => 1 }),
    'defineSimFunc needs environment, got none',
  ],
  ['no outputs', () => untyped(elementaryEffects)({ points: [] }), 'elementaryEffects needs outputs, got none'],
  ['another name for outputs', () => untyped(sobolIndices)({ output: [] }), 'did you mean outputs?'],
  ['another name for points', () => untyped(elementaryEffects)({ point: [] }), 'did you mean points?'],
  [
    'a number behind the options of a parameter',
    () => untyped(real)(0, 1, {}, 3),
    'real takes 3 arguments, got 3 as well',
  ],
  [
    'a shorter word for a direction',
    () => new Objectives({ f: 'min' as 'minimize' }),
    'got "min", did you mean minimize?',
  ],
  ['a direction in capitals', () => new Objectives({ f: 'MAX' as 'maximize' }), 'got "MAX", did you mean maximize?'],
  [
    'a policy behind a cache',
    () => new (ReadCache as unknown as Made)({}, { missing: 'error' }),
    'ReadCache takes 1 argument',
  ],
  ['reporters one by one', () => new (DataCollector as unknown as Made)({}, {}), 'DataCollector takes 1 argument'],
  [
    'a number for a type of agents',
    () => untyped(reportersOfType)(3, {}),
    'reportersOfType: type needs a function, got 3',
  ],
  [
    'settings behind a choice',
    () => untyped(createOptimizer)(valley, { type: 'auto' }, {}),
    'createOptimizer takes 2 arg',
  ],
  [
    'a space in place of an optimizee',
    () => new (GridSearch as unknown as Made)(square),
    'grid-search needs an optimizee, which has',
  ],
  [
    'null for a design',
    () => new (Design as unknown as Made)(valley, null),
    'optimizer: the whole needs an object, got null',
  ],
  [
    'a sparse grid without levels',
    () => untyped(sparseGrid)(square, { points: 2 }),
    'sparseGrid needs levels or values for "x"',
  ],
  ['a stride', () => untyped(integer)(0, 10, { stride: 2 }), '"stride" is not an option'],
  ['values one by one', () => untyped(choice)('a', 'b'), 'choice(values) needs a list of values, got "a"'],
  ['a definition for a parameter', () => untyped(vector)({ type: 'boolean' }, 2), 'needs to be made by real, integer'],
  [
    'a function for a parameter',
    () => untyped(space)({ x: boolean }),
    'the parameter "x" of a space needs to be made by',
  ],
  ['no scrambling by false', () => untyped(sobol)(square, { points: 4, scramble: false }), 'got false'],
  [
    'a number for options',
    () => untyped(sobol)(square, 4),
    'sobol needs options like { points, scramble, seed }, got 4',
  ],
  [
    'nothing for options',
    () => untyped(halton)(square),
    'halton needs options like { points, scramble, seed }, got nothing',
  ],
  [
    'a text for a truth',
    () => untyped(halton)(square, { points: 4, scramble: 'owen' }),
    'needs true or false, got "owen"',
  ],
  ['a negative seed', () => sobol(square, { points: 4, seed: -1 }), 'seed needs a whole number of at least 0, got -1'],
  [
    "SALib's word",
    () => untyped(saltelli)(square, { points: 4, calc_second_order: true }),
    'did you mean secondOrder?',
  ],
  ["pyDOE's word", () => untyped(latinHypercube)(square, { points: 4, criterion: 'center' }), 'got "center"'],
  ...(
    [
      [sobol, { points: 4 }],
      [halton, { points: 4 }],
      [latinHypercube, { points: 4 }],
      [morris, { trajectories: 2 }],
      [saltelli, { points: 4 }],
      [smolyak, { level: 1 }],
      [fullFactorial, { levels: 2 }],
      [sparseGrid, { levels: 2, points: 2 }],
      [oneAtATime, { levels: 2 }],
      [baseCase, { reference: { x: 0, y: 0 }, variations: {} }],
      [manual, [{ x: 0, y: 0 }]],
    ] as const
  ).flatMap(([design, options]): [string, () => unknown, string][] => [
    [`a seed behind ${design.name}'s options`, () => untyped(design)(square, options, 7), 'takes 2 arguments, got 7'],
    [`no space for ${design.name}`, () => untyped(design)({ x: real(0, 1) }, options), 'needs a space, as in'],
  ]),
  ['a list of designs', () => untyped(cross)([sobol(square, { points: 4 })]), 'cross needs designs, one argument each'],
  ['points for a design', () => untyped(concat)({ x: 0, y: 0 }), 'concat needs designs, one argument each'],
  ['no design', () => untyped(repeat)(undefined, 3), 'repeat needs designs, one argument each, got nothing'],
  [
    'a seed behind replications',
    () => untyped(repeat)(sobol(square, { points: 4 }), 3, 'common', 7),
    'repeat takes 3 arguments, got 7 as well',
  ],
  ['parameters without names', () => untyped(space)([real(0, 1)]), 'a space needs parameters by name'],
  ['a name for a space', () => untyped(space)({ x: real(0, 1) }, 'valley'), 'space takes 1 argument, got "valley"'],
  [
    'something behind a parameter that applies sometimes',
    () => untyped(when)({ solver: 'rk4' }, real(0, 1), 3),
    'when takes 2 arguments, got 3 as well',
  ],
  [
    'settings behind an experiment',
    () => untyped(defineExperiment)({ optimizee: {} }, { workers: 2 }),
    'defineExperiment takes 1 argument',
  ],
  ['a misspelt option', () => untyped(morris)(square, { trajectory: 4 }), 'did you mean trajectories?'],
  ['an option of another design', () => untyped(smolyak)(square, { levels: 4 }), 'did you mean level?'],
  [
    'a count for a grid',
    () => untyped(fullFactorial)(square, 3),
    'fullFactorial needs options like { levels, values }',
  ],
  ['a list for values', () => untyped(fullFactorial)(square, { values: [1] }), 'values needs values by name, got [1]'],
  ['a misspelt count', () => untyped(sparseGrid)(square, { levels: 2, point: 2 }), 'did you mean points?'],
  ['a count of a subset', () => untyped(subset)(fullFactorial(square, { levels: 2 }), 2), 'subset needs options like'],
  ['a misspelt reference', () => untyped(baseCase)(square, { base: {}, variations: {} }), '"base" is not an option'],
  [
    'a stranger',
    () => untyped(oneAtATime)(square, { levels: 2, delta: 1 }),
    '"delta" is not an option; known are levels',
  ],
  [
    'a misspelt member of an optimizee',
    () =>
      untyped(defineOptimizee)({
        parameters: { x: real(0, 1) },
        objectives: { c: 'minimize' },
        simulate,
        snapshots: simulate,
      }),
    'defineOptimizee: "snapshots" is not an option, did you mean snapshot?',
  ],
  [
    'a simulation that cannot be called',
    () => untyped(defineOptimizee)({ parameters: { x: real(0, 1) }, objectives: { c: 'minimize' }, simulate: 1 }),
    'defineOptimizee: simulate needs a function, got 1',
  ],
  [
    'an optimizee that simulates nothing',
    () => untyped(defineOptimizee)({ parameters: { x: real(0, 1) }, objectives: { c: 'minimize' } }),
    'defineOptimizee needs simulate or simulateMany, got neither',
  ],
  [
    'a batch where one is simulated at a time',
    () =>
      untyped(defineOptimizee)({
        parameters: { x: real(0, 1) },
        objectives: { c: 'minimize' },
        simulate,
        batch: { size: 2 },
      }),
    'defineOptimizee: batch needs simulateMany, which takes several individuals at once',
  ],
  [
    'a batch of nobody',
    () =>
      untyped(defineOptimizee)({
        parameters: { x: real(0, 1) },
        objectives: { c: 'minimize' },
        simulateMany: simulate,
        batch: { size: 0 },
      }),
    'defineOptimizee: batch needs { size } with a whole size of at least 1, got {"size":0}',
  ],
])('%s is refused in a sentence that says what is known', (_, call, sentence) => {
  expect(call).toThrow(sentence)
})

function simulate() {
  return 0
}

class Walk {
  static readonly module = import.meta.url
  steps = 0
  readonly running = true
  step() {
    this.steps++
  }
}
const thunk = './train.ts'
const points = { parameters: {} }

test.each<readonly [string, () => unknown, string]>([
  ["Mesa's max_steps", () => untyped(batchRun)(Walk, { ...points, max_steps: 5 }), 'did you mean maxSteps?'],
  [
    "Mesa's number of processes",
    () => untyped(batchRun)(Walk, { ...points, number_processes: 5 }),
    'did you mean numberProcesses?',
  ],
  [
    'parameters where options stand',
    () => untyped(batchRun)(Walk, { density: [1, 2] }),
    '"density" is not an option; known are parameters',
  ],
  [
    'a number where options stand',
    () => untyped(manualRuns)(Walk, 5),
    'manualRuns needs options like { iterations, rng',
  ],
  ['configurations where options stand', () => untyped(make(BatchRunner))([]), 'BatchRunner needs options like'],
  ['model_reporters', () => untyped(make(DataCollector))({ model_reporters: {} }), 'did you mean modelReporters?'],
  [
    'reporters where options stand',
    () => untyped(make(DataCollector))({ burnt: 'burnt' }, {}),
    '"burnt" is not an option',
  ],
  ['a misspelt setting of a model', () => untyped(modelOptimizee)(Walk, { max_step: 5 }), 'did you mean maxSteps?'],
  ["verbs' n_steps", () => untyped(batchRunSimulations)(simulate, { n_steps: 5 }), 'needs nSteps'],
  [
    "verbs' n_jobs",
    () => untyped(batchRunSimulations)(simulate, { nSteps: 1, nSamples: 1, parametersSamples: [{}], n_jobs: 2 }),
    'did you mean nJobs?',
  ],
  ['a policy of a cache', () => untyped(make(ReadCache))({ missing: 'ask' }), 'needs "error" or "read", got "ask"'],
  [
    'a short-hand for a grid',
    () => untyped(make(ExperimentGrid))('ppo', { default_shorthand: false }),
    'did you mean defaultShorthand?',
  ],
  [
    'num_cpu in its place of old',
    () => new ExperimentGrid('ppo').run(thunk, 4 as never),
    'ExperimentGrid.run needs options like { numCpu',
  ],
  ['num_cpu by name', () => new ExperimentGrid('ppo').run(thunk, { num_cpu: 4 } as never), 'did you mean numCpu?'],
  [
    'num_cpu as a key',
    () => new ExperimentGrid('ppo').add('num_cpu', [1, 2]),
    'got num_cpu, which is the option numCpu of run',
  ],
  ['an option where add has inName', () => untyped(add)('lr', 1, 'lr', 'yes'), 'inName of lr needs true or false'],
  [
    'a seed in its place of old',
    () => untyped(callExperiment)('ppo', thunk, 0, 1),
    'callExperiment needs options like { seed, numCpu',
  ],
  ['data_dir', () => untyped(callExperiment)('ppo', thunk, { data_dir: 'd' }), 'did you mean dataDir?'],
  [
    'a place for logs in its place of old',
    () => untyped(setupLoggerKwargs)('ppo', 0, 'data'),
    'setupLoggerKwargs needs options like { seed',
  ],
  ['output_dir', () => untyped(make(Logger))({ output_dir: 'd' }), 'did you mean outputDir?'],
  ['a root by another name', () => untyped(make(Experiment))({ rootDir: 'd' }), 'did you mean root?'],
  [
    'a name in the place of options',
    () => untyped((name: unknown) => new Experiment().prepareExperiment(name as never))('valley'),
    'prepareExperiment needs options like { name',
  ],
  [
    'a misspelt way to prepare',
    () =>
      untyped((given: unknown) => new Experiment().prepareExperiment(given as never))({
        name: 'valley',
        overwite: true,
      }),
    'did you mean overwrite?',
  ],
  [
    'a shape of a table',
    () => untyped(tableOf)('runs/valley', { shape: 'tall' }),
    'shape needs "wide" or "long", got "tall"',
  ],
  [
    'settings that are not complete',
    () => untyped(launcherOf)({ launcher: 'local' }),
    'launcherOf needs settings that parseRunnerSettings has made',
  ],
  [
    'a setting that no launcher knows',
    () => untyped(launcherOf)({ ...parseRunnerSettings({}), worker: 3 }),
    'the settings of launcherOf: "worker" is not an option, did you mean workers?',
  ],
  [
    'another launcher',
    () => untyped(launcherOf)({ ...parseRunnerSettings({}), launcher: 'slurm' }),
    'launcher needs one of "local", "srun", "sbatch", "command", got "slurm"',
  ],
  ['a time for a clock', () => untyped(make(Deadline))(5), 'Deadline needs a function that tells the time, got 5'],
  [
    'a time span for a deadline',
    () => new Deadline().setIn('30s' as never),
    'needs a number of milliseconds, got "30s"',
  ],
  ['a shorthand too many', () => untyped(add)('lr', [1], 'lr', true, 2), 'ExperimentGrid.add takes 4 arguments'],
  ['an unknown option of a run', () => untyped(HeldRun.take)('never', { overWrite: true }), 'did you mean overwrite?'],
  [
    'a run outside of the root',
    () => new Experiment({ root: 'never' }).prepareExperiment({ name: '../x' }),
    'prepareExperiment: name needs a name that a directory can have, got "../x"',
  ],
])('%s is refused by the batch systems and the experiment', async (_, call, sentence) => {
  const made = async () => {
    const given = await call()
    for await (const _ of given as AsyncIterable<unknown>) break
  }
  await expect(made()).rejects.toThrow(sentence)
})

function add(...given: readonly unknown[]) {
  return new ExperimentGrid('ppo').add(...(given as [string, unknown]))
}

function make(of: unknown) {
  return (...given: readonly unknown[]) => new (of as new (...given: readonly unknown[]) => unknown)(...given)
}

test('the statistics of a logger are known by name', () => {
  const processes = { rank: 1, size: 2 } as never
  const logger = new EpochLogger({ outputDir: 'nowhere', expName: 'ppo', processes })
  const untypedLogger = logger as unknown as { logTabular: Untyped }
  expect(() => untypedLogger.logTabular('EpRet', { with_min_and_max: true })).toThrow('did you mean withMinAndMax?')
})

test.each<readonly [string, () => unknown, string]>([
  ['no optimizee', () => new (CmaEs as never as Made)(), 'cma-es needs an optimizee'],
  ['no optimizee, of one that looks at it first', () => new (Auto as never as Made)(null), 'auto needs an opt'],
  ['a space for an optimizee', () => new (RandomSearch as never as Made)(square), 'random-search needs an opt'],
  ['no choice', () => untyped(createOptimizer)({}), 'createOptimizer: the second argument needs values by name'],
  ['a number for factors', () => untyped(importances)(5, []), 'importances: factors needs a list, got 5'],
  [
    'numbers for factors',
    () => untyped(mainEffects)([1, 2], [3]),
    'mainEffects needs factors like { name, values: [1, 2] }',
  ],
  ['no output', () => untyped(rankCorrelations)([]), 'rankCorrelations: output needs a list of numbers, got nothing'],
  ['nothing to be marked', () => untyped(markCrossed)(), 'markCrossed: factors needs a list, got nothing'],
  ['numbers for scenarios', () => untyped(swings)([1]), 'swings: a scenario needs values by name, got nothing'],
  ['no space', () => untyped(axisRangesOf)({}), 'axisRangesOf: its argument needs a space'],
  ['a part of no space', () => untyped(subspace)(null, ['x']), 'subspace: the first argument needs a space'],
  ['a space for a parameter', () => untyped(vector)(square, 2), 'needs to be made by real, integer'],
  ['nothing to be defined', () => untyped(defineOptimizee)(), 'defineOptimizee: its argument needs values by name'],
  ['a number for a record', () => untyped(RecordReader.openForReading)(5), 'the run directory needs a text, got 5'],
  ['another place for a state', () => untyped(loadState)({}), 'loadState: the output directory needs a text, got {}'],
  ['a number for a module', () => untyped(moduleFunction)(5), 'moduleFunction: the module needs a text, got 5'],
  ['no model', () => untyped(modelOptimizee)(null), 'modelOptimizee: the model needs a function, got null'],
  ['a logger without a place', () => new Logger({} as never), 'Logger needs outputDir, got none'],
  ['a batch without runs', () => new BatchRunner({} as never), 'BatchRunner needs configurations, got none'],
  ['a list for constraints', () => new (Constraints as never as Made)({}), 'the constraints needs a list'],
  ['runs without points', () => untyped(manualRuns)(class {}, {}), 'manualRuns needs points, got none'],
  [
    'no place of an individual',
    () => new (Individual as never as Made)(null),
    'Individual: the first argument needs {',
  ],
  ['no cause', () => new (SimulationFailure as never as Made)(), 'SimulationFailure needs a cause like'],
  [
    'a record by new',
    () => new (RecordWriter as never as Made)(5),
    'A record is opened by RecordReader.openForReading',
  ],
  ['a history that is none', () => new (Trajectory as never as Made)({}), 'Trajectory: the history needs'],
])('an argument that is not what belongs there is refused in a sentence: %s', (_, call, sentence) => {
  expect(call).toThrow(sentence)
})

test.each<readonly [string, () => unknown, string]>([
  ['no space for genes', () => untyped(kit.genesOf)(null), 'genesOf: its argument needs a space'],
  ['no genome', () => untyped(kit.canonical)(square), 'canonical: the genome needs a list of numbers, got nothing'],
  ['no point', () => untyped(kit.clipToCube)(5), 'clipToCube: the point needs a list of numbers, got 5'],
  ['no points', () => untyped(kit.meanOf)([]), 'meanOf: its argument needs at least one point, got none'],
  ['one point for points', () => untyped(kit.covarianceOf)([1], [1]), 'covarianceOf: points needs a list of points'],
  ['a list for a matrix', () => untyped(kit.factorOf)([1, 2]), 'factorOf: its argument needs a matrix'],
  ['no matrix', () => untyped(kit.eigenOf)(), 'eigenOf: its argument needs a matrix, as a list of rows, got nothing'],
  ['no distribution', () => untyped(kit.gaussianSampler)(), 'gaussianSampler: its argument needs values by name'],
  ['no random numbers', () => untyped(kit.normalPoint)(2), 'normalPoint: the second argument needs random numbers'],
  ['no objectives', () => untyped(kit.rank)({}, []), 'rank: the first argument needs objectives, as in new Objectives'],
  ['no fitness', () => untyped(kit.scoreOf)(valley.objectives), 'scoreOf: the fitness needs a list of numbers'],
  [
    'a text for a dimension',
    () => untyped(kit.generationsToRest)('3', 8),
    'dimension needs a whole number of at least 0',
  ],
  [
    'no tolerance',
    () => untyped(kit.isAtRest)([1], 1),
    'isAtRest: tolerance needs a number of at least 0, got nothing',
  ],
  ['half a restart', () => kit.grownPopulation(8, 0.5), 'restarts needs a whole number of at least 0, got 0.5'],
  ['no genome of a map', () => new kit.GenomeMap().has(5 as never), 'GenomeMap: a genome needs a list of numbers'],
  [
    'no schema',
    () => untyped(kit.parseSettings)({}, {}, 'optimizer'),
    'parseSettings: the first argument needs a schema',
  ],
  ['no optimizer', () => untyped(drive)(), 'drive: the first argument needs an optimizer, got nothing'],
  ['no simulation', () => untyped(drive)(new RandomSearch(valley)), 'which simulates, needs a function, got nothing'],
  ['a count for options', () => untyped(drive)(new RandomSearch(valley), simulate, 9), 'drive needs options like'],
  ['no steps', () => untyped(toldIn)(), 'toldIn: its argument needs a list, got nothing'],
])('so is it by what optimizers are made and tried with: %s', (_, call, sentence) => {
  expect(call).toThrow(sentence)
})

test.each<readonly [string, () => unknown, string]>([
  ['a run', () => untyped(deliver)(null, {}), 'deliver: the first argument needs a run that is held'],
  ['an optimizee', () => untyped(deliver)({ directory: 'd' }), 'deliver: the second argument, an optimizee, needs'],
  ['a table', () => untyped(readTable)(5), 'readTable: the path needs a text, got 5'],
])('so is it where a promise is given: %s', async (_, call, sentence) => {
  await expect(call()).rejects.toThrow(sentence)
})
