import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeMessage } from '../../runtime/channel/protocol.ts'
import { type RunFile, readRunFile } from '../../runtime/channel/run-file.ts'
import { loadOptimizee } from '../../runtime/worker/load-optimizee.ts'
import { restored } from '../../runtime/worker/restored.ts'
import { ConfigurationError } from '../core/errors.ts'
import { Individual, idOf, nameOf } from '../core/individual.ts'
import type { Optimizee } from '../core/optimizee.ts'
import { isSame as isSameData } from '../core/plain-data.ts'
import { findIndividual } from '../record/individual-name.ts'
import { RecordReader } from '../record/reader.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import { type Came, explain, OutputAside, simulateHere, TemporaryDirectory } from './simulate-here.ts'

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
  /** The individual that it goes on from, if that has left no checkpoint that is still kept: then it begins again. */
  readonly beginsAgain: string | null
  /** The lines of shell that start it by hand; null of what is no program. */
  readonly byHand: string | null
}

/**
 * Simulates an individual again in this process, from what the run directory holds, as a worker would; what it prints goes
 * to standard error. What its user keeps stays as it is.
 */
export async function replay(run: string, name: string): Promise<Replayed> {
  const { row, attempt, objectives, left } = readRecord(run, name)
  const recorded = recordedIn(row)
  const runFile = readRun(run)
  const directory = new TemporaryDirectory('replay')
  const optimizee = await load(run, runFile, directory.path({ make: false }))
  const { space } = optimizee
  const parameters = space.fromValues(space.toValues(JSON.parse(row.parameters)))
  const share = { budget: row.budget ?? undefined, continues: row.continues === null ? undefined : idOf(row.continues) }
  const individual = new Individual(row, parameters, row.seed, share)
  const restore = () => (left ? restored(run, row.continues!, left) : undefined)
  const snapshot = () => snapshotOf(run, runFile)
  const surroundings = { attempt, directory, timeout: runFile.timeout, snapshot, restore }
  const explanation = explain(optimizee, individual, surroundings)
  using _aside = new OutputAside()
  try {
    const { came, milliseconds } = await simulateHere(optimizee, individual, surroundings)
    if (explanation) directory.lay(explanation)
    const { generation, index, replicate, seed } = row
    return {
      generation,
      index,
      replicate,
      seed,
      objectives,
      recorded,
      replayed: came,
      identical: isSame(recorded, came),
      milliseconds,
      directory: directory.made,
      beginsAgain: restore() === undefined ? row.continues : null,
      byHand: explanation?.byHand ?? null,
    }
  } finally {
    await optimizee.close?.()
  }
}

function readRecord(run: string, name: string) {
  const record = RecordReader.openForReading(run)
  try {
    const row = findIndividual(record, name)
    const accepted = record.attemptsOf(row).find(({ verdict }) => verdict === 'accepted')
    const left = row.continues === null ? undefined : record.checkpointLeftBy(idOf(row.continues))
    return { row, attempt: accepted?.attempt ?? 1, objectives: record.objectives.names, left }
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

/** The run's simulation; what it makes for its users beside the run, it makes in that directory. */
async function load(run: string, { optimizee: { module, options } }: RunFile, directory: string): Promise<Optimizee> {
  const path = join(run, module)
  if (!existsSync(path)) {
    throw new ConfigurationError(`${run} has no ${module}, its bundled simulation; run it again to have it made anew`)
  }
  try {
    const optimizee = await loadOptimizee(path, options)
    return optimizee.elsewhere?.(directory) ?? optimizee
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`the simulation of ${run} does not load: ${why}`, { cause: error })
  }
}

/** What the run's simulation made once for all individuals. */
function snapshotOf(run: string, { optimizee: { snapshot } }: RunFile): unknown {
  return snapshot === undefined ? undefined : decodeMessage(readFileSync(join(run, snapshot)))
}

function isSame(recorded: Came, replayed: Came): boolean {
  if (recorded.outcome === 'failed') return replayed.outcome === 'failed' && recorded.cause.kind === replayed.cause.kind
  if (replayed.outcome === 'failed') return false
  return isSameData(recorded.fitness, replayed.fitness) && isSameData(recorded.outputs, replayed.outputs)
}
