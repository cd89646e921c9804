import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeMessage } from '../../../runtime/channel/protocol.ts'
import type { FailureCause } from '../../core/evaluation.ts'
import { nameOf } from '../../core/individual.ts'
import { runFiles } from '../../core/run-files.ts'
import { RecordReader } from '../../record/reader.ts'
import type { EvaluatedRow } from '../../record/rows.ts'
import { fromRecord } from '../plain-value.ts'
import type { Collected } from './collected.ts'
import { collectedFile, type OwnSettings, ownSettings, type Stage, type StagedCause } from './model-optimizee.ts'

/**
 * A row of results, with Mesa's columns in Mesa's order: the run, its parameters and seed, the model reporters and, if
 * there are agent reporters, one agent. A run that failed is one row with its `failure`.
 */
export interface BatchRow {
  readonly RunId: number
  readonly iteration: number
  /** Null in the row of a run that failed. */
  readonly Step: number | null
  readonly seed: number
  readonly AgentID?: number | string
  readonly failure?: RunFailure
  readonly [column: string]: unknown
}

/** What a run failed of. */
export interface RunFailure {
  readonly stage: Stage
  readonly kind: FailureCause['kind']
  readonly message: string
  readonly stack?: string | undefined
}

/**
 * The rows of a batch from its run directory, in the order of the run ids, never all of them in memory. Runs that have
 * not been made yet give none.
 */
export function* readRows(directory: string): Generator<BatchRow> {
  const record = RecordReader.openForReading(directory)
  try {
    yield* rowsIn(record)
  } finally {
    record.close()
  }
}

/** The rows that `readRows` reads, from a record that is open. @throws TypeError if an individual is no run of a model */
export function* rowsIn(record: RecordReader): Generator<BatchRow> {
  let position = 0
  for (const row of record.rows()) yield* rowsOf(row, position++, record.directory)
}

function* rowsOf(row: EvaluatedRow, position: number, directory: string): Generator<BatchRow> {
  if (row.outcome === 'pending') return
  const parameters = JSON.parse(row.parameters) as { readonly [ownSettings]?: OwnSettings }
  const { [ownSettings]: own, ...given } = parameters
  const run = { RunId: own?.RunId ?? position, iteration: row.replicate }
  const rest = { ...given, seed: row.seed }
  if (row.outcome === 'failed') {
    yield { ...run, Step: null, ...rest, failure: failureOf(JSON.parse(row.cause ?? '{}')) }
    return
  }
  const { steps, modelReporters, agentReporters, model, agents } = collectedIn(row, directory)
  const taken = [...fixedColumns, ...Object.keys(rest)]
  const modelColumns = freeNames('model', modelReporters, taken)
  const agentColumns = agentReporters.map((names) => freeNames('agent', names, [...taken, ...modelColumns]))
  for (const [i, Step] of steps.entries()) {
    const values = Object.fromEntries(modelColumns.map((name, j) => [name, model[i]![j]]))
    const base = { ...run, Step, ...rest, ...values }
    let isAlone = true
    for (const [group, names] of agentColumns.entries()) {
      for (const [AgentID, ...reported] of agents[i]![group]!) {
        isAlone = false
        const columns = Object.fromEntries(names.map((name, j) => [name, reported[j]]))
        yield { ...base, AgentID: AgentID as number | string, ...columns }
      }
    }
    if (isAlone) yield base
  }
}

const fixedColumns = ['RunId', 'iteration', 'Step', 'AgentID', 'failure']

/** A reporter that is called like another column says what it is of, and does not take that column's place. */
function freeNames(of: 'model' | 'agent', names: readonly string[], others: readonly string[]): string[] {
  const taken = new Set(others)
  return names.map((name) => {
    let free = name
    while (taken.has(free)) free = `${of} ${free}`
    taken.add(free)
    return free
  })
}

function collectedIn(row: EvaluatedRow, directory: string): Collected {
  const { collected } = JSON.parse(row.outputs ?? '{}') as {
    readonly collected?: Collected | { readonly file: string }
  }
  if (collected === undefined)
    throw new TypeError(`run ${nameOf(row)} of ${directory} has collected no data of a model`)
  if (!('file' in collected)) return fromRecord(collected) as Collected
  return fromRecord(
    decodeMessage(readFileSync(join(directory, runFiles.individuals, nameOf(row), collectedFile))),
  ) as Collected
}

function failureOf({ kind, message, stack, stage }: Partial<StagedCause> & FailureCause): RunFailure {
  // A result that is refused was found bad in the model's data; a process that died tells no stage.
  const found: Stage = stage ?? (kind === 'bad-result' ? 'extracting' : 'aborted')
  return { stage: found, kind, message, ...(stack !== undefined && { stack }) }
}
