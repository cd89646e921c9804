import { relative } from 'node:path'
import { ExperimentGrid } from '../batch/grid/experiment-grid.ts'
import type { GridExperiment, GridOutcome, GridRunOptions } from '../batch/grid/grid-outcome.ts'
import { ConfigurationError, messageOf } from '../core/errors.ts'
import type { Direction, ObjectiveMap } from '../core/objectives.ts'
import type { PlainData } from '../core/plain-data.ts'
import { show } from '../core/text.ts'
import { exitCodes } from './fail.ts'
import { type GridOptions, parseGridArguments, type WrittenKey } from './grid-arguments.ts'
import { type GridFile, readGridFile } from './grid-file.ts'
import { ProgressLine } from './progress.ts'
import { ReportSignal, StopSignal } from './signals.ts'

/** Runs the grid of a file and a command line, or goes on with it, and says what came of it. Returns the exit code. */
export async function runGridFile(file: string, words: readonly string[]): Promise<number> {
  const given = parseGridArguments(words)
  const read = await readGridFile(file)
  const options: GridOptions = { ...read.options, ...given.options }
  const { json, ...runOptions } = readOptions(options, read)
  const name = textOption(options, 'exp-name') ?? read.name
  const grid = makeGrid(file, name, read, given.keys)
  const progress = new ProgressLine(process.stderr)
  using stop = new StopSignal((sentence) => progress.say(sentence))
  using _report = new ReportSignal(() => progress.say(`Everything up to here is stored: ${progress.latest}`))
  let outcome: GridOutcome
  try {
    outcome = await grid.run(read.thunk, {
      ...runOptions,
      ...(json && { print: () => {} }),
      signal: stop.signal,
      onProgress: (news) => progress.update(news),
      onWarning: (sentence) => progress.say(sentence),
    })
  } finally {
    progress.end()
  }
  process.stdout.write(json ? `${JSON.stringify({ name, ...outcome }, null, 2)}\n` : summarize(name, outcome))
  if (outcome.status === 'stopped') return exitCodes.stopped
  return outcome.experiments.some((experiment) => experiment.outcome === 'failed')
    ? exitCodes.failed
    : exitCodes.finished
}

/** What the command line says comes before what the file says. */
function makeGrid(file: string, name: string, read: GridFile, words: readonly WrittenKey[]): ExperimentGrid {
  const said = new Map(words.map((key) => [key.key, key]))
  const keys = [
    ...read.keys.map((key) => ({ ...key, ...said.get(key.key) })),
    ...words.filter(({ key }) => !read.keys.some((other) => other.key === key)),
  ]
  const { defaultShorthand = true } = read
  try {
    const grid = new ExperimentGrid(name, { defaultShorthand })
    for (const { key, values, shorthand, inName } of keys) grid.add(key, values, shorthand, inName)
    return grid
  } catch (error) {
    throw new ConfigurationError(`${file}: ${messageOf(error)}`, { cause: error })
  }
}

function readOptions(options: GridOptions, read: GridFile): GridRunOptions & { readonly json: boolean } {
  const launcher = textOption(options, 'launcher')
  const timeout = options.timeout?.[0]
  const runner = {
    ...read.runner,
    ...(options.workers && { workers: options.workers[0] as number }),
    ...(launcher !== undefined && { launcher: launcher as 'local' }), // checked with the other settings
    ...(timeout !== undefined && { timeout: timeout as string }),
    ...(options.retries && { retries: options.retries[0] as number }),
  }
  const wait = options.wait?.[0]
  if (wait !== undefined && !(typeof wait === 'number' && wait >= 0)) refuseOption('wait', 'a number of seconds', wait)
  return {
    numCpu: (options['num-cpu']?.[0] as number | 'auto' | undefined) ?? read.numCpu,
    dataDir: textOption(options, 'data-dir') ?? read.dataDir,
    datestamp: flagOption(options, 'datestamp') ?? read.datestamp,
    objectives: options.objective ? Object.fromEntries(options.objective.map(readObjective)) : read.objectives,
    root: textOption(options, 'root'),
    dryRun: flagOption(options, 'dry-run'),
    overwrite: flagOption(options, 'overwrite'),
    waitBeforeLaunch: wait,
    runner,
    json: flagOption(options, 'json') ?? false,
  }
}

function readObjective(given: PlainData): [string, ObjectiveMap[string]] {
  const [, name, wanted] = /^([^=]+)=(.+)$/.exec(String(given)) ?? []
  if (name === undefined || wanted === undefined) refuseOption('objective', 'name=minimize or name=maximize', given)
  return [name, Number.isNaN(Number(wanted)) ? (wanted as Direction) : Number(wanted)]
}

function textOption(options: GridOptions, option: keyof GridOptions): string | undefined {
  const value = options[option]?.[0]
  if (value === undefined || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  refuseOption(option, 'a text', value)
}

function flagOption(options: GridOptions, option: keyof GridOptions): boolean | undefined {
  const value = options[option]?.[0]
  if (value === undefined || typeof value === 'boolean') return value
  refuseOption(option, 'true, false or nothing', value)
}

function refuseOption(option: string, wanted: string, got: PlainData): never {
  throw new ConfigurationError(`--${option}: wanted ${wanted}, got ${show(got)}`)
}

function summarize(name: string, { status, reason, directory, experiments }: GridOutcome): string {
  const count = (outcome: GridExperiment['outcome']) =>
    experiments.filter((experiment) => experiment.outcome === outcome).length
  if (status === 'planned') {
    const lines = experiments.map((one) => `${one.outcome.padEnd(7)}  ${nameOf(one)}  ${placeOf(one)}`)
    return `${lines.join('\n')}\n${name}: ${count('pending')} of ${experiments.length} experiments are to be run\n`
  }
  const failures = experiments.filter(({ outcome }) => outcome === 'failed')
  const stopped = status === 'stopped' ? `${reason ? ` (${reason})` : ''}, ${count('pending')} are still to be run` : ''
  return [
    `${name}: ${status}, ${count('done')} of ${experiments.length} experiments done, ${failures.length} failed${stopped}`,
    ...failures.map((one) => `failed  ${nameOf(one)}  ${placeOf(one)}: ${one.cause?.message}`),
    `run     ${relative('', directory) || '.'}`,
    ...(status === 'stopped' ? ['go on with the same command'] : []),
    '',
  ].join('\n')
}

function nameOf({ name, seed }: GridExperiment): string {
  return `${name} (seed ${seed})`
}

function placeOf({ directory }: GridExperiment): string {
  return directory === undefined ? '' : relative('', directory) || '.'
}
