import { violationOf } from '../../src/core/constraints.ts'
import { type Evaluation, type FailureCause, type Judge, stoppingFailure } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { objectList } from '../../src/core/object-list.ts'
import { type AttemptRecord, isDeath, type StandIn, type TriedBefore, type Verdict } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { AttemptKey } from '../channel/protocol.ts'
import { type HeldJobs, isIndividualOf, isTriedAgain, type Job, JobQueue } from './job.ts'
import { RunnerFailure } from './runner-failure.ts'

/** An individual for the place of one that failed for good, made without any effect; undefined if there were enough. */
export type StandInFor = (failed: Individual) => StandIn | undefined

/** One answer, or one loss, before it is known what it means: its verdict is given to it then. */
export type Answer = Omit<AttemptRecord, 'verdict'> & { readonly verdict?: undefined }

/** Whether one of so many jobs, which a worker held when it ended, may be at fault. */
export interface Fault {
  readonly isFault: boolean
  readonly among: number
}

/** Whether it is known whose fault it is. */
export function isSure({ isFault, among }: Fault): boolean {
  return isFault && among === 1
}

/** What has been decided since somebody asked. */
export interface Decisions {
  readonly attempts: readonly AttemptRecord[]
  readonly standIns: readonly StandIn[]
  readonly evaluations: readonly Evaluation[]
}

/** The individuals whose evaluation is undecided: who waits for a worker, and what an answer means. */
export class OpenJobs {
  readonly #settings: Pick<RunnerSettings, 'retries' | 'crashRetries' | 'onFailure'>
  readonly #epoch: number
  readonly #standInFor: StandInFor
  readonly #judge: Judge | undefined
  /** All that were opened; those that are decided leave it together, since to take each out at once would cost a search. */
  #jobs = objectList<Job>()
  #size = 0
  readonly #queue = new JobQueue()
  /** The names of individuals that need not go on. */
  readonly #stopped = new Set<string>()
  #attempts = objectList<AttemptRecord>()
  #standIns = objectList<StandIn>()
  #evaluations = objectList<Evaluation>()
  #failure: RunnerFailure | undefined

  constructor(
    settings: Pick<RunnerSettings, 'retries' | 'crashRetries' | 'onFailure'>,
    epoch: number,
    standInFor: StandInFor = () => undefined,
    judge?: Judge,
  ) {
    this.#settings = settings
    this.#epoch = epoch
    this.#standInFor = standInFor
    this.#judge = judge
  }

  get size(): number {
    return this.#size
  }

  /** The number of jobs that nobody holds. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Why the search is to stop, if an individual failed for good where that is the policy. */
  get failure(): RunnerFailure | undefined {
    return this.#failure
  }

  /** These need not go on, whoever simulates them. */
  stop(names: Iterable<string>): void {
    for (const name of names) this.#stopped.add(name)
  }

  isStopped({ individual }: Job): boolean {
    return this.#stopped.size > 0 && this.#stopped.has(individual.name)
  }

  /** Whether the individual of that name is still to be decided. */
  isOpen(name: string): boolean {
    return this.#jobs.some(({ individual, isOpen }) => isOpen && individual.name === name)
  }

  /** Opens a job; it waits for a worker only once it is queued. */
  open(individual: Individual, before?: TriedBefore): Job {
    const { attempts = 0, failures = 0, deaths = 0, lastFailure = null } = before ?? {}
    const mostTogether = deaths > 0 ? 1 : Number.POSITIVE_INFINITY
    const attempt = attempts + 1
    const epoch = this.#epoch
    const job: Job = { individual, attempt, epoch, failures, deaths, lastFailure, mostTogether, isOpen: true }
    if (this.#jobs.length > 2 * this.#size + 1000) this.#jobs = this.#jobs.filter(({ isOpen }) => isOpen)
    this.#jobs.push(job)
    this.#size++
    return job
  }

  /** Has a job wait for a worker, under the attempt that it is at. */
  queue(job: Job): void {
    this.#queue.add(job)
  }

  queueAll(jobs: readonly Job[]): void {
    this.#queue.addAll(jobs)
  }

  /** Has an individual simulated again. */
  restart(job: Job): void {
    job.attempt++
    this.#queue.add(job)
  }

  /** Up to `count` jobs for one worker, which are handed out under this runner's epoch. */
  take(count: number, held: HeldJobs): readonly Job[] {
    const jobs = this.#queue.take(count, held)
    for (const job of jobs) job.epoch = this.#epoch
    return jobs
  }

  /**
   * A worker has answered.
   *
   * @param held the job that the worker held under this key; undefined if it held none
   * @returns whether the answer counts as a failure
   */
  onAnswer(held: Job | undefined, key: AttemptKey, given: Answer): boolean {
    if (!held || !this.#isRunning(held, key)) {
      this.#onLate(key, given)
      return false
    }
    const answer = this.#judged(held, given)
    if (answer.fitness) this.#accept(held, answer)
    else this.#onFailure(held, answer, answer.cause!)
    return !answer.fitness
  }

  /** A worker has ended that had perhaps begun a job: it is at fault, or one of several that may be, or was only lost. */
  onLoss(job: Job, loss: Answer & { readonly cause: FailureCause }, fault: Fault): void {
    if (isSure(fault)) {
      this.#onFailure(job, loss, loss.cause)
      return
    }
    this.#attempts.push(judgedAs('lost', loss))
    if (fault.isFault) job.mostTogether = Math.min(job.mostTogether, Math.ceil(fault.among / 2))
    this.restart(job)
  }

  /** What has been decided since the last call. */
  takeDecisions(): Decisions {
    const decisions = { attempts: this.#attempts, standIns: this.#standIns, evaluations: this.#evaluations }
    this.#attempts = objectList()
    this.#standIns = objectList()
    this.#evaluations = objectList()
    return decisions
  }

  clear(): void {
    close(this.#jobs)
    this.#jobs = objectList()
    this.#size = 0
    this.#queue.clear()
  }

  /** Whether the key's attempt is the one that the evaluation waits for. */
  #isRunning(job: Job, key: AttemptKey): boolean {
    return job.isOpen && job.epoch === key[3] && job.attempt === key[4]
  }

  /** An answer to an attempt that was given up: it decides if nothing else has, since it is as good as any other. */
  #onLate(key: AttemptKey, given: Answer): void {
    const job = this.#jobs.find((open) => open.isOpen && isIndividualOf(open, key))
    const answer = job ? this.#judged(job, given) : given
    if (!job || !answer.fitness) {
      this.#attempts.push(judgedAs('late', answer))
      return
    }
    this.#accept(job, answer)
    this.#queue.remove(job)
  }

  /** An answer with what the constraints say of it; what they cannot judge is no result. */
  #judged({ individual }: Job, answer: Answer): Answer {
    if (!this.#judge || !answer.fitness || answer.isStopped) return answer
    const judged = this.#judge(individual, answer.fitness, answer.outputs)
    if ('constraints' in judged) return { ...answer, ...judged }
    return { ...answer, fitness: undefined, outputs: undefined, cause: judged.cause }
  }

  #accept(job: Job, answer: Answer): void {
    this.#attempts.push(judgedAs('accepted', answer))
    job.isOpen = false
    this.#size--
    const { individual } = job
    const { fitness, outputs, constraints, isStopped } = answer
    if (fitness && isStopped) {
      this.#evaluations.push({ individual, outcome: 'stopped', fitness })
      return
    }
    const violation = (constraints && violationOf(constraints)) || undefined
    this.#evaluations.push(
      fitness
        ? { individual, outcome: 'done', fitness, violation, outputs }
        : { individual, outcome: 'failed', cause: answer.cause! },
    )
  }

  #onFailure(job: Job, answer: Answer, cause: FailureCause): void {
    if (isDeath(cause)) job.deaths++
    else job.failures++
    if (isTriedAgain(job, cause, this.#settings)) {
      this.#attempts.push(judgedAs('retried', answer))
      if (isDeath(cause)) job.mostTogether = 1
      else job.lastFailure = cause
      this.restart(job)
      return
    }
    this.#accept(job, answer)
    const { individual } = job
    if (this.#settings.onFailure === 'stop') {
      this.#failure ??= new RunnerFailure(stoppingFailure({ individual, outcome: 'failed', cause }))
    } else if (this.#settings.onFailure === 'replace') {
      this.#replace(individual)
    }
  }

  #replace(failed: Individual): void {
    const standIn = this.#standInFor(failed)
    if (!standIn) return
    this.#standIns.push(standIn)
    this.queue(this.open(standIn.individual))
  }
}

function close(jobs: readonly Job[]): void {
  for (let i = 0; i < jobs.length; i++) jobs[i]!.isOpen = false
}

/** In place: of a copy of so many fields V8 makes a hidden class for every object, and all that reads it becomes slow. */
function judgedAs(verdict: Verdict, answer: Answer): AttemptRecord {
  const judged = answer as { verdict: Verdict | undefined }
  judged.verdict = verdict
  return judged as AttemptRecord
}
