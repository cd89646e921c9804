import type { FailureCause } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import { thisRun } from '../core/record.ts'
import type {
  AttemptDocument,
  IndividualDocument,
  ReplicateDocument,
  TogetherDocument,
} from '../record/individual-document.ts'
import { describeError } from './describe-run.ts'
import { alignFacts, alignTable, fullValue, shortValue, timeSpan } from './table.ts'

/** The most intermediate values that are shown; programs get all of them. */
const mostReports = 20

/** The most samples that are shown; programs get all of them. */
const mostSamples = 20

export function describeIndividual(document: IndividualDocument): string {
  const { seed, replaces, outcome, fitness, objectives, constraints, score, cause, parameters, outputs } = document
  const facts = alignFacts([
    ['individual', nameOf(document)],
    ['seed', String(seed)],
    ['replaces', replaces === null ? undefined : nameOf({ ...document, index: replaces })],
    ['budget', document.budget === null ? undefined : fullValue(document.budget)],
    ['continues', document.continues ?? undefined],
    ['outcome', outcome],
    ...(fitness ?? []).map((value, i) => [objectives[i] ?? String(i), fullValue(value)] as const),
    ['together', document.together ? describeTogether(document.together, objectives) : undefined],
    ['score', score === null ? undefined : fullValue(score)],
    ...Object.entries(constraints ?? {}).map(([name, amount]) => [name, describeAmount(amount)] as const),
    ['cause', cause === null ? undefined : describeCause(cause)],
  ])
  return [
    facts,
    section('parameters', alignFacts(indented(parameters))),
    ...(document.replicates ? [section('samples', sampleTable(document, document.replicates))] : []),
    ...(outputs ? [section('outputs', alignFacts(indented(outputs)))] : []),
    ...(document.attempts.length > 0 ? [section('attempts', attemptTable(document.attempts))] : []),
    ...(document.reports.length > 0 ? [section('reports', reportTable(document.reports))] : []),
  ].join('\n')
}

function describeTogether(
  { fitness, standardError, aggregate }: TogetherDocument,
  objectives: readonly string[],
): string {
  const values = fitness.map(
    (value, i) => `${objectives[i] ?? i} ${shortValue(value)}${describeError(standardError[i])}`,
  )
  return `${values.join(', ')} (${aggregate})`
}

function sampleTable(document: IndividualDocument, replicates: readonly ReplicateDocument[]): string {
  const { objectives } = document
  const shown = replicates.slice(0, mostSamples)
  const table = alignTable(
    ['  individual', ...objectives, 'seed', 'cause'],
    shown.map(({ replicate, seed, outcome, fitness, cause }) => [
      `  ${document.generation}.${document.index}.${replicate}`,
      ...objectives.map((_, i) => (fitness ? fullValue(fitness[i]) : outcome)),
      String(seed),
      cause ? describeCause(cause) : '',
    ]),
  )
  const left = replicates.length - shown.length
  return left > 0 ? `${table}  and ${left} more: --json has all\n` : table
}

export function describeAmount(amount: number): string {
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
  const isMeasured = attempts.some(({ cpuMs }) => cpuMs !== null)
  return alignTable(
    ['  epoch', 'attempt', 'worker', 'host', 'verdict', 'took', ...(isMeasured ? ['CPU', 'memory'] : []), 'cause'],
    attempts.map((attempt) => [
      String(attempt.epoch),
      String(attempt.attempt),
      attempt.reused ? '' : String(attempt.worker),
      attempt.host,
      attempt.verdict,
      attempt.milliseconds === null ? '' : timeSpan(attempt.milliseconds),
      ...(isMeasured ? usageOf(attempt) : []),
      noteOn(attempt),
    ]),
  )
}

/** CPU time, and the most memory of a process, of what the attempt has started. */
function usageOf({ cpuMs, peakMemory }: AttemptDocument): string[] {
  return [cpuMs === null ? '' : timeSpan(cpuMs), peakMemory === null ? '' : `${Math.ceil(peakMemory / 2 ** 20)} MiB`]
}

function noteOn({ verdict, fitness, cause, reused }: AttemptDocument): string {
  if (cause) return describeCause(cause)
  if (reused?.run === thisRun)
    return `not simulated: its parameters and seed are those of individual ${reused.individual}`
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
