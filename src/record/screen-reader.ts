import { type IndividualId, nameOf } from '../core/individual.ts'
import { type Part, Places } from './places.ts'
import { RecordReader } from './reader.ts'
import { RecordFile } from './record-file.ts'
import { type PageColumn, type RowFilter, sqlOfColumn, sqlOfFilter } from './row-filter.ts'

/** What pictures are made of, for each evaluation; a list, since the names of columns would cost more than all else. */
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
  budget: number | null,
  /** JSON: of the first replicate of a point, the fitness of each that was done, as soon as all are there. */
  samples: string | null,
]

const drawnColumns =
  'generation, "index", replicate, outcome, fitness, violation, told, ended, parameters, budget, samples'

/** What a screen shows of a run: samples of it, and sums that SQLite makes. */
export class ScreenReader extends RecordReader {
  #places: Places | undefined

  static override openForReading(directory: string): ScreenReader {
    return new ScreenReader(RecordFile.openForReading(directory))
  }

  /** Its individuals as they are numbered now: for a record that is held still. */
  get places(): Places {
    this.#places ??= new Places(this.file)
    return this.#places
  }

  /**
   * At most so many evaluations, spread evenly over a part of the search, in its order; where the part is not larger, each.
   * What it costs follows from the count, not from the run.
   */
  sample(count: number, { from, to }: Part = { from: 0, to: this.places.total }): DrawnRow[] {
    const { places } = this
    if (to <= from) return []
    if (to - from <= count) {
      const end = to < places.total ? places.at(to) : [Number.MAX_SAFE_INTEGER, 0]
      return [
        ...this.file.lists<DrawnRow>(
          `select ${drawnColumns} from evaluations join individuals using (generation, "index", replicate)
         where (generation, "index") >= (?, ?) and (generation, "index") < (?, ?) order by generation, "index", replicate`,
          ...places.at(from),
          ...end,
        ),
      ]
    }
    const wanted = Math.max(1, Math.floor(count / places.replicates))
    const names = Array.from({ length: wanted }, (_, i) =>
      places.at(from + Math.floor(((i + 0.5) * (to - from)) / wanted)),
    )
    return this.#drawn(names)
  }

  /** What came of some points, each with all its replicates. */
  #drawn(names: readonly (readonly [generation: number, index: number])[]): DrawnRow[] {
    return [
      ...this.file.lists<DrawnRow>(
        `select ${drawnColumns} from json_each(?) as wanted
         cross join evaluations on generation = wanted.value ->> 0 and "index" = wanted.value ->> 1
         join individuals using (generation, "index", replicate)`,
        JSON.stringify(names),
      ),
    ]
  }

  /** A page of the table of individuals, and how many there are in all that are wanted. */
  page({ filter, order, isDescending, offset, count }: PageWish): {
    readonly rows: PageRow[]
    readonly total: number
  } {
    const kept = filter && sqlOfFilter(filter)
    const where = kept ? `where ${kept.sql}` : ''
    const given = kept?.values ?? []
    const { sql, values } = sqlOfColumn(order)
    const direction = isDescending ? 'desc' : 'asc'
    // In the order of the key nothing is sorted, and without a filter all are counted already.
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
      kept === undefined
        ? this.counts().individuals
        : this.file.get<{ total: number }>(
            `select count(*) as total from evaluated e left join evaluations v using (generation, "index", replicate) ${where}`,
            ...given,
          )!.total
    return { rows, total }
  }

  /** The individuals that were made of this one, at most so many. */
  children(parent: IndividualId, count: number): IndividualId[] {
    const name = nameOf(parent)
    return this.file.all<IndividualId>(
      `select generation, "index", replicate from individuals
       where generation >= ? and (instr(origin, ?) > 0 or continues = ?) order by generation, "index", replicate limit ?`,
      parent.generation,
      JSON.stringify(name),
      name,
      count,
    )
  }

  /**
   * What workers did in each of some equal parts of time, summed up: attempts that are shorter than such a part count where
   * their middle is.
   */
  shortSpans({ low, width, columns }: TimeParts): Generator<SpanSum, void> {
    return this.file.lists(
      `select worker, max(0, min(? - 1, cast(((began + ended) / 2 - ?) / ? as integer))) as part, sum(ended - began), sum(cause is not null)
       from attempts where began is not null and ended - began < ? group by worker, part`,
      columns,
      low,
      width,
      width,
    )
  }

  /** The attempts that are longer: no more than a worker can make in that time. */
  longSpans({ width }: TimeParts): Generator<SpanRow, void> {
    return this.file.lists(
      'select worker, began, ended, cause is not null from attempts where began is not null and ended - began >= ?',
      width,
    )
  }

  /** What the axis of attempts spans; null where nothing says when they were. */
  spanExtent(): { readonly first: number | null; readonly last: number | null } {
    return this.file.get('select min(began) as first, max(ended) as last from attempts')!
  }

  /**
   * At most so many intermediate values of each of some individuals, in the order of their steps, spread evenly, with the last;
   * the reports are gone through once.
   */
  reportsOfSome(individuals: readonly IndividualId[], count: number): SpreadReport[] {
    return this.file.all(
      `with wanted as (select value ->> 0 as generation, value ->> 1 as "index", value ->> 2 as replicate from json_each(?)),
       numbered as (
         select *, count(*) over of_one - row_number() over (of_one order by attempt, step, rowid) as remaining,
                cast((count(*) over of_one - 1) / ? as integer) + 1 as stride
         from reports where (generation, "index", replicate) in (select * from wanted)
         window of_one as (partition by generation, "index", replicate))
       select generation, "index", replicate, attempt, step, value, stride from numbered
       where remaining % stride = 0 order by generation, "index", replicate, attempt, step`,
      JSON.stringify(individuals.map(({ generation, index, replicate }) => [generation, index, replicate])),
      count,
    )
  }

  hasReports(): boolean {
    return this.file.get('select 1 from reports limit 1') !== undefined
  }

  /**
   * What must not be left out of a sample when the best is told from it: the points that were the best of their generation and
   * better than all before; of a front those that are the best in an objective; of a design that replicates its points the
   * one that is best on average.
   */
  improvements(): DrawnRow[] {
    if (this.wantsFront) return this.#drawn(this.#bestOfFront())
    if (!this.replications && this.places.replicates > 1)
      return this.#drawn(this.best(1).map(({ individual: { generation, index } }) => [generation, index]))
    return [
      ...this.file.lists<DrawnRow>(
        `with best as (select generation, best_index as "index", best_replicate as replicate, best_score,
           max(best_score) over (order by generation rows between unbounded preceding and 1 preceding) as before
           from generations where best_index is not null)
         select ${drawnColumns} from best join evaluations using (generation, "index", replicate)
         join individuals using (generation, "index", replicate)
         where before is null or best_score > before order by generation`,
      ),
    ]
  }

  #bestOfFront(): (readonly [generation: number, index: number])[] {
    return this.objectives.weights.flatMap((weight, objective) => [
      ...this.file.lists<readonly [number, number]>(
        `select generation, "index" from front where violation is null
         order by json_extract(fitness, ?) ${weight > 0 ? 'desc' : 'asc'}, generation, "index" limit 1`,
        `$[${objective}]`,
      ),
    ])
  }

  /** How many individuals must be looked at to tell the front: those of generations of which none is kept, or all if it is larger than that. */
  unknownOfFront(largest: number): number {
    if (this.wantsFront && (this.newestFront()?.individuals ?? 0) > largest) return this.places.total
    return this.file.get<{ unknown: number }>(
      'select coalesce(sum(individuals), 0) as unknown from generations where front is null',
    )!.unknown
  }

  /** How many are done with how much of the budget, the most of it first; none of a problem without one. */
  budgets(): readonly { readonly budget: number; readonly done: number }[] {
    if (this.budget === undefined) return []
    return this.file.all(
      `select coalesce(budget, ?) as budget, count(*) as done from evaluated where outcome = 'done'
       group by coalesce(budget, ?) order by 1 desc`,
      this.budget.high,
      this.budget.high,
    )
  }

  /** The number of telling that the optimizer was told last. */
  get lastTold(): number | null {
    return this.file.get<{ told: number | null }>(
      `select max(told) as told from evaluations where generation in (
         select generation from (select generation, last_told from generations where last_told is not null order by last_told desc limit 1)
         union all
         select generation from (select generation from evaluations where told is not null order by generation desc limit 1))`,
    )!.told
  }
}

export interface SpreadReport extends IndividualId {
  readonly attempt: number
  readonly step: number
  readonly value: number
  /** How many rows this one stands for. */
  readonly stride: number
}

/** Equal parts of time, from that moment on. */
export interface TimeParts {
  /** Milliseconds since 1970. */
  readonly low: number
  readonly width: number
  readonly columns: number
}

const pageColumns = 'generation, "index", replicate, e.parameters, e.outcome, e.fitness, e.cause, e.budget, e.continues'

export interface PageWish {
  /** Undefined keeps all. */
  readonly filter: RowFilter | undefined
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
  readonly budget: number | null
  readonly continues: string | null
  readonly milliseconds: number | null
  readonly worker: number | null
}

export type SpanSum = readonly [worker: number, part: number, milliseconds: number, failed: number]

export type SpanRow = readonly [worker: number, began: number, ended: number, hasFailed: 0 | 1]
