import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Judge } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import { RecordReader } from '../record/reader.ts'
import { digestOf } from '../system/file-digest.ts'
import { asIfSimulated, type Reused } from './reused.ts'

/** What other runs under the same root have simulated already, with the same simulation. */
export class EvaluationCache implements Disposable {
  readonly #runs: readonly { readonly directory: string; readonly record: RecordReader }[]
  readonly #judge: Judge

  private constructor(runs: readonly { readonly directory: string; readonly record: RecordReader }[], judge: Judge) {
    this.#runs = runs
    this.#judge = judge
  }

  /**
   * Opens the runs that can be reused from, as they are now.
   *
   * @param directory the run that reuses, which is none of them
   * @param simulation what they must have run, see `simulationKey`
   * @param onWarning is told of a run that cannot be read
   * @param judge says what the constraints of this search say of what others have found
   */
  static open(
    root: string,
    directory: string,
    simulation: string,
    onWarning: (sentence: string) => void = () => {},
    judge: Judge = () => ({ constraints: [] }),
  ): EvaluationCache {
    const runs: { directory: string; record: RecordReader }[] = []
    for (const name of readdirSync(root).sort()) {
      const other = join(root, name)
      if (resolve(other) === resolve(directory) || !RecordReader.exists(other)) continue
      try {
        const record = openIfSame(other, simulation)
        if (record) runs.push({ directory: other, record })
      } catch (error) {
        onWarning(`Nothing is reused from ${other}, which cannot be read: ${(error as Error).message}`)
      }
    }
    return new EvaluationCache(runs, judge)
  }

  /** What is known of some individuals, as if it had been simulated; in the order of the individuals. */
  find(individuals: readonly Individual[], epoch: number): readonly Reused[] {
    const reused: Reused[] = []
    for (const individual of individuals) {
      for (const { directory: run, record } of this.#runs) {
        const row = record.findDone(individual)
        if (!row) continue
        const steps = () => record.seriesOf(row)
        const known = asIfSimulated(individual, row, { run, epoch, judge: this.#judge, steps })
        if (!known) continue
        reused.push(known)
        break
      }
    }
    return reused
  }

  [Symbol.dispose](): void {
    for (const { record } of this.#runs) record.close()
  }
}

function openIfSame(directory: string, simulation: string): RecordReader | undefined {
  const record = RecordReader.openForReading(directory)
  try {
    if (record.manifest().simulation === simulation) {
      record.indexDone()
      record.indexSeries()
      return record
    }
  } catch (error) {
    record.close()
    throw error
  }
  record.close()
  return undefined
}

export interface Simulation {
  /** The hash of the optimizee's code with all that it imports but what workers provide of this package. */
  readonly code: string
  /** The version of this package. */
  readonly twoloop: string
  readonly options: unknown
  /** The name of the file with the snapshot, which says its hash. */
  readonly snapshot: string | undefined
}

/**
 * What decides the result of a simulation beside parameters and seed: its code, this package, the options that it was made with,
 * the snapshot, and the files that texts in the options name (a command's script, its input), by what stands in them. What
 * such files read in turn is not seen.
 */
export function simulationKey({ code, twoloop, options, snapshot }: Simulation): string {
  const { workingDirectory } = (options ?? {}) as { readonly workingDirectory?: unknown }
  const folder = typeof workingDirectory === 'string' ? workingDirectory : '.'
  const files = [...new Set(textsIn(options))].sort().flatMap((text) => {
    const content = digestOf(resolve(folder, text))
    return content === undefined ? [] : [[text, content]]
  })
  const key = JSON.stringify([code, twoloop, options ?? null, snapshot ?? null, files])
  return createHash('sha256').update(key).digest('hex')
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value !== '' && value.length < longestPath && !value.includes('\0')) yield value
  } else if (typeof value === 'object' && value !== null) {
    for (const nested of Object.values(value)) yield* textsIn(nested)
  }
}

const longestPath = 4096
