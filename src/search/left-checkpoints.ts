import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Evaluation } from '../core/evaluation.ts'
import { type Individual, type IndividualId, idOf } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { runFiles } from '../core/run-files.ts'
import type { RecordWriter } from '../record/writer.ts'

/**
 * Left checkpoints are looked through when so many more individuals were told, or half as many as there were
 * checkpoints at the last look.
 */
const leastTold = 16

/**
 * The checkpoints that simulations have left in a run directory. One is kept as long as the optimizer may propose to go on
 * from it, an individual that does so is not told yet, or its own individual is not; then it is removed.
 */
export class LeftCheckpoints {
  readonly #folder: string
  readonly #record: RecordWriter
  readonly #optimizer: Optimizer
  /** Individuals that are not told yet, by their points. */
  readonly #untold = new Map<string, Individual>()
  #toldSince = 0
  #kept = 0

  constructor(record: RecordWriter, optimizer: Optimizer) {
    this.#folder = join(record.directory, runFiles.checkpoints)
    this.#record = record
    this.#optimizer = optimizer
  }

  expect(individuals: Iterable<Individual>): void {
    for (const individual of individuals) this.#untold.set(pointOf(individual), individual)
  }

  tell(evaluations: readonly Evaluation[]): void {
    for (const { individual } of evaluations) this.#untold.delete(pointOf(individual))
    this.#toldSince += evaluations.length
  }

  /** Removes those that are of no use any more, if that may be many. To be called when the record has all that was asked for. */
  sweepIfDue(): void {
    if (this.#toldSince >= Math.max(leastTold, this.#kept / 2)) this.sweep()
  }

  sweep(): void {
    this.#toldSince = 0
    const wanted = new Set(this.#optimizer.search.needs().map(pointOf))
    for (const [point, { continues }] of this.#untold) {
      wanted.add(point)
      if (continues) wanted.add(pointOf(continues))
    }
    const there = namesIn(this.#folder)
    const unwanted = there.filter((name) => !wanted.has(pointOf(idOf(name))))
    this.#kept = there.length - unwanted.length
    if (unwanted.length === 0) return
    this.#record.forgetCheckpoints(unwanted.map(idOf))
    for (const name of unwanted) rmSync(join(this.#folder, name), { recursive: true, force: true })
  }
}

/** Replicates of a point are needed together. */
function pointOf({ generation, index }: Pick<IndividualId, 'generation' | 'index'>): string {
  return `${generation}.${index}`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.\d+(\.\d+)?$/.test(name))
  } catch {
    return [] // no individual has left any, or the file system is away
  }
}
