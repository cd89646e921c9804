import { type BudgetRange, isWhole } from '../core/budget.ts'
import { violationOf } from '../core/constraints.ts'
import type { IndividualId } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { AttemptRecord, ToldNumber } from '../core/record.ts'
import type { Replications } from '../core/replications.ts'
import { fitnessOf, standardErrorsOf } from '../core/samples.ts'
import type { Statement } from '../system/database.ts'
import { consider, GenerationTallies, type Tally } from './generation-tallies.ts'
import type { RecordFile } from './record-file.ts'
import { RowInserter } from './row-inserter.ts'
import { toJson } from './rows.ts'

/** What attempts are weighed and numbered by. */
export interface Rules {
  readonly objectives: Objectives
  /** How often each individual is simulated, if it is more than once. */
  readonly replications: Replications | undefined
  /** How much of the simulation there is, if an individual may have a part of it. */
  readonly budget: BudgetRange | undefined
  readonly toldNumber: ToldNumber
  /** Whether the number follows from when an evaluation came: what was told of a generation last is noted with it then. */
  readonly isToldAsItComes: boolean
}

/**
 * Stores attempts and the evaluations that they decide, in the transaction that is open. Here it stands what becomes of
 * an attempt: an accepted one is the evaluation, once; one that was given up is overwritten by its answer; what comes when
 * all is decided is late, and differs or not.
 */
export class AttemptWriter {
  readonly #file: RecordFile
  /** Evaluations that a first attempt has decided, of individuals that are simulated once: nearly all. */
  readonly #usual: RowInserter
  /** Others that have nothing that few have. */
  readonly #plain: RowInserter
  readonly #evaluation: Statement
  readonly #other: Statement
  readonly #forget: Statement
  readonly #standing: Statement<Standing>
  readonly #budget: Statement<{ readonly budget: number | null }>
  readonly #generations: GenerationTallies
  readonly #countSamples: Statement<{ readonly samples: number }>
  readonly #samples: Statement<Sample>
  readonly #setSamples: Statement
  #hasOthers: boolean
  /** The newest generation of which an attempt has printed something since the record was opened. */
  #lastPrinted = -1

  constructor(file: RecordFile) {
    this.#file = file
    this.#usual = new RowInserter(file, 'evaluations', plainColumns, Object.entries(usually))
    this.#plain = new RowInserter(file, 'evaluations', [...plainColumns, ...Object.keys(usually)])
    const columns = [...plainColumns, ...Object.keys(usually), ...rareColumns]
    const places = columns.map(() => '?').join(', ')
    this.#evaluation = file.prepare(`insert into evaluations (${columns.join(', ')}) values (${places})`)
    this.#other = file.prepare(`insert into other_attempts values (${Array(15).fill('?').join(', ')})`)
    const ofOne = 'where generation = ? and "index" = ? and replicate = ?'
    this.#forget = file.prepare(`delete from other_attempts ${ofOne} and epoch = ? and attempt = ?`)
    this.#standing = file.prepare(`select fitness, epoch, attempt from evaluations ${ofOne}`) as Statement<Standing>
    this.#budget = file.prepare(`select budget from individuals ${ofOne}`) as Statement<{
      readonly budget: number | null
    }>
    this.#generations = new GenerationTallies(file)
    const ofPoint = 'where generation = ? and "index" = ?'
    this.#countSamples = file.prepare(`select count(*) as samples from evaluations ${ofPoint}`) as Statement<{
      readonly samples: number
    }>
    this.#samples = file.prepare(
      `select fitness, violation from evaluations ${ofPoint} and outcome = 'done' order by replicate`,
    ) as Statement<Sample>
    this.#setSamples = file.prepare(
      `update evaluations set samples = ?, standard_error = ? ${ofPoint} and replicate = 0`,
    )
    this.#hasOthers = file.get('select 1 from other_attempts limit 1') !== undefined
  }

  /** Whether anything was ever tried in vain: most runs need not look for it. */
  get hasOthers(): boolean {
    return this.#hasOthers
  }

  /** Whether no attempt of that generation or a later one that was stored here has printed anything. */
  isSilentFrom(generation: number): boolean {
    return this.#lastPrinted < generation
  }

  /** A generation has begun: there is no best of it. */
  onBegin(generation: number): void {
    this.#generations.onBegin(generation)
  }

  /** Of no generation it is known any more which is its best. */
  forgetBest(): void {
    this.#generations.forgetBest()
  }

  write(attempts: readonly AttemptRecord[], rules: Rules): void {
    if (attempts.length === 0) return
    const tallies = new Map<number, Tally>()
    this.#usual.begin()
    this.#plain.begin()
    for (const record of attempts) {
      const { generation } = record.individual
      let tally = tallies.get(generation)
      if (!tally) {
        tally = { done: 0, failed: 0, stopped: 0, lastTold: null, best: undefined }
        tallies.set(generation, tally)
      }
      if (record.printed && generation > this.#lastPrinted) this.#lastPrinted = generation
      if (record.verdict === 'accepted') this.#accept(record, rules, tally)
      else this.#keep(record)
    }
    this.#flush()
    for (const [generation, tally] of tallies) this.#generations.add(generation, tally, rules)
  }

  #accept(record: AttemptRecord, rules: Rules, tally: Tally): void {
    const { objectives, replications, toldNumber } = rules
    const { individual, fitness, constraints } = record
    const { generation, index, replicate } = individual
    const outcome = !fitness ? 'failed' : record.isStopped ? 'stopped' : 'done'
    const isWeighed = fitness && !objectives.wantsFront && outcome === 'done' && this.#isWhole(individual, rules)
    const score = isWeighed ? objectives.weigh(fitness) : null
    const violation = constraints ? violationOf(constraints) : null
    const told = toldNumber(individual)
    this.#insert(record, { outcome, score, told, violation })
    if (record.checkpoint) {
      const { hash, bytes } = record.checkpoint
      const sql = 'insert or replace into left_checkpoints values (?, ?, ?, ?, ?, 0)'
      this.#file.run(sql, generation, index, replicate, hash, bytes)
    }
    this.#forgetOther(record)
    tally[outcome]++
    if (rules.isToldAsItComes && told !== null && told > (tally.lastTold ?? -1)) tally.lastTold = told
    if (replications) this.#join(individual, rules, replications, tally)
    else if (score !== null && !((violation ?? 0) > 0)) consider(tally, { score, index, replicate })
  }

  #insert(record: AttemptRecord, { outcome, score, told, violation }: Weighed): void {
    const { individual, fitness, constraints, printed } = record
    const { generation, index, replicate } = individual
    const plain = [
      generation,
      index,
      fitness ? JSON.stringify(fitness) : null,
      score,
      told,
      record.epoch,
      record.worker,
      record.milliseconds ?? null,
      record.began ?? null,
      record.ended ?? null,
    ]
    const { attempt } = record
    if (isPlain(record)) {
      if (replicate === 0 && outcome === 'done' && attempt === 1) this.#usual.add(plain)
      else this.#plain.add([...plain, replicate, outcome, attempt])
      return
    }
    this.#evaluation.run(
      ...plain,
      replicate,
      outcome,
      attempt,
      record.outputs ? toJson(record.outputs) : null,
      record.cause ? toJson(record.cause) : null,
      printed ? JSON.stringify(printed) : null,
      record.cpuMs ?? null,
      record.peakMemory ?? null,
      violation,
      constraints ? toJson(constraints) : null,
      record.samples ? toJson(record.samples) : null,
      record.standardError ? toJson(record.standardError) : null,
    )
  }

  /** Has all that was added stand in the table. */
  #flush(): void {
    this.#usual.flush()
    this.#plain.flush()
  }

  /** When the last sample of a point has come, its first replicate gets all of them, and its fitness may be the best. */
  #join(individual: IndividualId, rules: Rules, replications: Replications, tally: Tally): void {
    const { generation, index } = individual
    const { objectives } = rules
    this.#flush()
    if (this.#countSamples.get(generation, index)!.samples < replications.count) return
    const rows = this.#samples.all(generation, index)
    const samples = rows.map(({ fitness }) => JSON.parse(fitness) as readonly number[])
    this.#setSamples.run(toJson(samples), toJson(standardErrorsOf(samples)), generation, index)
    const fitness = fitnessOf(samples, objectives, replications)
    if (
      fitness &&
      !objectives.wantsFront &&
      rows.every(({ violation }) => (violation ?? 0) === 0) &&
      this.#isWhole(individual, rules)
    )
      consider(tally, { score: objectives.weigh(fitness), index, replicate: 0 })
  }

  #isWhole({ generation, index, replicate }: IndividualId, { budget }: Rules): boolean {
    return budget === undefined || isWhole(budget, this.#budget.get(generation, index, replicate)?.budget)
  }

  #keep(record: AttemptRecord): void {
    const { individual, epoch, attempt, printed } = record
    const { generation, index, replicate } = individual
    const fitness = record.fitness ? JSON.stringify(record.fitness) : null
    this.#flush()
    const standing = this.#standing.get(generation, index, replicate)
    if (standing?.epoch === epoch && standing.attempt === attempt) return // what was accepted stands
    this.#forgetOther(record)
    this.#hasOthers = true
    this.#other.run(
      generation,
      index,
      replicate,
      epoch,
      attempt,
      record.worker,
      record.verdict === 'late' && standing && standing.fitness !== fitness ? 'late-differs' : record.verdict,
      fitness,
      record.cause ? toJson(record.cause) : null,
      record.milliseconds ?? null,
      printed ? JSON.stringify(printed) : null,
      record.began ?? null,
      record.ended ?? null,
      record.cpuMs ?? null,
      record.peakMemory ?? null,
    )
  }

  /** Takes the attempt out of those that decided nothing, if it stood there. */
  #forgetOther({ individual: { generation, index, replicate }, epoch, attempt }: AttemptRecord): void {
    if (this.#hasOthers) this.#forget.run(generation, index, replicate, epoch, attempt)
  }
}

/** What every evaluation has, */
const plainColumns = [
  'generation',
  '"index"',
  'fitness',
  'score',
  'told',
  'epoch',
  'worker',
  'milliseconds',
  'began',
  'ended',
]

/** and what else every one has, with what that is of nearly all, in SQL. */
const usually = { replicate: '0', outcome: `'done'`, attempt: '1' }

/** What few evaluations have. */
const rareColumns = [
  'outputs',
  'cause',
  'printed',
  'cpu_ms',
  'peak_memory',
  'violation',
  'constraints',
  'samples',
  'standard_error',
]

/** Whether it has none of what few have. */
function isPlain({
  outputs,
  cause,
  printed,
  cpuMs,
  peakMemory,
  constraints,
  samples,
  standardError,
}: AttemptRecord): boolean {
  return (
    !(outputs || cause || printed || constraints || samples || standardError) && (cpuMs ?? peakMemory) === undefined
  )
}

/** What an accepted attempt comes to. */
interface Weighed {
  readonly outcome: 'done' | 'failed' | 'stopped'
  readonly score: number | null
  readonly told: number | null
  readonly violation: number | null
}

interface Sample {
  readonly fitness: string
  readonly violation: number | null
}

interface Standing {
  readonly fitness: string | null
  readonly epoch: number
  readonly attempt: number
}
