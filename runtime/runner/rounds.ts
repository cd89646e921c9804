import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { Heart, runnerHeart } from '../channel/heartbeat.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import type { Accounts } from './accounts.ts'
import { requireSpace } from './disk-space.ts'
import { type Fleet, tickMs } from './fleet.ts'
import { verdictOn, type WatchLimits, watchLimits } from './watch.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Milliseconds between two beats of the runner's heart. */
const heartbeatMs = 1000
/** A heart beats, and is listened to, so often in the time after which its silence counts. */
const beatsBeforeSilence = 6
/** When nothing has come from a busy worker for so long, the space on the disk is looked at. */
const spaceCheckMs = 2000

/** What a runner does all the time: its heart beats, its workers are watched, and what is used is accounted for. */
export class Rounds {
  readonly #directory: string
  readonly #fleet: Fleet
  readonly #accounts: Accounts
  readonly #limits: WatchLimits
  readonly #heart: Heart
  /** Each worker's heart is listened to at every so many beats of one's own. */
  readonly #listenEvery: number
  #timer: NodeJS.Timeout | undefined
  #beatAt = 0
  #beats = 0
  #trouble: unknown

  constructor(directory: string, settings: RunnerSettings, mode: WakeUpMode, fleet: Fleet, accounts: Accounts) {
    this.#directory = directory
    this.#fleet = fleet
    this.#accounts = accounts
    this.#limits = watchLimits(settings, mode)
    this.#heart = new Heart(runnerHeart(directory))
    this.#listenEvery = Math.max(1, Math.floor(settings.heartbeatTimeout / beatsBeforeSilence / heartbeatMs))
  }

  begin(): void {
    this.#beat()
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
      // What is missing are at most the seconds since the last time.
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
    const isBeat = now - this.#beatAt >= heartbeatMs
    this.#accounts.tick(now, { nodes: fleet.nodes, workers: fleet.living.length })
    if (this.#accounts.isStoreDue(now)) this.#accounts.store(now, this.#operations)
    if (isBeat) {
      this.#beat()
      // Workers that cannot write their results cannot say so either: they wait, and so would the run.
      if (fleet.workers.some((worker) => worker.busyFor() > spaceCheckMs)) requireSpace(this.#directory)
      if (fleet.retired.length > 0) fleet.alarm.rouse()
    }
    for (const worker of fleet.living) this.#watch(worker, isBeat)
    fleet.onTick(now)
  }

  #watch(worker: WorkerProcess, isBeat: boolean): void {
    // Not to all hearts at once: each is a look at a file. Also to those of idle workers: these would be given work.
    const isTurn = isBeat && this.#beats % this.#listenEvery === worker.number % this.#listenEvery
    const silentFor = isTurn && worker.hasBeenReady ? worker.silence() : undefined
    const verdict = verdictOn({ silentFor, stuckFor: worker.stuckFor(), busyFor: worker.busyFor() }, this.#limits)
    if (verdict) this.#fleet.restart(worker, verdict)
  }

  #beat(): void {
    this.#heart.beat()
    this.#beats++
    this.#beatAt = this.#fleet.surroundings.now()
  }

  get #operations(): number {
    return this.#heart.operations + this.#fleet.operations
  }
}

/** Milliseconds between two beats of a worker's heart, which are also its looks at the runner's. */
export function workerHeartbeat({ heartbeatTimeout, grace }: RunnerSettings): number {
  return Math.max(heartbeatMs, Math.min(heartbeatTimeout, grace) / beatsBeforeSilence)
}
