import { join } from 'node:path'
import { Individual, idOf, nameOf } from '../../src/core/individual.ts'
import type { Optimizee, ProcessUsage } from '../../src/core/optimizee.ts'
import { checkpointOf, runFiles } from '../../src/core/run-files.ts'
import { makeOwnDirectory } from '../../src/system/own-files.ts'
import type { Assignment, AttemptKey } from '../channel/protocol.ts'
import type { ContextSource } from './context.ts'
import type { EarlyStop } from './early-stop.ts'
import type { Reports } from './reports.ts'
import { restored } from './restored.ts'

/** What a worker has for all individuals that it simulates. */
export interface MemberSurroundings {
  /** The run directory. */
  readonly directory: string
  readonly optimizee: Pick<Optimizee, 'space'>
  readonly reports: Reports
  /** Milliseconds that an attempt may take. */
  readonly timeout: () => number | undefined
  readonly snapshot: () => unknown
  readonly account: (key: AttemptKey, usage: ProcessUsage) => void
  readonly printedUntil: (bytes: number) => void
}

/**
 * An individual that is simulated, alone or together with others, and what its simulation may ask for. A class, since a
 * function of its own for each thing to ask for costs more than many a simulation.
 */
export class Member implements ContextSource {
  readonly key: AttemptKey
  readonly individual: Individual
  readonly stop: EarlyStop
  readonly #share: Assignment[3]
  readonly #around: MemberSurroundings

  constructor(assignment: Assignment, around: MemberSurroundings) {
    const key = assignment[0]
    const share = assignment.length > 3 ? assignment[3] : undefined
    const id = { generation: key[0], index: key[1], replicate: key[2] }
    const parameters = around.optimizee.space.fromValues(assignment[2])
    this.key = key
    this.individual = new Individual(id, parameters, assignment[1], share && shareOf(share))
    this.stop = around.reports.stopOf(key)
    this.#share = share
    this.#around = around
  }

  get attempt(): number {
    return this.key[4]
  }

  get timeout(): number | undefined {
    return this.#around.timeout()
  }

  /** Whether it has a part of a budget, and may leave a checkpoint. */
  get hasBudget(): boolean {
    return this.#share !== undefined
  }

  snapshot(): unknown {
    return this.#around.snapshot()
  }

  report(step: number, value: number): boolean {
    const { reports } = this.#around
    reports.add(this.key, step, value)
    this.stop.note(value)
    return !reports.look(this.stop)
  }

  stopped(): boolean {
    return this.#around.reports.look(this.stop)
  }

  directory({ make } = { make: true }): string {
    const { directory } = this.#around
    const { name } = this.individual
    return make ? makeOwnDirectory(directory, runFiles.individuals, name) : join(directory, runFiles.individuals, name)
  }

  account(usage: ProcessUsage): void {
    this.#around.account(this.key, usage)
  }

  printedUntil(bytes: number): void {
    this.#around.printedUntil(bytes)
  }

  checkpoint({ make } = { make: true }): string {
    const { directory } = this.#around
    const path = checkpointOfKey(this.key)
    return make ? makeOwnDirectory(directory, ...path.split('/')) : join(directory, path)
  }

  restore(): string | undefined {
    const [continues, left] = this.#share?.continues ?? []
    return continues && left ? restored(this.#around.directory, continues, left) : undefined
  }
}

function shareOf({ budget, continues }: NonNullable<Assignment[3]>) {
  return { budget, continues: continues && idOf(continues[0]) }
}

export function checkpointOfKey([generation, index, replicate, epoch, attempt]: AttemptKey): string {
  return checkpointOf(nameOf({ generation, index, replicate }), epoch, attempt)
}
