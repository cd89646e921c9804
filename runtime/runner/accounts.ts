import type { RunRecord } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { Budget } from './budget.ts'
import { UsageMeter } from './usage-meter.ts'

/** How often what has been used is stored. */
const storeMs = 5000

/** What a run uses and may use: its meter, its budget, and the record that keeps them over all starts of the runner. */
export class Accounts {
  readonly #record: RunRecord
  readonly #budget: Budget
  readonly #meter: UsageMeter
  #storedAt: number
  /** Why no worker may be launched any more, once there is none left. */
  #spent: string | undefined

  constructor(settings: RunnerSettings, directory: string, record: RunRecord, now: number) {
    this.#record = record
    this.#budget = new Budget(settings, directory, record.usage(), now)
    this.#meter = new UsageMeter(now)
    this.#storedAt = now
  }

  /** Whether the budget has room for one more worker. Those that live go on without it; none left means the end. */
  mayLaunch(living: number): boolean {
    const refusal = this.#budget.launchRefusal(this.#meter.usage.nodeSeconds)
    if (refusal !== undefined && living === 0) this.#spent = refusal
    return refusal === undefined
  }

  onLaunch(): void {
    this.#budget.addLaunch()
  }

  /** Something was simulated for so long. */
  addBusy(milliseconds: number): void {
    this.#meter.addBusy(milliseconds)
  }

  /** A worker that is gone has cost so many system calls. */
  addFileOperations(count: number): void {
    this.#meter.addFileOperations(count)
  }

  /** Why the budget lets nothing more be simulated, if that is so. */
  refusal(now: number): string | undefined {
    return this.#spent ?? this.#budget.refusal(now)
  }

  /** Milliseconds until the budget of node-hours is used up. */
  timeLeft(nodes: number): number {
    return this.#budget.timeLeft(this.#meter.usage.nodeSeconds, nodes)
  }

  /** Time has passed with so many nodes held and workers living. */
  tick(now: number, held: { readonly nodes: number; readonly workers: number }): void {
    this.#meter.tick(now, held)
  }

  isStoreDue(now: number): boolean {
    return now - this.#storedAt >= storeMs
  }

  /** Stores what this start of the runner has used; `fileOperations` are those of the runner and of living workers. */
  store(now: number, fileOperations: number): void {
    this.#storedAt = now
    const usage = this.#meter.usage
    this.#record.recordUsage({ ...usage, fileOperations: usage.fileOperations + fileOperations })
  }
}
