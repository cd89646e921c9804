import type { Evaluation, Judge } from '../core/evaluation.ts'
import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import { judgeOf } from '../core/judge.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { thisRun } from '../core/record.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import type { RecordWriter } from '../record/writer.ts'
import { asIfSimulated, commitOf, type Reused } from './reused.ts'

/**
 * Individuals with the parameters and the seed of others, as a design with common seeds has them that comes to a point again:
 * nothing new can come of them, so that they are told what came of those. What failed may have failed by chance, and is
 * simulated again.
 */
export class Repeats {
  readonly #record: RecordWriter
  readonly #judge: Judge | undefined
  /** Those that are being simulated, by their seeds and parameters. */
  readonly #firsts = new Map<string, Individual>()
  /** Those that wait for what comes of one of these, by its name. */
  readonly #waiting = new Map<string, Individual[]>()
  #isIndexed = false

  private constructor(record: RecordWriter, optimizer: Optimizer) {
    this.#record = record
    this.#judge = judgeOf(optimizer)
  }

  /** Undefined of a search whose individuals all have seeds of their own, so that they cost nothing there. */
  static of(record: RecordWriter, optimizer: Optimizer): Repeats | undefined {
    return optimizer.sharesSeeds ? new Repeats(record, optimizer) : undefined
  }

  /** Which of those that are new are to be simulated, and what is known of others; the rest waits for one of the former. */
  begin(open: readonly Individual[]): { readonly first: readonly Individual[]; readonly known: readonly Evaluation[] } {
    if (!this.#isIndexed) this.#record.indexDone()
    this.#isIndexed = true
    const first: Individual[] = []
    const known: [Individual, EvaluatedRow][] = []
    for (const individual of open) {
      const key = keyOf(individual)
      const before = this.#firsts.get(key)
      const row = before ? undefined : this.#record.findDone(individual)
      if (row) known.push([individual, row])
      else if (before) this.#wait(before, [individual])
      else {
        this.#firsts.set(key, individual)
        first.push(individual)
      }
    }
    const { evaluations, unjudged } = this.#commit(known)
    return { first: [...first, ...unjudged], known: evaluations }
  }

  /** What follows for others from what has come: they are told the same, or one of them is simulated. */
  follow(evaluations: readonly Evaluation[]): {
    readonly known: readonly Evaluation[]
    readonly next: readonly Individual[]
  } {
    const known: [Individual, EvaluatedRow][] = []
    const next: Individual[] = []
    for (const { individual, outcome } of evaluations) {
      this.#firsts.delete(keyOf(individual))
      if (outcome === 'done') this.#record.addDone(individual)
      const waiting = this.#waiting.get(nameOf(individual))
      if (!waiting) continue
      this.#waiting.delete(nameOf(individual))
      if (outcome === 'done') {
        const row = this.#record.row(individual)!
        for (const other of waiting) known.push([other, row])
      } else {
        const [first, ...others] = waiting
        next.push(first!)
        this.#firsts.set(keyOf(first!), first!)
        if (others.length > 0) this.#wait(first!, others)
      }
    }
    const { evaluations: told, unjudged } = this.#commit(known)
    return { known: told, next: [...next, ...unjudged] }
  }

  #wait(first: IndividualId, others: readonly Individual[]): void {
    const name = nameOf(first)
    const waiting = this.#waiting.get(name)
    if (waiting) waiting.push(...others)
    else this.#waiting.set(name, [...others])
  }

  /** Stores what is known; what constraints cannot judge is to be simulated as any other. */
  #commit(found: readonly (readonly [Individual, EvaluatedRow])[]): {
    readonly evaluations: readonly Evaluation[]
    readonly unjudged: readonly Individual[]
  } {
    const record = this.#record
    if (found.length > 0) record.indexReports()
    const reused: Reused[] = []
    const unjudged: Individual[] = []
    for (const [individual, row] of found) {
      const steps = () => record.stepsOf(row)
      const known = asIfSimulated(individual, row, { run: thisRun, epoch: record.epoch, judge: this.#judge, steps })
      if (known) reused.push(known)
      else unjudged.push(individual)
    }
    if (reused.length > 0) record.commit(commitOf(reused))
    return { evaluations: reused.map(({ evaluation }) => evaluation), unjudged }
  }
}

function keyOf({ seed, parameters }: Pick<Individual, 'seed' | 'parameters'>): string {
  return `${seed} ${JSON.stringify(parameters)}`
}
