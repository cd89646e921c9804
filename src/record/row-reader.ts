import { createHash } from 'node:crypto'
import { ConfigurationError } from '../core/errors.ts'
import type { Individual, IndividualId } from '../core/individual.ts'
import type { NumberedReport, ReportRecord } from '../core/record.ts'
import { RecordFile } from './record-file.ts'
import type { EvaluatedRow, SeriesRow } from './rows.ts'

/** The individuals of a run with what came of them, as rows: for tables, exports, and other runs that may reuse them. */
export abstract class RowReader {
  protected readonly file: RecordFile
  /** Up to which row `indexReports` has come. */
  #indexedReports = 0

  protected constructor(file: RecordFile) {
    if (!(file instanceof RecordFile)) {
      throw new ConfigurationError(
        'A record is opened by RecordReader.openForReading(directory) or RecordWriter.openForWriting(directory), and not by new.',
      )
    }
    this.file = file
  }

  /** All individuals with what came of them, in (generation, index, replicate) order. */
  rows(): IterableIterator<EvaluatedRow> {
    return this.file.iterate('select * from evaluated order by generation, "index", replicate')
  }

  /**
   * The individuals of `rows` as JSON, many at once: of each its generation, index and replicate, then what is asked for, with
   * commas between, and a new line at the end. In place of outputs that are large their size is given.
   */
  lines(columns: readonly LineColumn[], { standIns = true, budget }: LineOptions = {}): Generator<Buffer, void> {
    const line = lineOf(columns)
    if (standIns && budget === undefined) return this.file.lines(line, 'evaluated')
    const condition = '(? or replaces is null) and (? is null or coalesce(budget, ?) = ?)'
    const given = [Number(standIns), ...Array<number | null>(3).fill(budget ?? null)]
    return this.file.lines(`iif(${condition}, ${line}, null)`, 'evaluated', ...given)
  }

  /** The lines of all individuals that gave outputs, with nothing else. */
  outputLines(): Generator<Buffer, void> {
    return this.file.lines(`iif(outputs is null, null, ${lineOf(['outputs'])})`, 'evaluations')
  }

  /** The outputs of an individual that gave some, of any size, as JSON. */
  outputsOf({ generation, index, replicate }: IndividualId): string {
    const { outputs } = this.file.get<{ readonly outputs: string }>(
      'select outputs from evaluations where generation = ? and "index" = ? and replicate = ?',
      ...[generation, index, replicate],
    )!
    return outputs
  }

  /** The parameters of all individuals, as JSON, in the same order. */
  parameters(): IterableIterator<string> {
    return this.file.pluck('select parameters from individuals order by generation, "index", replicate')
  }

  row({ generation, index, replicate }: IndividualId): EvaluatedRow | undefined {
    return this.file.get<EvaluatedRow>(
      'select * from evaluated where generation = ? and "index" = ? and replicate = ?',
      generation,
      index,
      replicate,
    )
  }

  hasIndividual({ generation, index, replicate }: IndividualId): boolean {
    const where = 'generation = ? and "index" = ? and replicate = ?'
    return this.file.get(`select 1 from individuals where ${where}`, generation, index, replicate) !== undefined
  }

  /** The canonical export, line by line: byte for byte the same for the same search. */
  canonicalLines(): IterableIterator<string> {
    return this.file.pluck(`select ${canonicalLine} from evaluated order by generation, "index", replicate`)
  }

  /** SHA-256 of the canonical export; remembered once a run has ended. */
  hash(): string {
    const hash = createHash('sha256')
    for (const lines of this.file.lines(canonicalLine, 'evaluated')) hash.update(lines)
    return hash.digest('hex')
  }

  /** The intermediate values of an individual, attempt by attempt, in the order in which they were reported. */
  reportsOf({ generation, index, replicate }: IndividualId): Omit<ReportRecord, 'individual'>[] {
    return this.file.all(
      'select attempt, step, value from reports where generation = ? and "index" = ? and replicate = ? order by attempt, rowid',
      generation,
      index,
      replicate,
    )
  }

  /** How far reports had been heard when the optimizer had been told so many; undefined if none was between two evaluations. */
  heardAt(told: number): number | undefined {
    return this.file.get<{ report: number }>('select report from heard_reports where told = ?', told)?.report
  }

  /** The reports of a running search between two numbers, the first of them left out. */
  reportsBetween(from: number, to: number): NumberedReport[] {
    const rows = this.file.all<Omit<NumberedReport, 'individual'> & IndividualId>(
      `select rowid as number, generation, "index", replicate, attempt, step, value from reports
       where rowid > ? and rowid <= ? and attempt > 0 order by rowid`,
      from,
      to,
    )
    return rows.map(({ generation, index, replicate, ...report }) => ({
      ...report,
      individual: { generation, index, replicate },
    }))
  }

  /**
   * The intermediate values of the attempts that decided, in (generation, index, replicate, step) order; where a step was
   * reported several times, the latest.
   */
  series(): IterableIterator<SeriesRow> {
    return this.file.iterate(seriesQuery)
  }

  /** How many evaluations were taken from each other run, by its directory. */
  reuses(): { readonly run: string; readonly evaluations: number }[] {
    return this.file.all('select run, count(*) as evaluations from reused group by run order by run')
  }

  /** All simulations of one individual. */
  replicatesOf({ generation, index }: Pick<IndividualId, 'generation' | 'index'>): EvaluatedRow[] {
    const sql = 'select * from evaluated where generation = ? and "index" = ? order by replicate'
    return this.file.all<EvaluatedRow>(sql, generation, index)
  }

  // What need not be simulated again

  /** Lets `findDone` find by what was simulated, as it is now, in a table that only this reader has. */
  indexDone(): void {
    this.file.execute(`
      create temp table if not exists done (seed integer, parameters text, budget real, generation integer, "index" integer,
                                            replicate integer, primary key (seed, parameters, budget)) without rowid`)
    this.file.run(
      `insert or ignore into done select seed, parameters, coalesce(budget, 0), generation, "index", replicate
       from evaluated where outcome = 'done' order by generation, "index", replicate`,
    )
  }

  /** Lets `findDone` find one more, which has been simulated since. */
  addDone({ seed, parameters, budget, generation, index, replicate }: Individual): void {
    this.file.run(
      'insert or ignore into temp.done values (?, ?, ?, ?, ?, ?)',
      ...[seed, JSON.stringify(parameters), budget ?? 0, generation, index, replicate],
    )
  }

  /** Lets `stepsOf` find what was reported, as it is now: reports have no index. */
  indexReports(): void {
    this.file.execute(`
      create temp table if not exists reported (generation integer, "index" integer, replicate integer, attempt integer, place integer,
                                                step real, value real,
                                                primary key (generation, "index", replicate, attempt, place)) without rowid`)
    const { last } = this.file.get<{ readonly last: number | null }>('select max(rowid) as last from reports')!
    if (last === null || last <= this.#indexedReports) return
    this.file.run(
      `insert into reported select generation, "index", replicate, attempt, rowid, step, value from reports where rowid > ? and rowid <= ?`,
      this.#indexedReports,
      last,
    )
    this.#indexedReports = last
  }

  /** Lets `seriesOf` find the steps of individuals, as they are now. */
  indexSeries(): void {
    this.file.execute(`
      create temp table series (generation integer, "index" integer, replicate integer, step real, value real,
                                primary key (generation, "index", replicate, step)) without rowid;
      insert into series ${seriesQuery};
    `)
  }

  /** What came of the same parameters with the same seed, if that was simulated well. */
  findDone({ seed, parameters, budget }: Pick<Individual, 'seed' | 'parameters' | 'budget'>): EvaluatedRow | undefined {
    return this.file.get<EvaluatedRow>(
      `select e.* from temp.done d join evaluated e using (generation, "index", replicate)
       where d.seed = ? and d.parameters = ? and d.budget = ?`,
      seed,
      JSON.stringify(parameters),
      budget ?? 0,
    )
  }

  /** What the attempt reported that decided an individual, from `indexReports`: where a step was reported several times, the latest. */
  stepsOf({ generation, index, replicate }: IndividualId): Pick<SeriesRow, 'step' | 'value'>[] {
    return this.file
      .all<Pick<SeriesRow, 'step' | 'value'>>(
        `select r.step, r.value, max(r.place) from temp.reported r join evaluations e using (generation, "index", replicate, attempt)
         where generation = ? and "index" = ? and replicate = ? group by r.step order by r.step`,
        generation,
        index,
        replicate,
      )
      .map(({ step, value }) => ({ step, value }))
  }

  /** The same, of all individuals, from `indexSeries`. */
  seriesOf({ generation, index, replicate }: IndividualId): Pick<SeriesRow, 'step' | 'value'>[] {
    return this.file.all(
      'select step, value from temp.series where generation = ? and "index" = ? and replicate = ? order by step',
      generation,
      index,
      replicate,
    )
  }
}

/** Put together by SQLite, which is several times faster for a million rows. */
const canonicalLine = `'{"generation":' || generation || ',"index":' || "index" || ',"replicate":' || replicate || ',"seed":' || seed
  || ',"parameters":' || parameters || ',"outcome":"' || outcome || '","fitness":' || coalesce(fitness, 'null') || '}' || char(10)`

/** Which individuals are read. */
export interface LineOptions {
  /** Whether also those are that stand in for others. */
  readonly standIns?: boolean | undefined
  /** The budget that they have, if it matters. */
  readonly budget?: number | undefined
}

/** What a line has of an individual beside its name. */
export type LineColumn = keyof typeof asJson

/** How SQLite writes the columns of a line as JSON. */
const asJson = {
  seed: 'seed',
  parameters: 'parameters',
  outcome: `'"' || outcome || '"'`,
  fitness: `coalesce(fitness, 'null')`,
  score: 'json_quote(score)',
  cause: `coalesce(cause, 'null')`,
  violation: 'json_quote(violation)',
  budget: 'json_quote(budget)',
  continues: 'json_quote(continues)',
  // The size is not read from all characters of what is large.
  outputs: `iif(octet_length(outputs) > 2000, octet_length(outputs), coalesce(outputs, 'null'))`,
} as const

function lineOf(columns: readonly LineColumn[]): string {
  const values = ['generation', '"index"', 'replicate', ...columns.map((column) => asJson[column])]
  return `format('${values.map(() => '%s').join()}' || char(10), ${values.join()})`
}

/** Through the reports once and sorted: there may be millions, and they have no index. */
const seriesQuery = `select generation, "index", replicate, step, value from (
  select r.generation, r."index", r.replicate, r.step, r.value, max(r.rowid)
  from reports r cross join evaluations e
    on e.generation = r.generation and e."index" = r."index" and e.replicate = r.replicate and e.attempt = r.attempt
  group by r.generation, r."index", r.replicate, r.step)
order by generation, "index", replicate, step`
