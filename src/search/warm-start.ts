import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { type BudgetRange, isWhole } from '../core/budget.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type Evaluation, type FailureCause, isFailed } from '../core/evaluation.ts'
import { Individual, type IndividualId } from '../core/individual.ts'
import type { Optimizee, Problem } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { type CellTyping, type FileRow, readCell, typingOf } from '../core/read-cell.ts'
import { type ParameterDefinition, parameterFrom } from '../core/space.ts'
import { show } from '../core/text.ts'
import { RecordReader } from '../record/reader.ts'
import { evaluationOf as evaluationOfRow } from '../record/rows.ts'
import { nestColumns } from '../tables/nest-columns.ts'
import { readCells } from '../tables/read-table.ts'
import { pointsOfSamples } from './points-of-samples.ts'
import type { HeldRun } from './run-directory.ts'

/** What a search knows before it begins: the rows of an earlier run or of a table, as generation -1. */
export interface WarmStart {
  readonly evaluations: readonly Evaluation[]
  /** The digest of all that is known: two starts with the same one are the same. */
  readonly sha256: string
  /** What was left out, in a sentence. */
  readonly warning?: string | undefined
}

/** What an evaluation must fit. */
export type WarmStartProblem<P = Record<string, unknown>> = Pick<
  Problem<P>,
  'space' | 'objectives' | 'budget' | 'constraints' | 'replications'
>

/**
 * Reads what is known, from a run directory or a table's file. A table has a column for every parameter (or for every
 * element of one) and objective, as the export writes it; whatever else it has is left aside, but for `outcome`, `seed`
 * and the causes of failures. Samples of one individual are told as one evaluation. What an earlier run simulated outside of this search's bounds is left out.
 *
 * @throws ConfigurationError if it is neither, if its parameters or objectives are others, or, in a table, with the row and
 * the column of a value that does not fit
 */
export async function readWarmStart<P>(source: string, given: WarmStartProblem<P>): Promise<WarmStart> {
  const problem = given as unknown as WarmStartProblem // parameters are plain data here, whatever their types
  const found = statSync(source, { throwIfNoEntry: false })
  if (!found) throw new ConfigurationError(`there is no ${source}; wanted a run directory or a table to start from`)
  const { evaluations, warning } = found.isDirectory()
    ? fromRun(source, problem)
    : { evaluations: fromTable(source, await readCells(source), problem), warning: undefined }
  if (!evaluations.some(({ outcome }) => outcome === 'done')) {
    throw new ConfigurationError(
      `${source} has nothing to start from: of ${evaluations.length} rows that fit, none is done${warning ? `; ${warning}` : ''}`,
    )
  }
  return { evaluations, sha256: hashOf(evaluations), warning }
}

/** What is known before the first generation; nothing once there is one, whose state has taken it in. */
export async function takeWarmStart(
  { directory, record }: Pick<HeldRun, 'directory' | 'record'>,
  optimizer: Optimizer,
  optimizee: Optimizee,
  { warmStart: source, onWarning }: { readonly warmStart?: string; onWarning?(sentence: string): void },
): Promise<readonly Evaluation[]> {
  if (source === undefined || record.checkpoint() !== undefined) return []
  const { evaluations, sha256, warning } = await readWarmStart(source, optimizee)
  const known = record.manifest().warmStart as { readonly source: string; readonly sha256: string } | undefined
  if (known?.source === source && known.sha256 !== sha256) {
    throw new ConfigurationError(`${source} has changed since ${directory} was begun with it; choose another name.`)
  }
  record.writeManifest({ warmStart: { source, rows: evaluations.length, sha256 } })
  if (warning !== undefined) onWarning?.(`${warning}.`)
  if (takesWarmStart(optimizer)) return evaluations
  onWarning?.(`The optimizer ${optimizer.type} takes no warm start: what ${source} knows is left aside.`)
  return []
}

/** Whether an optimizer does anything with what is known. */
export function takesWarmStart(optimizer: Optimizer): boolean {
  return optimizer.abilities.searches
}

type Known = { readonly evaluations: readonly Evaluation[]; readonly warning: string | undefined }

function fromRun(directory: string, { space, objectives, constraints, replications }: WarmStartProblem): Known {
  const record = RecordReader.openForReading(directory)
  try {
    using _ = record.holdStill()
    checkNames(directory, 'parameter', (record.manifest().parameters ?? []) as string[], space.names, 'strict')
    checkNames(directory, 'objective', record.objectives.names, objectives.names)
    const places = objectives.names.map((name) => record.objectives.names.indexOf(name))
    const samples: Evaluation[] = []
    let left = 0
    let refused: string | undefined
    for (const row of record.rows()) {
      // A part of a simulation says something else than the whole.
      if (row.outcome === 'pending' || row.outcome === 'stopped' || !isWhole(record.budget, row.budget)) continue
      const parameters = JSON.parse(row.parameters) as Readonly<Record<string, unknown>>
      const refusal = space.refuse(parameters) ?? constraints?.refuse(parameters)
      if (refusal !== undefined) {
        left++
        refused ??= refusal
        continue
      }
      const sample = evaluationOfRow(row)
      const known = space.fromValues(space.toValues(parameters))
      const result = isFailed(sample) ? sample.cause : places.map((place) => sample.fitness[place]!)
      const violation = isFailed(sample) ? undefined : sample.violation
      samples.push(evaluationOf(row, known, row.seed, result, violation))
    }
    const together = replications ?? record.replications
    const evaluations = pointsOfSamples(samples, objectives, together, record.replications?.count)
    const warning =
      left > 0
        ? `${left} individuals of ${directory} do not fit into this search and are left out (the first: ${refused})`
        : undefined
    return { evaluations, warning }
  } finally {
    record.close()
  }
}

function fromTable(
  file: string,
  rows: readonly FileRow[],
  { space, objectives, budget, constraints, replications }: WarmStartProblem,
): Evaluation[] {
  const first = rows[0]
  if (!first) throw new ConfigurationError(`${file} has no rows to start from`)
  const nested = nestColumns(rows, space.definitions)
  // The export names a column by what it is where its name was taken already.
  const columnOf = (part: string, name: string) =>
    Object.hasOwn(nested[0]!, `${part} ${name}`) ? `${part} ${name}` : name
  const parameters = space.definitions.map(
    ([name, definition]) => new Cells(file, columnOf('parameter', name), definition),
  )
  const targets = objectives.names.map((name) => columnOf('objective', name))
  checkNames(file, 'column', Object.keys(nested[0]!), [
    ...parameters.filter(({ isNeeded }) => isNeeded).map(({ column }) => column),
    ...targets,
  ])
  const whole = wholeBudget(nested, budget)
  const isNamed = (name: string) => parameters.some(({ column }) => column === name) || targets.includes(name)
  const seedIsParameter = parameters.some(({ column }) => column === 'seed')
  const samples: Evaluation[] = []
  const isNumbered = idColumns.every((column) => Object.hasOwn(nested[0]!, column) && !isNamed(column))
  nested.forEach((row, i) => {
    if (row.outcome === 'pending' || row.outcome === 'stopped' || Number(row.budget) < whole) return
    const known = space.fromValues(parameters.map((cells) => cells.valueIn(row, i)))
    const refusal = (space.isConditional ? space.refuse(known) : undefined) ?? constraints?.refuse(known)
    if (refusal !== undefined) throw new ConfigurationError(`${file}: row ${i + 1} ${refusal}`)
    const seed = seedIsParameter ? 0 : Number(row.seed ?? 0)
    const result = row.outcome === 'failed' ? causeIn(row) : targets.map((column) => numberIn(file, row, i, column))
    const violation = isNamed('violation') ? undefined : Number(row.violation ?? 0)
    const own = Number.isSafeInteger(seed) ? seed : 0
    const [generation, index, replicate] = isNumbered ? idColumns.map((column) => Number(row[column])) : [-1, i, 0]
    const id = { generation: generation!, index: index!, replicate: replicate! }
    samples.push(evaluationOf(id, known, own, result, violation))
  })
  return pointsOfSamples(samples, objectives, replications)
}

/** What names an individual in an export. */
const idColumns = ['generation', 'index', 'replicate'] as const

/** The least budget of a whole simulation in a table that says of each row what it had, and what it went on from. */
function wholeBudget(rows: readonly Readonly<Record<string, unknown>>[], budget: BudgetRange | undefined): number {
  const isKnown = Object.hasOwn(rows[0]!, 'budget') && Object.hasOwn(rows[0]!, 'continues')
  if (!isKnown) return Number.NEGATIVE_INFINITY
  return budget?.high ?? rows.reduce((most, row) => Math.max(most, Number(row.budget)), Number.NEGATIVE_INFINITY)
}

/** A parameter's cells in a table. */
class Cells {
  readonly column: string
  readonly #file: string
  readonly #typing: CellTyping
  readonly #parameter: ReturnType<typeof parameterFrom>

  constructor(file: string, column: string, definition: ParameterDefinition) {
    this.#file = file
    this.column = column
    this.#typing = typingOf(file)
    this.#parameter = parameterFrom(definition)
  }

  /** A parameter with a condition may have no column: it is absent in all rows. */
  get isNeeded(): boolean {
    return this.#parameter.definition.when === undefined
  }

  /** @throws ConfigurationError with the row, counted from 1, and the column if it does not fit */
  valueIn(row: FileRow, i: number): unknown {
    const cell = Object.hasOwn(row, this.column) ? row[this.column] : undefined
    const reading = readCell(cell, this.#parameter, this.#typing)
    if ('value' in reading) return reading.value
    throw misfit(this.#file, i, this.column, reading.refusal)
  }
}

function numberIn(file: string, row: FileRow, i: number, column: string): number {
  const cell = Object.hasOwn(row, column) ? row[column] : undefined
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw misfit(file, i, column, `needs a finite number, got ${show(cell)}`)
}

function causeIn({ cause, message }: FileRow): FailureCause {
  const kind = typeof cause === 'string' && cause !== '' ? (cause as FailureCause['kind']) : 'threw'
  return { kind, message: typeof message === 'string' && message !== '' ? message : 'It had failed before.' }
}

function misfit(file: string, i: number, column: string, refusal: string): ConfigurationError {
  return new ConfigurationError(`${file}: row ${i + 1}, column ${JSON.stringify(column)} ${refusal}`)
}

/** @param others whether what is not wanted is refused, too */
function checkNames(
  source: string,
  what: string,
  given: readonly string[],
  wanted: readonly string[],
  others?: 'strict',
): void {
  const list = (names: readonly string[]) =>
    `${what}${names.length === 1 ? '' : 's'} ${names.map((name) => JSON.stringify(name)).join(', ')}`
  const missing = wanted.filter((name) => !given.includes(name))
  if (missing.length > 0)
    throw new ConfigurationError(`${source} lacks the ${list(missing)}; it has the ${list(given)}`)
  const extra = others === 'strict' ? given.filter((name) => !wanted.includes(name)) : []
  if (extra.length > 0) {
    throw new ConfigurationError(
      `${source} has the ${list(extra)}, which this search has not; it has the ${list(wanted)}`,
    )
  }
}

function evaluationOf(
  id: IndividualId,
  parameters: Record<string, unknown>,
  seed: number,
  result: readonly number[] | FailureCause,
  violation = 0,
): Evaluation {
  const individual = new Individual(id, parameters, seed)
  return 'kind' in result
    ? { individual, outcome: 'failed', cause: result }
    : { individual, outcome: 'done', fitness: result, ...(violation > 0 && { violation }) }
}

function hashOf(evaluations: readonly Evaluation[]): string {
  const hash = createHash('sha256')
  for (const evaluation of evaluations) {
    const { parameters, seed } = evaluation.individual
    const fitness = evaluation.outcome === 'done' ? evaluation.fitness : null
    const violation = evaluation.outcome === 'done' && evaluation.violation ? [evaluation.violation] : []
    const samples = evaluation.outcome === 'done' && evaluation.samples ? [evaluation.samples] : []
    hash.update(`${JSON.stringify([Object.entries(parameters), seed, fitness, ...violation, ...samples])}\n`)
  }
  return hash.digest('hex')
}
