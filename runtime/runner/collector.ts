import { relative } from 'node:path'
import { asRecorded } from '../../src/core/as-recorded.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import type { ReportRecord, RunRecord, WorkerEnd } from '../../src/core/record.ts'
import { PipeDamaged } from '../channel/pipe-reader.ts'
import type { AttemptKey, FromWorker, Result } from '../channel/protocol.ts'
import type { Accounts } from './accounts.ts'
import type { Durations } from './durations.ts'
import type { Fleet } from './fleet.ts'
import type { Job } from './job.ts'
import { type Answer, type Fault, isSure, type OpenJobs } from './open-jobs.ts'
import type { Outlasted } from './outlasted.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What was stored in one transaction: evaluations, and who takes the places of those that failed for good. */
export interface Collected {
  readonly evaluations: readonly Evaluation[]
  readonly standIns: readonly Individual[]
  /** Whether reports were stored with them. */
  readonly hasReports: boolean
}

export interface CollectorOptions {
  readonly directory: string
  readonly record: RunRecord
  /** How many numbers a fitness has. */
  readonly objectives: number
  /** How many individuals are simulated at once. */
  readonly batch: number
  readonly fleet: Fleet
  readonly jobs: OpenJobs
  readonly accounts: Accounts
  readonly durations: Durations
  readonly outlasted: Outlasted
}

/** Takes in what workers have written and how they have ended, and stores what that decides. */
export class Collector {
  readonly #options: CollectorOptions
  #reports: ReportRecord[] = []

  constructor(options: CollectorOptions) {
    this.#options = options
  }

  /** @param isStopping whether the run is being stopped */
  collect(isStopping: boolean): Collected {
    const { fleet, jobs, record, durations } = this.#options
    const touched: WorkerProcess[] = []
    const ends: WorkerEnd[] = []
    fleet.listen(durations.least)
    for (const worker of fleet.retired) if (this.#read(worker)) touched.push(worker)
    for (const worker of fleet.workers) {
      const hasEnded = worker.hasEnded // before its pipe is read, to the end then
      if (this.#read(worker)) touched.push(worker)
      if (hasEnded) ends.push(this.#remove(worker, isStopping))
      else if (worker.hasEnded) fleet.alarm.rouse()
    }
    const { attempts, standIns, evaluations } = jobs.takeDecisions()
    if (attempts.length + this.#reports.length + touched.length + ends.length > 0) {
      const positions = touched.map((worker) => worker.reading.position)
      record.commit({ attempts, standIns, reports: this.#reports, positions, ends })
      for (const worker of touched) worker.reading.discardRead()
    }
    const hasReports = this.#reports.length > 0
    this.#reports = []
    return { evaluations, standIns: standIns.map(({ individual }) => individual), hasReports }
  }

  /** True if anything was read from the worker's pipe. */
  #read(worker: WorkerProcess): boolean {
    const { fleet, durations } = this.#options
    let read = false
    try {
      worker.receive(durations.least, (message) => {
        read = true
        this.#onMessage(worker, message)
      })
    } catch (error) {
      if (!(error instanceof PipeDamaged)) throw error
      if (worker.hasEnded) return read // it was given up already: of its pipe nothing more can be understood
      const why = `its pipe is damaged: ${error.message}`
      fleet.restart(worker, { type: 'given up', kind: 'channel-damaged', why })
    }
    return read
  }

  #onMessage(worker: WorkerProcess, message: FromWorker): void {
    switch (message.type) {
      case 'hello':
        this.#options.fleet.onHello(worker)
        break
      case 'ready':
        this.#options.fleet.onReady()
        break
      case 'results':
        this.#takeAll(worker, message.results)
        break
      case 'report':
        for (const [step, value] of message.values) this.#reports.push(reportOf(message.key, step, value))
        break
      case 'leaving':
      case 'refused':
      case 'next':
        break
    }
  }

  /** A worker simulates one after the other, and the last has come now. */
  #takeAll(worker: WorkerProcess, results: readonly Result[]): void {
    const now = Date.now()
    let left = 0
    for (const result of results) left += result[1]
    for (const result of results) {
      left -= result[1]
      this.#take(worker, result, now - left)
    }
  }

  #take(worker: WorkerProcess, given: Result, ended: number): void {
    const { fleet, jobs, accounts, durations, outlasted, objectives } = this.#options
    const result = fittingResult(given, objectives)
    const key = result[0]
    const milliseconds = result[1]
    const fitness = result[2]
    const job = worker.held.take(key)
    durations.add(milliseconds)
    accounts.addBusy(milliseconds)
    const isFailure = jobs.onAnswer(job, key, answerOf(result, worker, job, ended))
    if (fitness) {
      fleet.onSuccess(worker)
      outlasted.onSuccess()
    } else if (isFailure) fleet.onFailure(worker, job!.individual.name)
  }

  /** A worker has ended and its pipe has been read: what it had begun is lost, the rest is handed out again. */
  #remove(worker: WorkerProcess, isStopping: boolean): WorkerEnd {
    const { fleet, jobs, batch, outlasted } = this.#options
    const { begun, isFault } = worker.blame(isStopping)
    const held = worker.held.list()
    if (worker.wasLate && jobs.waiting > 0) outlasted.onLateStart()
    const lost = held.slice(0, { any: held.length, first: batch, none: 0 }[begun]).filter(({ isOpen }) => isOpen)
    for (const job of lost) this.#lose(job, worker, { isFault, among: lost.length })
    for (const job of held) if (job.isOpen && !lost.includes(job)) jobs.queue(job)
    return fleet.remove(worker)
  }

  #lose(job: Job, worker: WorkerProcess, fault: Fault): void {
    const { directory, fleet, jobs, outlasted } = this.#options
    const { individual, epoch, attempt } = job
    const cause = worker.causeOfLoss(relative(directory, worker.channel))
    jobs.onLoss(job, { individual, epoch, attempt, worker: worker.number, cause, ended: Date.now() }, fault)
    if (isSure(fault)) fleet.onFailure(worker, individual.name)
    if (cause.detail === 'time-limit') outlasted.onTimeLimit(individual.name)
  }
}

/** A worker of another make may count the objectives otherwise. */
function fittingResult(result: Result, objectives: number): Result {
  if (result[2] === null || result[2].length === objectives) return result
  const [key, milliseconds, fitness, , , printed, used] = result
  const message = `The worker answered with a fitness of ${fitness.length} numbers, and there are ${objectives} objectives.`
  return [key, milliseconds, null, { kind: 'bad-result', message }, null, printed, used]
}

/** By its places: to take the lists apart by patterns is several times the code to V8, which compiles it for a hundred thousand. */
function answerOf(result: Result, worker: WorkerProcess, job: Job | undefined, ended: number): Answer {
  const key = result[0]
  const milliseconds = result[1]
  const used = result.length > 6 ? result[6] : undefined
  const beside = result.length > 7 ? result[7] : undefined
  return {
    individual: job?.individual ?? { generation: key[0], index: key[1], replicate: key[2] },
    epoch: key[3],
    attempt: key[4],
    worker: worker.number,
    verdict: undefined,
    fitness: result[2] ?? undefined,
    // Normalised as the record keeps it: a run that goes on after a stop is told the very same.
    outputs: result[4] === null ? undefined : (asRecorded(result[4]) ?? undefined),
    cause: result[3] === null ? undefined : (asRecorded(result[3]) ?? undefined),
    milliseconds,
    printed: result[5] ?? undefined,
    cpuMs: used?.[0],
    peakMemory: used?.[1] ?? undefined,
    checkpoint: beside?.checkpoint,
    isStopped: beside?.isStopped,
    constraints: undefined,
    began: ended - milliseconds,
    ended,
  }
}

function reportOf([generation, index, replicate, , attempt]: AttemptKey, step: number, value: number): ReportRecord {
  return { individual: { generation, index, replicate }, attempt, step, value }
}
