import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { Deadline } from '../../src/system/deadline.ts'
import type { Accounts } from './accounts.ts'
import type { Durations } from './durations.ts'
import { press } from './ending-workers.ts'
import type { Fleet } from './fleet.ts'
import type { Outlasted } from './outlasted.ts'
import { hasTime, type Stop, stopNow, type TimeEnd, TimeLeft } from './time-left.ts'

export interface StoppingOptions {
  readonly settings: RunnerSettings
  /** When the search must be over: nothing is begun that would hardly end before. */
  readonly deadline: Deadline | undefined
  /** How many individuals are simulated at once. */
  readonly batch: number
  readonly fleet: Fleet
  readonly accounts: Accounts
  readonly durations: Durations
  readonly outlasted: Outlasted
}

/** Whether a runner's time is over, why, and how its workers are ended then. */
export class Stopping {
  readonly #options: StoppingOptions
  readonly #time: TimeLeft
  #stop: Stop | undefined

  constructor(options: StoppingOptions) {
    this.#options = options
    this.#time = new TimeLeft(options.settings, options.deadline)
  }

  /** Why the runner stopped by itself with nothing wrong: its time or its machines were at an end. */
  get reason(): string | undefined {
    const { bereftOf } = this.#options.fleet
    return bereftOf ? `a worker ${bereftOf.words}` : this.#stop?.reason
  }

  /** Whether it stopped only since its time or its machines were at an end, and nobody wished it to. */
  get isOutOfTime(): boolean {
    return this.reason !== undefined && !this.#stop?.isSpent && this.#options.fleet.bereftOf?.detail !== 'cancelled'
  }

  /** Whether there is time for one more simulation. */
  get hasTimeForMore(): boolean {
    return this.#time.isEndless || hasTime(this.#end, this.#mostMs)
  }

  /** Whether nothing more can be done: what runs is to be stopped then, if anything does. */
  isTimeOver(): boolean {
    const { outlasted, accounts, fleet, settings } = this.#options
    this.#stop ??= outlasted.stop
    if (this.reason !== undefined) return true
    const refusal = accounts.refusal(fleet.surroundings.now())
    if (refusal === undefined && this.#time.isEndless) return false
    const isIdle = fleet.workers.every(({ held }) => held.size === 0)
    this.#stop = stopNow(this.#end, { refusal, isIdle, drain: settings.drain, mostMs: this.#mostMs })
    return this.#stop !== undefined
  }

  /** How long a stop waits for what runs. */
  get drain(): number {
    const { drain } = this.#options.settings
    return this.#stop?.isSpent ? drain : Math.min(drain, Math.max(0, this.#end.left))
  }

  /**
   * Asks the workers that simulate to finish and leave; false when there is none left.
   * @param until when those that are still there are ended
   */
  stopBusy(until: number): boolean {
    const { fleet } = this.#options
    const { bereftOf } = fleet
    fleet.beginClosing()
    const busy = fleet.workers.filter((worker) => worker.held.size > 0)
    for (const worker of busy) {
      // A worker whose machine is taken away is not asked to leave, so that what it held is known as lost.
      if (!bereftOf) worker.stop()
      const overdue = fleet.surroundings.now() - until
      if (overdue <= 0 || worker.hasEnded) continue
      if (bereftOf) worker.giveUp({ ...machineTaken, detail: bereftOf.detail })
      else press(worker, overdue)
    }
    return busy.length > 0
  }

  get #end(): TimeEnd {
    const { accounts, fleet } = this.#options
    return this.#time.first(accounts.timeLeft(fleet.nodes))
  }

  /** What hardly anything that a worker begins exceeds: a batch takes as long as the shares of its individuals together. */
  get #mostMs(): number | undefined {
    const { durations, batch } = this.#options
    return durations.most === undefined ? undefined : durations.most * batch
  }
}

/** No worker was asked to leave whose machine goes away, and it does not end by itself. */
const machineTaken = { type: 'given up', kind: 'worker-lost', why: 'its machine was taken away' } as const
