import { isDeepStrictEqual } from 'node:util'
import type { PipePosition } from '../../../runtime/channel/pipe-file.ts'
import type { AttemptKey, Hello, Report, Result } from '../../../runtime/channel/protocol.ts'
import { Objectives } from '../../core/objectives.ts'
import type { Database, Statement } from '../../system/database.ts'
import { toJson } from '../rows.ts'
import { isBefore, type PipeRemains, remainsIn } from './pipe-remains.ts'

/** What of a record was found in pipes and nowhere else. */
export interface FromPipes {
  readonly individuals: number
  readonly evaluations: number
}

export interface PipesTaken {
  /**
   * Takes down where each worker's pipe is to be read on: at its end, or where results stand of the generations that
   * were dropped, which a runner takes up again. A worker whose end was not seen is looked at by the next runner.
   */
  close(kept: number): FromPipes
  readonly newest: number
}

/** Puts into a rebuilt record what it lacks of what the workers were given and have answered. */
export function takeFromPipes(directory: string, database: Database): PipesTaken {
  return new Taking(directory, database)
}

class Taking implements PipesTaken {
  readonly #database: Database
  readonly #objectives: Objectives | undefined
  /** How many were taken from pipes, by generation. */
  readonly #individuals = new Map<number, number>()
  readonly #evaluations = new Map<number, number>()
  /** For each worker, where the first result of each generation stands, and where its pipe ends. */
  readonly #read = new Map<number, { readonly firsts: Map<number, PipePosition>; readonly end: PipePosition }>()
  readonly #statements: Readonly<Record<keyof ReturnType<typeof prepare>, Statement>>

  constructor(directory: string, database: Database) {
    this.#database = database
    this.#objectives = objectivesOf(database)
    this.#statements = prepare(database)
    const remains = remainsIn(directory)
    this.#restoreIndividuals(remains)
    database.exec('create index known_reports on reports (generation, "index", replicate, attempt, step)')
    for (const pipe of remains) this.#readPipe(pipe)
    database.exec('drop index known_reports')
    this.#decideFailed()
    const gone = database.prepare(
      `update workers set ended = coalesce(ended, ?), why = coalesce(why, 'its folder is gone') where worker = ?`,
    )
    for (const worker of database.prepare('select worker from workers').pluck().all() as number[]) {
      if (!this.#read.has(worker)) gone.run(new Date().toISOString(), worker)
    }
  }

  /** The newest generation of which anything was found, -1 if nothing was. */
  get newest(): number {
    return Math.max(-1, ...[...this.#read.values()].flatMap(({ firsts }) => [...firsts.keys()]))
  }

  close(kept: number): FromPipes {
    const setPosition = this.#database.prepare('update workers set segment = ?, offset = ? where worker = ?')
    const reopen = this.#database.prepare('update workers set ended = null, why = null where worker = ?')
    for (const [worker, { firsts, end }] of this.#read) {
      let position = end
      for (const [generation, first] of firsts) if (generation >= kept && isBefore(first, position)) position = first
      setPosition.run(position.segment, position.offset, worker)
      if (position !== end) reopen.run(worker)
    }
    return { individuals: sumBelow(kept, this.#individuals), evaluations: sumBelow(kept, this.#evaluations) }
  }

  /** What was handed out has a checksum, and rows have none: an individual that is missing, or another, is taken from there. */
  #restoreIndividuals(remains: readonly PipeRemains[]): void {
    const names = jsonOf(this.#database, 'select value from manifest where key = ?', 'parameters')
    if (!Array.isArray(names)) return
    const policy = jsonOf(
      this.#database,
      `select value from group_parameters where name = 'runner' and key = ?`,
      'onFailure',
    )
    if (policy === 'replace') return // it cannot be told who stands in for whom
    const { individual, putIndividual } = this.#statements
    const sizes = this.#sizes()
    const assigned = new Map<number, Set<string>>()
    for (const pipe of remains) {
      for (const [[generation, index, replicate], seed, values] of pipe.assignments()) {
        if (!sizes.has(generation) || values.length !== names.length) continue
        note(assigned, generation, `${index} ${replicate}`)
        const parameters = parametersJson(names, values)
        const known = individual.get(generation, index, replicate) as { seed: number; parameters: string } | undefined
        if (known && known.seed === seed && isSameJson(known.parameters, parameters)) continue
        putIndividual.run(generation, index, replicate, seed, parameters)
        count(this.#individuals, generation, 1)
      }
    }
    for (const [generation, names] of assigned) this.#dropStrangers(generation, sizes.get(generation)!, names)
  }

  /** How many individuals each generation has had. */
  #sizes(): Map<number, number> {
    const rows = this.#database.prepare('select generation, individuals from generations').raw().all()
    return new Map(rows as [number, number][])
  }

  /** Rows that damage has made individuals of, if those are known that were handed out. */
  #dropStrangers(generation: number, expected: number, assigned: ReadonlySet<string>): void {
    if (assigned.size !== expected) return
    const rows = this.#database.prepare('select "index", replicate from individuals where generation = ?').raw()
    const drop = this.#database.prepare(
      'delete from individuals where generation = ? and "index" = ? and replicate = ?',
    )
    for (const [index, replicate] of rows.all(generation) as [number, number][]) {
      if (!assigned.has(`${index} ${replicate}`)) drop.run(generation, index, replicate)
    }
  }

  #readPipe(pipe: PipeRemains): void {
    const firsts = new Map<number, PipePosition>()
    const note = ([generation]: AttemptKey, position: PipePosition) => {
      if (!firsts.has(generation)) firsts.set(generation, position)
    }
    const reader = pipe.written()
    let isKnown = false
    for (let next = reader.next(); ; next = reader.next()) {
      if (next.done) {
        this.#read.set(pipe.worker, { firsts, end: next.value })
        if (!isKnown) this.#enlist(pipe)
        return
      }
      const { message, position } = next.value
      if (message.type === 'hello' && !isKnown) {
        this.#enlist(pipe, message)
        isKnown = true
      } else if (message.type === 'results') {
        for (const result of message.results) {
          note(result[0], position)
          this.#take(pipe.worker, result)
        }
      } else if (message.type === 'report') {
        note(message.key, position)
        this.#takeReport(message)
      }
    }
  }

  /** A worker whose folder is there is in the record, so that its number is not given again. */
  #enlist({ worker, launched }: PipeRemains, hello?: Hello): void {
    this.#database
      .prepare(
        `insert or ignore into workers (worker, epoch, launcher, host, space, pid, started, launched)
         values (?, ?, 'local', ?, ?, ?, ?, ?)`,
      )
      .run(
        worker,
        hello?.epoch ?? 0,
        hello?.host ?? '',
        hello?.space ?? '',
        hello?.pid ?? 0,
        hello?.started ?? '',
        launched,
      )
  }

  #take(worker: number, [key, milliseconds, fitness, cause, outputs, printed]: Result): void {
    if (!this.#objectives || (fitness && fitness.length !== this.#objectives.names.length)) return
    const [generation, index, replicate, epoch, attempt] = key
    const id = [generation, index, replicate]
    const text = fitness && JSON.stringify(fitness)
    let isAccepted = false
    if (fitness) {
      const score = this.#objectives.weigh(fitness)
      const content = [text, score, outputs && toJson(outputs)]
      const { changes } = this.#statements.evaluation.run(...content, ...id)
      isAccepted = changes > 0 || this.#statements.verdict.get(...id, epoch, attempt) === 'accepted'
      const isCorrection = changes === 0 && isAccepted && !this.#isSame(id, text)
      if (isCorrection) this.#statements.correct.run(...content, ...id)
      count(this.#evaluations, generation, isCorrection ? 1 : changes)
      // The attempt that decided may be lost although the evaluation is not.
      isAccepted ||= this.#statements.accepted.get(...id) === undefined && this.#isSame(id, text)
    }
    const verdict = isAccepted ? 'accepted' : fitness ? (this.#isSame(id, text) ? 'late' : 'late-differs') : 'retried'
    const causeText = cause && toJson(cause)
    const rest = [isAccepted ? null : text, causeText, milliseconds, printed && JSON.stringify(printed)]
    this.#statements.attempt.run(...id, epoch, attempt, worker, verdict, ...rest)
    if (isAccepted) this.#statements.accept.run(...id, epoch, attempt)
  }

  #isSame(id: readonly number[], fitness: string | null): boolean {
    return (this.#statements.fitness.get(...id) as { fitness: string | null } | undefined)?.fitness === fitness
  }

  #takeReport({ key, values }: Report): void {
    const [generation, index, replicate, , attempt]: AttemptKey = key
    const id = [generation, index, replicate, attempt]
    for (const [step, value] of values) {
      if (Number.isNaN(step) || Number.isNaN(value)) continue
      if (this.#statements.hasReports.get(...id, step, value) === undefined)
        this.#statements.report.run(...id, step, value)
    }
  }

  /** An individual that failed as often as it may has failed for good, with the last cause. */
  #decideFailed(): void {
    const retries = jsonOf(
      this.#database,
      `select value from group_parameters where name = 'runner' and key = ?`,
      'retries',
    )
    if (typeof retries !== 'number') return
    this.#database.exec(`
      create temp table decided as
        select a.generation, a."index", a.replicate, max(a.epoch * 1000000 + a.attempt) as last
        from attempts a join individuals using (generation, "index", replicate)
        left join evaluations e using (generation, "index", replicate)
        where e.outcome is null and a.verdict = 'retried' and a.cause ->> 'kind' not in ('worker-lost', 'channel-damaged')
        group by a.generation, a."index", a.replicate having count(*) > ${Math.trunc(retries)};
      update attempts set verdict = 'accepted' where exists (
        select 1 from decided d where d.generation = attempts.generation and d."index" = attempts."index"
          and d.replicate = attempts.replicate and d.last = attempts.epoch * 1000000 + attempts.attempt);
      insert into evaluations (generation, "index", replicate, outcome, cause)
        select a.generation, a."index", a.replicate, 'failed', a.cause
        from attempts a join decided d using (generation, "index", replicate) where a.verdict = 'accepted';
      `)
    const decided = this.#database.prepare('select generation from decided').pluck().all() as number[]
    for (const generation of decided) count(this.#evaluations, generation, 1)
    this.#database.exec('drop table decided')
  }
}

function prepare(database: Database) {
  const ofOne = 'where generation = ? and "index" = ? and replicate = ?'
  return {
    // Only of individuals that are there: what was handed out of other generations is handed out again.
    evaluation: database.prepare(
      `insert or ignore into evaluations (generation, "index", replicate, outcome, fitness, score, outputs)
       select generation, "index", replicate, 'done', ?, ?, ? from individuals ${ofOne}`,
    ),
    attempt: database.prepare(
      `insert or ignore into attempts
         (generation, "index", replicate, epoch, attempt, worker, verdict, fitness, cause, milliseconds, printed)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    accept: database.prepare(
      `update attempts set verdict = 'accepted', fitness = null ${ofOne} and epoch = ? and attempt = ?`,
    ),
    fitness: database.prepare(`select fitness from evaluations ${ofOne}`),
    accepted: database.prepare(`select 1 from attempts ${ofOne} and verdict = 'accepted'`),
    individual: database.prepare(`select seed, parameters from individuals ${ofOne}`),
    putIndividual: database.prepare(
      'insert or replace into individuals (generation, "index", replicate, seed, parameters) values (?, ?, ?, ?, ?)',
    ),
    verdict: database.prepare(`select verdict from attempts ${ofOne} and epoch = ? and attempt = ?`).pluck(),
    correct: database.prepare(
      `update evaluations set outcome = 'done', fitness = ?, score = ?, outputs = ?, cause = null ${ofOne}`,
    ),
    report: database.prepare(
      'insert into reports (generation, "index", replicate, attempt, step, value) values (?, ?, ?, ?, ?, ?)',
    ),
    hasReports: database.prepare(`select 1 from reports ${ofOne} and attempt = ? and step = ? and value = ?`),
  }
}

function objectivesOf(database: Database): Objectives | undefined {
  const definition = jsonOf(database, 'select value from manifest where key = ?', 'objectives')
  try {
    return new Objectives(definition as Record<string, number>)
  } catch {
    return undefined
  }
}

function jsonOf(database: Database, sql: string, key: string): unknown {
  const text = database.prepare(sql).pluck().get(key)
  return typeof text === 'string' ? JSON.parse(text) : undefined
}

/** As the record has parameters: an object whose keys are in the order of the space. */
function parametersJson(names: readonly unknown[], values: readonly unknown[]): string {
  const parameters: Record<string, unknown> = {}
  for (const [i, name] of names.entries()) {
    Object.defineProperty(parameters, String(name), { value: values[i], enumerable: true, configurable: true })
  }
  return JSON.stringify(parameters)
}

function note(sets: Map<number, Set<string>>, generation: number, name: string): void {
  const set = sets.get(generation) ?? new Set()
  sets.set(generation, set.add(name))
}

/** The order of keys means nothing, and half of a surrogate pair does not come through a pipe. */
function isSameJson(row: string, frame: string): boolean {
  return row === frame || /\\ud[89a-f]/i.test(row) || isDeepStrictEqual(JSON.parse(row), JSON.parse(frame))
}

function count(counts: Map<number, number>, generation: number, more: number): void {
  if (more > 0) counts.set(generation, (counts.get(generation) ?? 0) + more)
}

function sumBelow(kept: number, counts: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const [generation, count] of counts) if (generation < kept) sum += count
  return sum
}
