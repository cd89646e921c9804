import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeMessage } from '../../runtime/channel/protocol.ts'
import { type RunFile, readRunFile } from '../../runtime/channel/run-file.ts'
import { Attempt, type AttemptOutcome, causeOf } from '../../runtime/worker/attempt.ts'
import { loadOptimizee } from '../../runtime/worker/load-optimizee.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { FailureCause, Outputs } from '../core/evaluation.ts'
import { Individual, nameOf } from '../core/individual.ts'
import type { Optimizee } from '../core/optimizee.ts'
import { isSame as isSameData } from '../core/plain-data.ts'
import { findIndividual } from '../record/individual-name.ts'
import { RecordReader } from '../record/reader.ts'
import { type EvaluatedRow, toJson } from '../record/rows.ts'

/** What came of an individual, as it is recorded or as it came now. */
export type Came =
  | { readonly outcome: 'done'; readonly fitness: readonly number[]; readonly outputs: Outputs | null }
  | { readonly outcome: 'failed'; readonly cause: FailureCause }

export interface Replayed {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  readonly objectives: readonly string[]
  readonly recorded: Came
  readonly replayed: Came
  /** The same fitness and outputs to the last bit, or a failure of the same kind. */
  readonly identical: boolean
  readonly milliseconds: number
  /** What the simulation wrote to the directory it asked for. */
  readonly directory: string | null
}

/** Simulates an individual again in this process, from what the run directory holds, as a worker would. */
export async function replay(run: string, name: string): Promise<Replayed> {
  const { row, attempt, objectives } = readRecord(run, name)
  const recorded = recordedIn(row)
  const runFile = readRun(run)
  const optimizee = await load(run, runFile)
  const { space } = optimizee
  const parameters = space.fromValues(space.toValues(JSON.parse(row.parameters)))
  const surroundings = new Surroundings(run, runFile, attempt)
  const individual = new Individual(row, parameters, row.seed)
  const begin = performance.now()
  const came = cameOf(await withOutputAside(() => simulate(new Attempt(optimizee, individual, surroundings))))
  const milliseconds = performance.now() - begin
  const { generation, index, replicate, seed } = row
  const identical = isSame(recorded, came)
  const { made } = surroundings
  return {
    generation,
    index,
    replicate,
    seed,
    objectives,
    recorded,
    replayed: came,
    identical,
    milliseconds,
    directory: made ?? null,
  }
}

function readRecord(run: string, name: string) {
  const record = RecordReader.openForReading(run)
  try {
    const row = findIndividual(record, name)
    const accepted = record.attemptsOf(row).find(({ verdict }) => verdict === 'accepted')
    return { row, attempt: accepted?.attempt ?? 1, objectives: record.objectives.names }
  } finally {
    record.close()
  }
}

function recordedIn(row: EvaluatedRow): Came {
  switch (row.outcome) {
    case 'done':
      return { outcome: 'done', fitness: JSON.parse(row.fitness!), outputs: row.outputs && JSON.parse(row.outputs) }
    case 'failed':
      return { outcome: 'failed', cause: JSON.parse(row.cause!) }
    case 'stopped':
      throw new ConfigurationError(`individual ${nameOf(row)} was stopped on its way; there is nothing to compare with`)
    case 'pending':
      throw new ConfigurationError(
        `individual ${nameOf(row)} has not been evaluated yet; there is nothing to compare it with`,
      )
  }
}

function readRun(run: string): RunFile {
  try {
    return readRunFile(run)
  } catch (error) {
    throw new ConfigurationError(
      `${run} does not say how its simulation is loaded: ${(error as Error).message}; run it again to have it written anew`,
      { cause: error },
    )
  }
}

async function load(run: string, { optimizee: { module, options } }: RunFile): Promise<Optimizee> {
  const path = join(run, module)
  if (!existsSync(path)) {
    throw new ConfigurationError(`${run} has no ${module}, its bundled simulation; run it again to have it made anew`)
  }
  try {
    return await loadOptimizee(path, options)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`the simulation of ${run} does not load: ${why}`, { cause: error })
  }
}

/** What an attempt has around it outside a worker: it leaves the run directory as it is. */
class Surroundings {
  readonly attempt: number
  readonly timeout: number | undefined
  readonly report = (): void => {}
  readonly #run: string
  readonly #snapshot: string | undefined
  #value: { readonly value: unknown } | undefined
  #made: string | undefined

  constructor(run: string, { timeout, optimizee: { snapshot } }: RunFile, attempt: number) {
    this.#run = run
    this.attempt = attempt
    this.timeout = timeout
    this.#snapshot = snapshot
  }

  readonly snapshot = (): unknown => {
    this.#value ??= {
      value: this.#snapshot === undefined ? undefined : decodeMessage(readFileSync(join(this.#run, this.#snapshot))),
    }
    return this.#value.value
  }

  readonly directory = (): string => {
    this.#made ??= mkdtempSync(join(tmpdir(), 'twoloop-replay-'))
    return this.#made
  }

  /** The directory, if the simulation asked for one. */
  get made(): string | undefined {
    return this.#made
  }
}

/** Stray errors of asynchronous code count as its failure, as they do in a worker. */
async function simulate(attempt: Attempt): Promise<AttemptOutcome> {
  let onStray: (error: unknown) => void = () => {}
  const stray = new Promise<AttemptOutcome>((resolve) => {
    onStray = (error) => resolve({ cause: causeOf(error) })
  })
  process.on('uncaughtException', onStray)
  try {
    return await Promise.race([attempt.run(), stray])
  } finally {
    process.off('uncaughtException', onStray)
  }
}

/** Standard output belongs to the answer; what the simulation prints goes to standard error. */
async function withOutputAside<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process
  const write = stdout.write
  stdout.write = stderr.write.bind(stderr) as typeof write
  try {
    return await work()
  } finally {
    stdout.write = write
  }
}

function cameOf(outcome: AttemptOutcome): Came {
  if ('cause' in outcome) return { outcome: 'failed', cause: outcome.cause }
  // As they would be read from the record.
  const outputs = outcome.outputs ? (JSON.parse(toJson(outcome.outputs)) as Outputs) : null
  return { outcome: 'done', fitness: outcome.fitness, outputs }
}

function isSame(recorded: Came, replayed: Came): boolean {
  if (recorded.outcome === 'failed') return replayed.outcome === 'failed' && recorded.cause.kind === replayed.cause.kind
  if (replayed.outcome === 'failed') return false
  return isSameData(recorded.fitness, replayed.fitness) && isSameData(recorded.outputs, replayed.outputs)
}
