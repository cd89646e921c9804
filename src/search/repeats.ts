import type { Evaluation, Judge } from '../core/evaluation.ts'
import { type Individual, type IndividualId, nameOf } from '../core/individual.ts'
import { judgeOf } from '../core/judge.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { thisRun } from '../core/record.ts'
import type { EvaluatedRow } from '../record/rows.ts'
import type { RecordWriter } from '../record/writer.ts'
import { asIfSimulated, batchOf, type Reused } from './reused.ts'

/**
 * Individuals with the parameters and the seed of others, as a design with common seeds has them that comes to a point again:
 * nothing new can come of them, so that they are told what came of those. What failed may have failed by chance, and is
 * simulated again.
 */
export class Repeats {
  readonly #record: RecordWriter
  readonly #judge: Judge | undefined
  /** Those that wait for what comes of an individual of the same generation, by its name. */
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

  /** Those of a generation that are to be simulated, and what is known of others. */
  begin(open: readonly Individual[]): { readonly first: readonly Individual[]; readonly known: readonly Evaluation[] } {
    this.#waiting.clear()
    if (!this.#isIndexed) this.#record.indexDone()
    this.#isIndexed = true
    const firsts = new Map<string, Individual>()
    const known: [Individual, EvaluatedRow][] = []
    for (const individual of open) {
      const key = `${individual.seed} ${JSON.stringify(individual.parameters)}`
      const before = firsts.get(key)
      const row = before ? undefined : this.#record.findDone(individual)
      if (row) known.push([individual, row])
      else if (before) this.#wait(before, [individual])
      else firsts.set(key, individual)
    }
    return { first: [...firsts.values()], known: this.#commit(known) }
  }

  /** What follows for others from what has come: they are told the same, or one of them is simulated. */
  follow(evaluations: readonly Evaluation[]): {
    readonly known: readonly Evaluation[]
    readonly next: readonly Individual[]
  } {
    const known: [Individual, EvaluatedRow][] = []
    const next: Individual[] = []
    for (const { individual, outcome } of evaluations) {
      const waiting = this.#waiting.get(nameOf(individual))
      if (!waiting) continue
      this.#waiting.delete(nameOf(individual))
      if (outcome === 'done') {
        const row = this.#record.row(individual)!
        for (const other of waiting) known.push([other, row])
      } else {
        const [first, ...others] = waiting
        next.push(first!)
        if (others.length > 0) this.#wait(first!, others)
      }
    }
    return { known: this.#commit(known), next }
  }

  /** A generation has been evaluated. */
  end(generation: number): void {
    this.#record.indexDone(generation)
  }

  #wait(first: IndividualId, others: readonly Individual[]): void {
    const name = nameOf(first)
    const waiting = this.#waiting.get(name)
    if (waiting) waiting.push(...others)
    else this.#waiting.set(name, [...others])
  }

  #commit(found: readonly (readonly [Individual, EvaluatedRow])[]): readonly Evaluation[] {
    if (found.length === 0) return []
    const record = this.#record
    const reused: Reused[] = found.flatMap(([individual, row]) => {
      const steps = () => record.stepsOf(row)
      return asIfSimulated(individual, row, { run: thisRun, epoch: record.epoch, judge: this.#judge, steps }) ?? []
    })
    record.commit(batchOf(reused))
    return reused.map(({ evaluation }) => evaluation)
  }
}
