import type { FailureCause } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import type { RecordReader } from '../record/reader.ts'
import type { AttemptRow, EvaluatedRow } from '../record/rows.ts'
import { alignFacts, alignTable, fullValue, timeSpan } from './table.ts'

/** Everything that is recorded of one individual, as one JSON document. */
export interface IndividualDocument {
  readonly generation: number
  readonly index: number
  readonly replicate: number
  readonly seed: number
  /** The index of the failed individual whose place it took. */
  readonly replaces: number | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly outcome: EvaluatedRow['outcome']
  readonly fitness: readonly number[] | null
  readonly objectives: readonly string[]
  /** A number for each constraint by its name, which is kept where that is not above 0; null where there are none. */
  readonly constraints: Readonly<Record<string, number>> | null
  /** By how much they are violated, taken together. */
  readonly violation: number | null
  /** The weighted fitness; larger is better. */
  readonly score: number | null
  readonly outputs: Readonly<Record<string, unknown>> | null
  readonly cause: FailureCause | null
  readonly attempts: readonly AttemptDocument[]
  readonly reports: readonly { readonly attempt: number; readonly step: number; readonly value: number }[]
}

type AttemptDocument = Pick<AttemptRow, 'epoch' | 'attempt' | 'worker' | 'host' | 'verdict' | 'milliseconds'> & {
  /** Of an attempt that did not decide the evaluation. */
  readonly fitness: readonly number[] | null
  readonly cause: FailureCause | null
  /** Where it was simulated, as its worker said: Slurm job, step and node, the CPU. */
  readonly provenance: Readonly<Record<string, string>>
  /** Of what was not simulated here: the other run, and the individual's name there. */
  readonly reused: { readonly run: string; readonly individual: string } | null
}

export function individualDocument(record: RecordReader, row: EvaluatedRow): IndividualDocument {
  const { generation, index, replicate, seed, replaces, outcome, violation, score } = row
  const amounts = parsed<number[]>(row.constraints)
  const names = (record.manifest().constraints ?? []) as string[]
  const places = new Map(record.workers().map(({ worker, provenance }) => [worker, parsed<Place>(provenance)]))
  return {
    generation,
    index,
    replicate,
    seed,
    replaces,
    parameters: JSON.parse(row.parameters) as Record<string, unknown>,
    outcome,
    fitness: parsed(row.fitness),
    objectives: record.objectives.names,
    constraints: amounts && Object.fromEntries(amounts.map((amount, i) => [names[i] ?? String(i), amount])),
    violation,
    score,
    outputs: parsed(row.outputs),
    cause: parsed(row.cause),
    attempts: record.attemptsOf(row).map((attempt) => attemptDocument(attempt, places.get(attempt.worker) ?? {})),
    reports: record.reportsOf(row),
  }
}

type Place = AttemptDocument['provenance']

function attemptDocument(row: AttemptRow, provenance: Place): AttemptDocument {
  const { epoch, attempt, worker, host, verdict, milliseconds, fitness, cause, reusedRun, reusedIndividual } = row
  return {
    epoch,
    attempt,
    worker,
    host,
    verdict,
    milliseconds,
    fitness: parsed(fitness),
    cause: parsed(cause),
    provenance,
    reused: reusedRun === null ? null : { run: reusedRun, individual: reusedIndividual! },
  }
}

/** So many intermediate values are shown; programs get all of them. */
const mostReports = 20

export function describeIndividual(document: IndividualDocument): string {
  const { seed, replaces, outcome, fitness, objectives, constraints, score, cause, parameters, outputs } = document
  const facts = alignFacts([
    ['individual', nameOf(document)],
    ['seed', String(seed)],
    ['replaces', replaces === null ? undefined : nameOf({ ...document, index: replaces })],
    ['outcome', outcome],
    ...(fitness ?? []).map((value, i) => [objectives[i] ?? String(i), fullValue(value)] as const),
    ['score', score === null ? undefined : fullValue(score)],
    ...Object.entries(constraints ?? {}).map(([name, amount]) => [name, describeAmount(amount)] as const),
    ['cause', cause === null ? undefined : describeCause(cause)],
  ])
  return [
    facts,
    section('parameters', alignFacts(indented(parameters))),
    ...(outputs ? [section('outputs', alignFacts(indented(outputs)))] : []),
    ...(document.attempts.length > 0 ? [section('attempts', attemptTable(document.attempts))] : []),
    ...(document.reports.length > 0 ? [section('reports', reportTable(document.reports))] : []),
  ].join('\n')
}

function describeAmount(amount: number): string {
  return amount > 0 ? `violated by ${fullValue(amount)}` : `kept, by ${fullValue(-amount)}`
}

export function describeCause({ kind, message, exitCode, signal }: FailureCause): string {
  const how = signal ? ` ${signal}` : exitCode === undefined || exitCode === null ? '' : ` ${exitCode}`
  return `${kind}${how}: ${message}`
}

function section(title: string, body: string): string {
  return `${title}\n${body}`
}

function indented(values: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
  return Object.entries(values).map(([name, value]) => [`  ${name}`, fullValue(value)])
}

function attemptTable(attempts: readonly AttemptDocument[]): string {
  return alignTable(
    ['  epoch', 'attempt', 'worker', 'host', 'verdict', 'took', 'cause'],
    attempts.map((attempt) => [
      String(attempt.epoch),
      String(attempt.attempt),
      attempt.reused ? '' : String(attempt.worker),
      attempt.host,
      attempt.verdict,
      attempt.milliseconds === null ? '' : timeSpan(attempt.milliseconds),
      noteOn(attempt),
    ]),
  )
}

function noteOn({ verdict, fitness, cause, reused }: AttemptDocument): string {
  if (cause) return describeCause(cause)
  if (reused) return `not simulated: taken from ${reused.run}, individual ${reused.individual}`
  return verdict === 'late-differs' && fitness ? `it gave ${JSON.stringify(fitness)}` : ''
}

function reportTable(reports: IndividualDocument['reports']): string {
  const last = reports.slice(-mostReports)
  const left = reports.length - last.length
  const table = alignTable(
    ['  attempt', 'step', 'value'],
    last.map(({ attempt, step, value }) => [String(attempt), String(step), String(value)]),
  )
  return left > 0 ? `  (the last ${last.length} of ${reports.length}; --json has all)\n${table}` : table
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}
