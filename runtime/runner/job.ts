import { type FailureCause, isSameFailure } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { objectList } from '../../src/core/object-list.ts'
import { isDeath } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import type { AttemptKey } from '../channel/protocol.ts'

/** An individual of the running generation, as long as its evaluation is undecided. */
export interface Job {
  readonly individual: Individual
  /** The number of the newest attempt. */
  attempt: number
  /** The epoch under which the newest attempt was handed out. */
  epoch: number
  /** Attempts whose simulation failed. */
  failures: number
  /** Attempts under which the worker died. */
  deaths: number
  /** Why its simulation failed before the newest attempt; null if it did not. */
  lastFailure: FailureCause | null
  /**
   * How many individuals its worker may hold at most, this one included. After the death of a worker it is half of those
   * that were held then, so that the one at fault is alone in the end.
   */
  mostTogether: number
  /** Whether its evaluation is undecided. */
  isOpen: boolean
}

/**
 * Whether an individual whose attempt failed is tried again: not if it failed in the same way before, as it would again, or
 * if its result is one but lacks what a constraint asks for.
 */
export function isTriedAgain(
  job: Job,
  cause: FailureCause,
  settings: Pick<RunnerSettings, 'retries' | 'crashRetries'>,
): boolean {
  if (isDeath(cause)) return job.deaths <= settings.crashRetries
  if (cause.missing !== undefined) return false
  return job.failures <= settings.retries && !(job.lastFailure && isSameFailure(job.lastFailure, cause))
}

/** The jobs that nobody holds, first come, first served. */
export class JobQueue {
  #jobs = objectList<Job>()
  #head = 0

  get size(): number {
    return this.#jobs.length - this.#head
  }

  add(job: Job): void {
    this.#jobs.push(job)
  }

  addAll(jobs: readonly Job[]): void {
    for (let i = 0; i < jobs.length; i++) this.#jobs.push(jobs[i]!)
  }

  /** Up to `count` jobs for a worker that holds some: in the order of the queue, and in no larger company than each may be. */
  take(count: number, held: HeldJobs): Job[] {
    const jobs = objectList<Job>()
    let most = held.mostTogether
    while (jobs.length < count && this.#head < this.#jobs.length) {
      const job = this.#jobs[this.#head]!
      most = Math.min(most, job.mostTogether)
      if (held.size + jobs.length >= most) break
      jobs.push(job)
      this.#head++
    }
    if (this.#head > 10_000 && this.#head * 2 > this.#jobs.length) this.#compact()
    return jobs
  }

  remove(job: Job): void {
    this.#compact()
    this.#jobs = this.#jobs.filter((waiting) => waiting !== job)
  }

  clear(): void {
    this.#jobs = objectList()
    this.#head = 0
  }

  #compact(): void {
    this.#jobs = this.#jobs.slice(this.#head)
    this.#head = 0
  }
}

/** The jobs that a worker holds, oldest first; it answers in this order, so that finding the one it means costs nothing. */
export class HeldJobs {
  #jobs = objectList<Job>()
  #head = 0

  get size(): number {
    return this.#jobs.length - this.#head
  }

  add(job: Job): void {
    if (this.#head > 1000 && this.#head * 2 > this.#jobs.length) {
      this.#jobs = this.#jobs.slice(this.#head)
      this.#head = 0
    }
    this.#jobs.push(job)
  }

  /** Takes out the job whose running attempt the key names; undefined if none is held under it. */
  take(key: AttemptKey): Job | undefined {
    for (let i = this.#head; i < this.#jobs.length; i++) {
      const job = this.#jobs[i]!
      if (!isAttemptOf(job, key)) continue
      if (i === this.#head) this.#head++
      else this.#jobs.splice(i, 1)
      return job
    }
    return undefined
  }

  /** The least of what any of them may be together with. */
  get mostTogether(): number {
    let least = Number.POSITIVE_INFINITY
    for (let i = this.#head; i < this.#jobs.length; i++) least = Math.min(least, this.#jobs[i]!.mostTogether)
    return least
  }

  list(): readonly Job[] {
    return this.#jobs.slice(this.#head)
  }
}

export function keyOfJob({ individual, epoch, attempt }: Job): AttemptKey {
  return [individual.generation, individual.index, individual.replicate, epoch, attempt]
}

/** Whether the key names the individual of a job, whatever the attempt. */
export function isIndividualOf({ individual }: Job, key: AttemptKey): boolean {
  return individual.index === key[1] && individual.generation === key[0] && individual.replicate === key[2]
}

function isAttemptOf(job: Job, key: AttemptKey): boolean {
  return isIndividualOf(job, key) && job.epoch === key[3] && job.attempt === key[4]
}
