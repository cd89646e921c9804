import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { requireSpace } from '../../src/system/disk-space.ts'
import type { RunHeart } from '../channel/beating-heart.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import type { Accounts } from './accounts.ts'
import { type Fleet, tickMs } from './fleet.ts'
import { verdictOn, type WatchLimits, watchLimits } from './watch.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Milliseconds between two rounds, and the least between two beats of a worker's heart. */
const heartbeatMs = 1000
/** A worker's heart beats, and is listened to, so often in the time after which its silence counts. */
const beatsBeforeSilence = 6
/** However long that time, a heart beats at least so often. */
const longestHeartbeatMs = 60_000
/** When nothing has come from a busy worker for so long, the space on the disk is looked at. */
const spaceCheckMs = 2000

export interface RoundsOptions {
  readonly directory: string
  readonly settings: RunnerSettings
  readonly mode: WakeUpMode
  readonly fleet: Fleet
  readonly accounts: Accounts
  readonly heart: RunHeart
}

/** What a runner does all the time: its workers are watched, and what is used is accounted for. */
export class Rounds {
  readonly #directory: string
  readonly #fleet: Fleet
  readonly #accounts: Accounts
  readonly #limits: WatchLimits
  readonly #heart: RunHeart
  /** Each worker's heart is listened to in one of so many rounds, which are as far apart as beats. */
  readonly #listenEvery: number
  #timer: NodeJS.Timeout | undefined
  #roundAt = 0
  #rounds = 0
  #trouble: unknown

  constructor({ directory, settings, mode, fleet, accounts, heart }: RoundsOptions) {
    this.#directory = directory
    this.#fleet = fleet
    this.#accounts = accounts
    this.#heart = heart
    this.#limits = watchLimits(settings, mode)
    this.#listenEvery = Math.max(1, Math.floor(settings.heartbeatTimeout / beatsBeforeSilence / heartbeatMs))
  }

  begin(): void {
    this.#timer = setInterval(() => this.#tickSafely(), tickMs)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  /** What went wrong while nobody waited, if anything did. */
  get trouble(): unknown {
    return this.#trouble
  }

  /** Stores what has been used until the end, if that can be stored: on a full disk a run still ends in order. */
  accountAtLast(): void {
    const now = this.#fleet.surroundings.now()
    this.#accounts.tick(now, { nodes: this.#fleet.nodes, workers: this.#fleet.living.length })
    try {
      this.#accounts.store(now, this.#operations)
    } catch {
      // At most the seconds since the last account are missing.
    }
  }

  /** What goes wrong in a timer is the run's trouble as well; who waits for results is told. */
  #tickSafely(): void {
    try {
      this.#tick()
    } catch (error) {
      this.#trouble ??= error
      this.#fleet.alarm.rouse()
    }
  }

  #tick(): void {
    const fleet = this.#fleet
    const now = fleet.surroundings.now()
    const isRound = now - this.#roundAt >= heartbeatMs
    this.#accounts.tick(now, { nodes: fleet.nodes, workers: fleet.living.length })
    if (this.#accounts.isStoreDue(now)) this.#accounts.store(now, this.#operations)
    if (isRound) {
      this.#rounds++
      this.#roundAt = now
      // Workers that cannot write their results cannot say so either: they wait, and so would the run.
      const lacks = fleet.workers.flatMap(({ reading }) => reading.lack ?? [])
      if (lacks.length > 0 || fleet.workers.some((worker) => worker.busyFor() > spaceCheckMs)) {
        requireSpace(this.#directory, lacks)
      }
      if (fleet.retired.length > 0) fleet.alarm.rouse()
    }
    for (const worker of fleet.living) this.#watch(worker, isRound)
    fleet.onTick(now)
  }

  #watch(worker: WorkerProcess, isRound: boolean): void {
    // Not to all hearts at once: each is a look at a file. Also to those of idle workers: these would be given work.
    const isTurn = isRound && this.#rounds % this.#listenEvery === worker.number % this.#listenEvery
    const silentFor = isTurn && worker.hasBeenReady ? worker.silence() : undefined
    const { stuckFor } = worker.reading
    const verdict = verdictOn({ silentFor, stuckFor, busyFor: worker.busyFor() }, this.#limits)
    if (verdict) this.#fleet.restart(worker, verdict)
  }

  get #operations(): number {
    return this.#heart.operations + this.#fleet.operations
  }
}

/** Milliseconds between two beats of a worker's heart, which are also its looks at the runner's. */
export function workerHeartbeat({ heartbeatTimeout, grace }: RunnerSettings): number {
  const wanted = Math.min(heartbeatTimeout, grace) / beatsBeforeSilence
  return Math.min(longestHeartbeatMs, Math.max(heartbeatMs, wanted))
}
