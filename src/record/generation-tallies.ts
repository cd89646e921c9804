import type { Replications } from '../core/replications.ts'
import type { Statement } from '../system/database.ts'
import type { RecordFile } from './record-file.ts'

/** What has come of one generation in one transaction. */
export interface Tally {
  done: number
  failed: number
  stopped: number
  lastTold: number | null
  best: Best | undefined
}

interface Best {
  readonly score: number
  readonly index: number
  readonly replicate: number
}

/** What stands as the best of a generation; nulls if nothing does. */
type Standard = { readonly [Name in keyof Best]: number | null }

/** The best is known of so many generations at most. */
const mostKnown = 16

/** Counts what has come of generations, and says which of each is the best, in the transaction that is open. */
export class GenerationTallies {
  readonly #file: RecordFile
  readonly #tally: Statement
  readonly #tallyWithBest: Statement
  readonly #best: Statement<Standard>
  readonly #noteBest: Statement
  /** The best of generations that were written last: to look for it costs as much as to write an evaluation. */
  readonly #known = new Map<number, Standard | undefined>()
  /** How many transactions had failed when that was known. */
  #knownAfter = 0

  constructor(file: RecordFile) {
    this.#file = file
    const tally = (best: string) =>
      `update generation_counts set done = done + ?, failed = failed + ?, stopped = stopped + ?,
         last_told = nullif(max(coalesce(last_told, -1), coalesce(?, -1)), -1)${best}
       where generation = ?`
    this.#tally = file.prepare(tally(''))
    this.#tallyWithBest = file.prepare(tally(', best_index = ?, best_replicate = ?'))
    this.#best = file.prepare(
      `select best_score as score, best_index as "index", best_replicate as replicate from generations
       where generation = ?`,
    ) as Statement<Standard>
    this.#noteBest = file.prepare(
      `insert into generation_notes (generation, best_score) values (?, ?)
       on conflict do update set best_score = excluded.best_score`,
    )
  }

  /** A generation has begun: there is no best of it. */
  onBegin(generation: number): void {
    this.#checkKnown()
    this.#known.set(generation, undefined)
  }

  /** Of no generation it is known any more which is its best. */
  forgetBest(): void {
    this.#known.clear()
  }

  /** @param replications how often each individual is simulated, if it is more than once */
  add(
    generation: number,
    { done, failed, stopped, lastTold, best }: Tally,
    { replications }: { readonly replications: Replications | undefined },
  ): void {
    if (!best || !this.#isBest(generation, best)) {
      this.#tally.run(done, failed, stopped, lastTold, generation)
      return
    }
    this.#tallyWithBest.run(done, failed, stopped, lastTold, best.index, best.replicate, generation)
    // What all samples come to stands in the row of none.
    if (replications) this.#noteBest.run(generation, best.score)
    this.#known.set(generation, best)
  }

  #isBest(generation: number, candidate: Best): boolean {
    this.#checkKnown()
    if (!this.#known.has(generation)) this.#known.set(generation, this.#best.get(generation))
    const standard = this.#known.get(generation)
    return typeof standard?.score !== 'number' || isBetter(candidate, standard as Best)
  }

  /** What was known in a transaction that has failed never was, and of few generations it need be known. */
  #checkKnown(): void {
    const { failures } = this.#file
    if (failures !== this.#knownAfter || this.#known.size >= mostKnown) this.#known.clear()
    this.#knownAfter = failures
  }
}

/** Takes one in place of the best of a tally if it is better. */
export function consider(tally: Tally, candidate: Best): void {
  if (Number.isNaN(candidate.score)) return // of infinite objectives that weigh against each other
  if (!tally.best || isBetter(candidate, tally.best)) tally.best = candidate
}

function isBetter(candidate: Best, standard: Best): boolean {
  return candidate.score > standard.score || (candidate.score === standard.score && isBefore(candidate, standard))
}

function isBefore(a: Best, b: Best): boolean {
  return a.index < b.index || (a.index === b.index && a.replicate < b.replicate)
}
