import type { RunRecord, WorkerEnd } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { requireSpace } from '../../src/system/disk-space.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { workerDirectory } from '../channel/run-file.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import { WatchTime } from '../channel/watch-time.ts'
import type { Accounts } from './accounts.ts'
import { Alarm } from './alarm.ts'
import { HostRecord } from './benched-hosts.ts'
import { endWorkers, killWorkers, storeEnds } from './ending-workers.ts'
import { Exits } from './exits.ts'
import { lastWords } from './last-words.ts'
import type { EndExplanation, Launcher, WorkerPool } from './launcher.ts'
import * as launches from './launching.ts'
import { PresentWorkers } from './present-workers.ts'
import { RunnerFailure } from './runner-failure.ts'
import { type Departure, type GivenUp, orderlyEnds } from './worker-life.ts'
import { WorkerProcess, type WorkerSurroundings } from './worker-process.ts'

export interface FleetOptions {
  readonly directory: string
  /** The run's identity, in every pipe's first frame. */
  readonly run: string
  readonly settings: RunnerSettings
  readonly launcher: Launcher
  readonly record: RunRecord
  readonly accounts: Accounts
  readonly mode: WakeUpMode
}

/** Milliseconds between two calls of `onTick`, which are looks at the workers; looks that lie ten times apart came late. */
export const tickMs = 100

/** The workers of a run: launches as many as are wanted, adopts those of an earlier runner, ends and replaces what fails. */
export class Fleet {
  readonly surroundings: WorkerSurroundings
  /** The time that counts against workers. */
  readonly watch: WatchTime
  readonly alarm: Alarm
  /** How many individuals are to be simulated: more workers than that would have nothing to do. */
  demand = 0
  readonly #options: FleetOptions
  readonly #hosts: HostRecord
  readonly #present: PresentWorkers
  readonly #exits = new Exits()
  #launching: launches.Launching = launches.noLaunches
  #isClosing = false
  #failure: RunnerFailure | undefined
  /** Why the machines of all workers are gone. */
  #bereftOf: EndExplanation | undefined

  constructor(options: FleetOptions) {
    const { directory, settings, mode } = options
    this.#options = options
    this.#hosts = new HostRecord(settings.benchHosts)
    const now = () => performance.now()
    this.watch = new WatchTime(10 * tickMs, now)
    this.surroundings = surroundingsOf(options, { now, watched: () => this.watch.look() })
    this.alarm = new Alarm({ directory, mode, pollInterval: settings.pollInterval, now: this.surroundings.now })
    this.#present = new PresentWorkers(this.alarm, options.accounts)
  }

  /**
   * Why there can be no more workers.
   * @throws an error as of a write that failed, if the disk is full: no worker starts there, and with room the run goes on
   */
  get failure(): RunnerFailure | undefined {
    if (this.#failure) requireSpace(this.#options.directory)
    return this.#failure
  }

  /** Why there is nothing left to start workers on, if so: nothing has failed, and the run can go on elsewhere. */
  get bereftOf(): EndExplanation | undefined {
    return this.#bereftOf
  }

  /** How many nodes are held now. */
  get nodes(): number {
    return this.#options.launcher.nodes
  }

  get workers(): readonly WorkerProcess[] {
    return this.#present.all
  }

  get retired(): readonly WorkerProcess[] {
    return this.#present.retired
  }

  get living(): readonly WorkerProcess[] {
    return this.#present.living
  }

  /** System calls for the pipe files, hearts and bells of all workers that may still write. */
  get operations(): number {
    return this.alarm.operations + this.#present.operations
  }

  // Launching

  /** Adopts the workers of earlier runner starts and launches as many as are missing. */
  open(): void {
    const { workers: most = 1 } = this.#options.settings
    this.alarm.open()
    this.#adopt()
    const { pace, hasScout, pool } = this.#options.launcher
    if (pool) return // workers come when there is work
    const living = this.living.length
    const now = this.surroundings.now()
    const isScouting = hasScout && living === 0
    this.#launching = launches.launchMissing(this.#launching, most - living, { pace, isScouting, now })
    this.#launchDue(now)
  }

  #adopt(): void {
    const { record, directory, run } = this.#options
    for (const known of record.openWorkers()) {
      this.#present.add(WorkerProcess.adopt(known, this.surroundings))
    }
    for (const worker of this.#options.launcher.gone(this.living)) worker.onUnseenEnd()
    if (this.living.length > 0) this.onReady()
    for (const [number, ended] of this.#options.launcher.pool?.adopt(directory, run, this.living) ?? []) {
      this.#present.find(number)?.follow(ended)
    }
  }

  /** The command that starts a worker. */
  commandOf(worker: number): readonly string[] {
    return this.#options.launcher.command(this.#placeOf(worker))
  }

  #placeOf(worker: number) {
    const { directory, run } = this.#options
    const { epoch } = this.surroundings
    return { directory, run, worker, channel: workerDirectory(directory, worker), epoch, ...this.#surroundingHosts }
  }

  get #surroundingHosts() {
    const beside = this.living.map(({ number, host, provenance }) => ({ worker: number, host, provenance }))
    return { beside, benched: this.#hosts.benched }
  }

  /** Starts one more worker process. */
  launch(): WorkerProcess {
    this.#options.accounts.onLaunch()
    const number = this.#options.record.addWorker(this.#options.settings.launcher)
    const worker = WorkerProcess.launch(number, this.surroundings, () => {
      const launched = this.#options.launcher.launch(this.#placeOf(number))
      void launched.ended.then(() => this.alarm.rouse())
      this.#exits.add(launched)
      return launched
    })
    this.#present.add(worker)
    return worker
  }

  /** Does what is due; called every `tickMs`. */
  onTick(now: number): void {
    for (const worker of this.workers) {
      worker.checkLife()
      if (worker.hasEnded || !worker.hasBeenReady) this.alarm.rouse()
    }
    const { pool } = this.#options.launcher
    pool?.tick(now)
    if (this.#isClosing) return
    if (pool) this.#scale(pool, now)
    this.#launchDue(now)
  }

  /** Launches who is due, no faster than the launcher's pace, as long as there is room. */
  #launchDue(now: number): void {
    const { pace } = this.#options.launcher
    for (let left = launches.countDue(this.#launching, { now, pace, tick: tickMs }); left > 0; left--) {
      if (
        !this.#options.launcher.hasRoom(this.#surroundingHosts) ||
        !this.#options.accounts.mayLaunch(this.living.length)
      )
        return
      this.#launching = launches.onLaunch(this.#launching)
      this.launch()
    }
  }

  /** Asks for as many workers as have something to do, and gives back those that have had nothing to do for long. */
  #scale(pool: WorkerPool, now: number): void {
    const { workers: most = 1, minWorkers: least, idle } = this.#options.settings
    const { living } = this
    const wanted = launches.wantedWorkers(this.#launching, { demand: this.demand, least, most })
    this.#launching = launches.launchWanted(this.#launching, wanted, living.length, now)
    for (const number of pool.warned) this.#present.find(number)?.warn()
    const surplus = this.living.length - wanted
    if (surplus <= 0) return
    const idlers = living.filter((worker) => worker.idleFor() > idle).map(({ number }) => number)
    for (const number of pool.giveBack(idlers, surplus)) this.#present.find(number)?.stop()
  }

  // What is heard of workers

  /** Finds out who has written; `leastMs` is how long an individual will hardly fall short of. */
  listen(leastMs: number): void {
    for (const number of this.alarm.rung(leastMs)) this.#present.find(number)?.reading.rang()
  }

  /** The worker has said who it is, at the start of each segment of its pipe. */
  onHello(worker: WorkerProcess): void {
    const { identity, provenance } = worker
    if (identity) this.#options.record.writeWorker({ ...identity, worker: worker.number, provenance })
    this.alarm.add(worker)
    if (this.#hosts.benched.includes(worker.host)) worker.stop()
  }

  /** A worker has said that it can simulate. */
  onReady(): void {
    this.#launching = launches.onReady(this.#launching, this.surroundings.now())
  }

  /** A simulation has succeeded. */
  onSuccess(worker: WorkerProcess): void {
    this.#launching = launches.onSuccess(this.#launching)
    this.#hosts.succeeded(worker.host)
  }

  /** An attempt has failed on a host; a host on which most do is benched. */
  onFailure(worker: WorkerProcess, individual: string): void {
    if (!this.#hosts.failed(worker.host, individual)) return
    for (const other of this.workers) if (other.host === worker.host) other.stop()
  }

  // Ends

  /** Ends a worker at once; when its pipe has been read to the end, another takes its place. */
  restart(worker: WorkerProcess, reason: GivenUp): void {
    worker.giveUp(reason)
    this.alarm.rouse()
  }

  /** Lets go of a worker that has ended and whose pipe has been read to the end; what the record is to say of it. */
  remove(worker: WorkerProcess): WorkerEnd {
    const { departure } = worker
    const isBenched = departure.type === 'asked' && this.#hosts.benched.includes(worker.host)
    if (!this.#isClosing) this.#fillPlace(worker, departure, isBenched)
    this.#present.remove(worker, { mayWrite: ['failed', 'unseen'].includes(departure.type) && !this.#isClosing })
    const asked = isBenched ? orderlyEnds.benched : orderlyEnds.asked
    return { worker: worker.number, why: departure.type === 'asked' ? asked : departure.why }
  }

  #fillPlace(worker: WorkerProcess, departure: Departure, isBenched: boolean): void {
    const situation = { isBenched, now: this.surroundings.now(), living: this.living.length }
    const succession = launches.onDeparture(this.#launching, departure, situation)
    if (departure.type === 'failed' && succession.type !== 'bereft') this.#options.launcher.distrust(worker.number)
    switch (succession.type) {
      case 'launching':
        this.#launching = succession.launching
        return
      case 'bereft':
        this.#bereftOf ??= worker.explanation
        return
      case 'hopeless':
        this.#failure ??= failedStart(worker, succession.departure, this.#options.launcher)
    }
  }

  /** Launches no more workers from now on. */
  beginClosing(): void {
    this.#isClosing = true
  }

  /** Ends all workers: asks, waits, kills. */
  async close(): Promise<void> {
    const { settings, record, launcher } = this.#options
    this.beginClosing()
    await endWorkers(this.#present, { drain: settings.drain, alarm: this.alarm, now: this.surroundings.now })
    await this.#exits.wait()
    storeEnds(this.#present, record)
    await launcher.pool?.close()
  }

  /** Lets go of everything and ends nothing: the run belongs to another runner now. */
  async abandon(): Promise<void> {
    this.#options.launcher.pool?.abandon()
    this.#present.abandon()
    this.alarm.close()
  }

  /** Ends all workers at once, without waiting; for the moments in which nothing else is possible. */
  kill(): void {
    killWorkers(this.#present)
    this.#options.launcher.pool?.release()
  }
}

function surroundingsOf(
  { directory, run, settings, launcher, record, mode }: FleetOptions,
  clocks: Pick<WorkerSurroundings, 'now' | 'watched'>,
): WorkerSurroundings {
  return {
    directory,
    run,
    launcher,
    epoch: record.epoch,
    identity: ownIdentity(),
    reopen: mode === 'poll',
    pollInterval: settings.pollInterval,
    ...clocks,
  }
}

function failedStart(
  worker: WorkerProcess,
  departure: Departure & { type: 'failed' },
  { output }: Launcher,
): RunnerFailure {
  const isRefusal = departure.outlook === 'refuse'
  const words = isRefusal ? '' : lastWords(worker.channel, output)
  const printed = words ? ` It printed:\n${words}` : ''
  return new RunnerFailure(`No worker can be started: ${departure.why}.${printed}`, { isRefusal })
}
