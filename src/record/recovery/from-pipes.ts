import { isDeepStrictEqual } from 'node:util'
import type { PipePosition } from '../../../runtime/channel/pipe-position.ts'
import type { AttemptKey, Hello, Report, Result } from '../../../runtime/channel/protocol.ts'
import { type FailureCause, isSameFailure } from '../../core/evaluation.ts'
import type { IndividualId } from '../../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../core/objectives.ts'
import { type AttemptRecord, isDeath } from '../../core/record.ts'
import type { Database, Statement } from '../../system/database.ts'
import type { AttemptRow, Manifest } from '../rows.ts'
import type { RecordWriter } from '../writer.ts'
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
export function takeFromPipes(record: RecordWriter, database: Database): PipesTaken {
  return new Taking(record, database)
}

class Taking implements PipesTaken {
  readonly #record: RecordWriter
  readonly #database: Database
  readonly #objectives: Objectives | undefined
  /** How many were taken from pipes, by generation. */
  readonly #individuals = new Map<number, number>()
  readonly #evaluations = new Map<number, number>()
  /** For each worker, where the first result of each generation stands, and where its pipe ends. */
  readonly #read = new Map<number, { readonly firsts: Map<number, PipePosition>; readonly end: PipePosition }>()
  readonly #statements: Readonly<Record<keyof ReturnType<typeof prepare>, Statement>>

  constructor(record: RecordWriter, database: Database) {
    this.#record = record
    this.#database = database
    this.#objectives = objectivesOf(record.manifest())
    this.#statements = prepare(database)
    const remains = remainsIn(record.directory)
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
    const names = this.#record.manifest().parameters
    if (!Array.isArray(names)) return
    if (this.#setting('onFailure') === 'replace') return // it cannot be told who stands in for whom
    const { order = 'generations', budget } = this.#record.manifest()
    if (order !== 'generations' || budget) return // nor after how much was told they were asked for, or with what budget
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
        this.#takeReports(message)
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

  /** A result has a checksum, and rows have none: of an attempt that both know, the result is believed. */
  #take(worker: number, result: Result): void {
    const [key, milliseconds, fitness, cause, outputs, printed, used, beside] = result
    if (!this.#objectives || (fitness && fitness.length !== this.#objectives.names.length)) return
    const [generation, index, replicate, epoch, attempt] = key
    const individual = { generation, index, replicate }
    const id = [generation, index, replicate] as const
    // Individuals of lost generations that had been handed out are handed out again.
    if (this.#statements.individual.get(...id) === undefined) return
    const standing = this.#statements.standing.get(...id) as Standing | undefined
    const isSameAttempt = standing?.epoch === epoch && standing.attempt === attempt
    const isSameFitness = standing?.fitness === (fitness && JSON.stringify(fitness))
    // A row of version 1 may have lost which attempt it came from.
    const isAnonymous = standing?.epoch === 0 && isSameFitness
    const isReplaced = fitness !== null && (isAnonymous || (isSameAttempt && !isSameFitness))
    if (isSameAttempt && !isReplaced) return
    const isAccepted = fitness !== null && (standing === undefined || isReplaced)
    if (!isAccepted && this.#statements.other.get(...id, epoch, attempt) !== undefined) return
    if (isReplaced) this.#statements.forget.run(...id)
    if (isAccepted && !isAnonymous) count(this.#evaluations, generation, 1)
    this.#commit({
      individual,
      epoch,
      attempt,
      worker,
      verdict: isAccepted ? 'accepted' : fitness ? 'late' : 'retried',
      fitness: fitness ?? undefined,
      cause: cause ?? undefined,
      outputs: outputs ?? undefined,
      milliseconds,
      printed: printed ?? undefined,
      isStopped: beside?.isStopped,
      cpuMs: used?.[0],
      peakMemory: used?.[1] ?? undefined,
    })
    if (isReplaced) this.#statements.renumber.run(standing!.told, ...id)
  }

  #takeReports({ key: [generation, index, replicate, , attempt], values }: Report): void {
    const individual = { generation, index, replicate }
    const isNew = ([step, value]: readonly [number, number]) =>
      this.#statements.report.get(generation, index, replicate, attempt, step, value) === undefined
    const reports = values.filter(isNew).map(([step, value]) => ({ individual, attempt, step, value }))
    this.#record.commit({ attempts: [], reports, positions: [] })
  }

  /** An individual that failed as often as it may, or twice in the same way, has failed for good, with the last cause. */
  #decideFailed(): void {
    const retries = this.#setting('retries')
    if (typeof retries !== 'number') return
    for (let generation = 0; generation < this.#record.generations; generation++) {
      for (const tried of this.#record.triedBefore(generation)) {
        const failures = this.#failuresOf(tried)
        const [before, last] = failures.slice(-2).map(({ cause }) => JSON.parse(cause!) as FailureCause)
        if (failures.length > retries || (last && isSameFailure(before!, last)))
          this.#failForGood(tried, failures.at(-1)!)
      }
    }
  }

  #failuresOf(individual: IndividualId): AttemptRow[] {
    return this.#record
      .attemptsOf(individual)
      .filter(({ verdict, cause }) => verdict === 'retried' && cause !== null && !isDeath(JSON.parse(cause)))
  }

  #failForGood({ generation, index, replicate }: IndividualId, last: AttemptRow): void {
    const individual = { generation, index, replicate }
    const { epoch, attempt, worker, milliseconds, printed, cpuMs, peakMemory } = last
    count(this.#evaluations, individual.generation, 1)
    this.#commit({
      individual,
      epoch,
      attempt,
      worker,
      verdict: 'accepted',
      cause: JSON.parse(last.cause!),
      milliseconds: milliseconds ?? undefined,
      printed: printed === null ? undefined : JSON.parse(printed),
      cpuMs: cpuMs ?? undefined,
      peakMemory: peakMemory ?? undefined,
    })
  }

  #commit(attempt: AttemptRecord): void {
    this.#record.commit({ attempts: [attempt], reports: [], positions: [] })
  }

  /** A setting that the runner had. */
  #setting(key: string): unknown {
    return this.#record.groups
      .find(({ name }) => name === 'runner')
      ?.entries()
      .find((entry) => entry.key === key)?.value
  }
}

interface Standing {
  readonly epoch: number
  readonly attempt: number
  readonly fitness: string | null
  readonly told: number | null
}

function prepare(database: Database) {
  const ofOne = 'where generation = ? and "index" = ? and replicate = ?'
  return {
    individual: database.prepare(`select seed, parameters from individuals ${ofOne}`),
    putIndividual: database.prepare(
      'insert or replace into individuals (generation, "index", replicate, seed, parameters) values (?, ?, ?, ?, ?)',
    ),
    standing: database.prepare(`select epoch, attempt, fitness, told from evaluations ${ofOne}`),
    other: database.prepare(`select 1 from other_attempts ${ofOne} and epoch = ? and attempt = ?`),
    forget: database.prepare(`delete from evaluations ${ofOne}`),
    renumber: database.prepare(`update evaluations set told = ? ${ofOne}`),
    report: database.prepare(`select 1 from reports ${ofOne} and attempt = ? and step = ? and value = ?`),
  }
}

function objectivesOf({ objectives }: Manifest): Objectives | undefined {
  try {
    return new Objectives(objectives as ObjectiveMap)
  } catch {
    return undefined
  }
}

/** Parameters as the record has them: an object whose keys are in the order of the space. */
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
