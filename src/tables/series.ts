import type { RecordReader } from '../record/reader.ts'
import type { SeriesRow } from '../record/rows.ts'

/** What was reported of an individual, as one step after the other; read along with the individuals in their order. */
export class SeriesReader {
  readonly #rows: Iterator<SeriesRow>
  #next: SeriesRow | undefined

  constructor(record: RecordReader) {
    this.#rows = record.series()[Symbol.iterator]()
    this.#next = this.#read()
  }

  /** The steps of an individual; individuals are asked for in ascending order. */
  of(generation: number, index: number, replicate: number): readonly SeriesRow[] {
    const steps: SeriesRow[] = []
    for (; this.#next; this.#next = this.#read()) {
      const next = this.#next
      const order = next.generation - generation || next.index - index || next.replicate - replicate
      if (order > 0) break
      if (order === 0) steps.push(next)
    }
    return steps
  }

  /** Lets go of the record. */
  close(): void {
    this.#rows.return?.()
  }

  #read(): SeriesRow | undefined {
    const { done, value } = this.#rows.next()
    return done ? undefined : value
  }
}
