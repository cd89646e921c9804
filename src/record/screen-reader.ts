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
