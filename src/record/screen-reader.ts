import type { IndividualId } from '../core/individual.ts'
import { RecordReader } from './reader.ts'
import { RecordFile } from './record-file.ts'

/** Of an evaluation, what pictures are made of; without names, which cost more than all else in long runs. */
export type DrawnRow = readonly [
  generation: number,
  index: number,
  replicate: number,
  outcome: 'done' | 'failed' | 'stopped',
  /** JSON */
  fitness: string | null,
  violation: number | null,
  /** How many evaluations the optimizer had been told before. */
  told: number | null,
  /** Milliseconds since 1970. */
  ended: number | null,
  /** JSON */
  parameters: string,
]

const drawnColumns = 'generation, "index", replicate, outcome, fitness, violation, told, ended'

/** What a screen shows of a run: rows that pass one after the other and are never held, and samples of them. */
export class ScreenReader extends RecordReader {
  static override openForReading(directory: string): ScreenReader {
    return new ScreenReader(RecordFile.openForReading(directory))
  }

  /** Every evaluation, in (generation, index, replicate) order; without parameters where they are not drawn. */
  drawn({ parameters = true }: { readonly parameters?: boolean } = {}): Generator<DrawnRow, void> {
    return this.file.lists(
      parameters
        ? `select ${drawnColumns}, parameters from evaluations join individuals using (generation, "index", replicate)
           order by generation, "index", replicate`
        : `select ${drawnColumns}, '' from evaluations order by generation, "index", replicate`,
    )
  }

  /** At most so many evaluations, spread evenly over all of them; of a run that is not larger, each. */
  sample(count: number): DrawnRow[] {
    const generations = this.#generationSizes(count)
    const total = generations.reduce((sum, { individuals }) => sum + individuals, 0)
    const each = Math.max(1, Math.floor(count / Math.max(1, generations.length)))
    return generations.flatMap(({ generation, individuals }) => {
      const wanted = total <= count ? individuals : Math.min(individuals, each)
      const indices = Array.from({ length: wanted }, (_, i) => Math.floor(((i + 0.5) * individuals) / wanted))
      return [
        ...this.file.lists<DrawnRow>(
          `select ${drawnColumns}, parameters from json_each(?) as wanted
           cross join evaluations on evaluations.generation = ? and "index" = wanted.value
           join individuals using (generation, "index", replicate)`,
          JSON.stringify(indices),
          generation,
        ),
      ]
    })
  }

  /** The generations, or so many of them, spread evenly, with the first and the last. */
  #generationSizes(count: number): { readonly generation: number; readonly individuals: number }[] {
    const { generations } = this
    const wanted = Math.min(generations, count)
    const numbers = Array.from({ length: wanted }, (_, i) =>
      Math.round((i * (generations - 1)) / Math.max(1, wanted - 1)),
    )
    return this.file.all(
      `select generation, individuals from json_each(?) as wanted join generations on generation = wanted.value`,
      JSON.stringify(numbers),
    )
  }

  /** A page of the table of individuals, and how many there are in all that are wanted. */
  page({ conditions, order, isDescending, offset, count }: PageWish): {
    readonly rows: PageRow[]
    readonly total: number
  } {
    const kept = conditions.map(({ column, operator, value }) => {
      const { sql, values } = sqlOf(column)
      return { sql: `${sql} ${operator} ?`, values: [...values, value] }
    })
    const where = kept.length === 0 ? '' : `where ${kept.map(({ sql }) => sql).join(' and ')}`
    const given = kept.flatMap(({ values }) => values)
    const { sql, values } = sqlOf(order)
    const direction = isDescending ? 'desc' : 'asc'
    // In the order of the key nothing is sorted, and without conditions all are counted already.
    const isByName = order.type === 'name'
    const ordered = isByName
      ? `generation ${direction}, "index" ${direction}, replicate ${direction}`
      : `${sql} is null, ${sql} ${direction}, generation, "index", replicate`
    const rows = this.file.all<PageRow>(
      `select ${pageColumns}, v.milliseconds, v.worker from evaluated e left join evaluations v using (generation, "index", replicate)
       ${where} order by ${ordered} limit ? offset ?`,
      ...given,
      ...(isByName ? [] : [...values, ...values]),
      count,
      offset,
    )
    const total =
      kept.length === 0
        ? this.counts().individuals
        : this.file.get<{ total: number }>(
            `select count(*) as total from evaluated e left join evaluations v using (generation, "index", replicate) ${where}`,
            ...given,
          )!.total
    return { rows, total }
  }

  /** The individuals that were made of this one, at most so many. */
  children(name: string, count: number): IndividualId[] {
    return this.file.all<IndividualId>(
      `select generation, "index", replicate from individuals
       where instr(origin, ?) > 0 or continues = ? order by generation, "index", replicate limit ?`,
      JSON.stringify(name),
      name,
      count,
    )
  }

  /** When each attempt was simulated by whom, one after the other. */
  spans(): Generator<SpanRow, void> {
    return this.file.lists(
      'select worker, began, ended, cause is not null from attempts where began is not null and ended is not null',
    )
  }

  /** What the axis of attempts spans; null where nothing says when they were. */
  spanExtent(): { readonly first: number | null; readonly last: number | null } {
    return this.file.get('select min(began) as first, max(ended) as last from attempts')!
  }

  /** The intermediate values of some individuals, in the order of their steps; the reports are gone through once. */
  reportsOfSome(
    individuals: readonly IndividualId[],
  ): (IndividualId & { readonly step: number; readonly value: number })[] {
    return this.file.all(
      `with wanted as (select value ->> 0 as generation, value ->> 1 as "index", value ->> 2 as replicate from json_each(?))
       select generation, "index", replicate, step, value from reports
       where (generation, "index", replicate) in (select * from wanted) order by generation, "index", replicate, attempt, step`,
      JSON.stringify(individuals.map(({ generation, index, replicate }) => [generation, index, replicate])),
    )
  }

  hasReports(): boolean {
    return this.file.get('select 1 from reports limit 1') !== undefined
  }

  /** In which generation the best so far was found, and how often it had been bettered. */
  improvements(): { readonly generation: number; readonly best: number }[] {
    return this.file.all(
      `select generation, best_score as best from (
         select generation, best_score, max(best_score) over (order by generation rows between unbounded preceding and 1 preceding) as before
         from generations where best_score is not null)
       where before is null or best_score > before order by generation`,
    )
  }

  /** What the axes of time and of telling span. */
  extent(): Extent {
    return this.file.get<Extent>(
      'select min(ended) as firstEnded, max(ended) as lastEnded, max(told) as lastTold, count(*) as evaluations from evaluations',
    )!
  }
}

export interface Extent {
  readonly firstEnded: number | null
  readonly lastEnded: number | null
  readonly lastTold: number | null
  readonly evaluations: number
}

const pageColumns = 'generation, "index", replicate, e.parameters, e.outcome, e.fitness, e.cause'

/** By what individuals are ordered and kept. */
export type PageColumn =
  | { readonly type: 'name' | 'outcome' | 'score' | 'milliseconds' | 'worker' | 'generation' }
  | { readonly type: 'objective'; readonly index: number }
  | { readonly type: 'parameter'; readonly path: readonly [string, ...number[]] }

export interface PageWish {
  readonly conditions: readonly {
    readonly column: PageColumn
    readonly operator: '<' | '<=' | '>' | '>=' | '=' | '!='
    readonly value: number | string
  }[]
  readonly order: PageColumn
  readonly isDescending: boolean
  readonly offset: number
  readonly count: number
}

export interface PageRow extends IndividualId {
  /** JSON */
  readonly parameters: string
  readonly outcome: 'done' | 'failed' | 'stopped' | 'pending'
  /** JSON */
  readonly fitness: string | null
  /** JSON */
  readonly cause: string | null
  readonly milliseconds: number | null
  readonly worker: number | null
}

export type SpanRow = readonly [worker: number, began: number, ended: number, hasFailed: 0 | 1]

/** Names come in as values and never as SQL: they may be anything. */
function sqlOf(column: PageColumn): { readonly sql: string; readonly values: readonly unknown[] } {
  switch (column.type) {
    case 'name':
    case 'generation':
      return { sql: 'generation', values: [] }
    case 'outcome':
    case 'score':
      return { sql: `e.${column.type}`, values: [] }
    case 'milliseconds':
    case 'worker':
      return { sql: `v.${column.type}`, values: [] }
    case 'objective':
      return { sql: 'json_extract(e.fitness, ?)', values: [`$[${column.index}]`] }
    case 'parameter': {
      const [name, ...places] = column.path
      const value = '(select value from json_each(e.parameters) where key = ?)'
      if (places.length === 0) return { sql: value, values: [name] }
      return { sql: `json_extract(${value}, ?)`, values: [name, `$${places.map((place) => `[${place}]`).join('')}`] }
    }
  }
}
