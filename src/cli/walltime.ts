import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jobVariables } from '../../runtime/schedulers/job-variables.ts'
import { ownAllocation, timeOf } from '../../runtime/slurm/allocation.ts'
import { askForJob, askForJobMeanwhile } from '../../runtime/slurm/queue.ts'
import type { RunOutcome } from '../search/run-options.ts'
import type { Progress } from '../search/tally.ts'
import { Deadline } from '../system/deadline.ts'
import { duration } from './progress.ts'

/** What is kept of the time for storing and ending, in milliseconds. */
const reserve = 10_000
/** How often it is looked whether somebody has changed the time limit. */
const lookMs = 60_000
/** How much too early Slurm warns at most, with what it takes until the warning is heard. */
const earlyMs = 90_000
/** How often it is looked whether the job's script has passed on a warning. */
const listenMs = 1000

/**
 * The end of the job that this process runs in, if it runs in one, as Slurm or the job's script says it, and the script's
 * warning that it is near, which also comes before a preemption. The warning is a file: a signal would end a process that
 * has only begun to start.
 */
export class Walltime implements Disposable {
  readonly deadline = new Deadline()
  readonly #say: (sentence: string) => void
  readonly #warning = Number(process.env[jobVariables.warning] ?? 0) * 1000
  readonly #warned = process.env[jobVariables.warned]
  readonly #again = process.env[jobVariables.again]
  readonly #job = ownAllocation()?.job
  readonly #looking: NodeJS.Timeout | undefined
  readonly #listening: NodeJS.Timeout | undefined
  #warnedAt: number | undefined
  #isAsking = false
  /** The end of the allocation as Slurm said it last. */
  #endsAt: number | undefined
  /** Simulations that had ended when this process began, and now. */
  #first: number | undefined
  #latest = 0

  constructor(say: (sentence: string) => void) {
    this.#say = say
    if (this.#job !== undefined) {
      this.#endsAt = timeOf(askForJob(this.#job)?.end ?? null)?.getTime()
      this.#looking = setInterval(() => void this.look(), lookMs).unref()
    }
    const { [jobVariables.ends]: ends } = process.env
    if (ends !== undefined) this.#endsAt ??= Number(ends) * 1000
    if (this.#endsAt !== undefined) this.deadline.setAt(this.#endsAt - reserve)
    if (this.#warned !== undefined) this.#listening = setInterval(() => void this.listen(), listenMs).unref()
  }

  /** Learns whether the time limit of the allocation has been changed, also after it was warned of its end. */
  async look(): Promise<void> {
    const end = this.#job === undefined ? undefined : timeOf((await askForJobMeanwhile(this.#job))?.end ?? null)
    if (end === undefined || end.getTime() === this.#endsAt) return
    this.#endsAt = end.getTime()
    this.deadline.moveTo(this.#endsAt - reserve)
    this.#say(`The allocation now ends in ${duration((this.#endsAt - Date.now()) / 1000)}.`)
  }

  /**
   * Heeds a warning, if there is one. Slurm warns up to a minute early: then the end that it tells counts. Where that is
   * further away, or the job is preempted, the job is to leave before.
   */
  async listen(): Promise<void> {
    if (this.#warned !== undefined && existsSync(this.#warned)) {
      rmSync(this.#warned, { force: true })
      this.#warnedAt = Date.now()
    }
    if (this.#warnedAt === undefined || this.#isAsking) return
    this.#isAsking = true
    const asked = this.#job === undefined ? undefined : await askForJobMeanwhile(this.#job)
    this.#isAsking = false
    const warnedOf = this.#warnedAt + this.#warning
    if (this.#job !== undefined && asked === undefined) {
      this.deadline.setAt(warnedOf - reserve) // until Slurm answers
      return
    }
    this.#warnedAt = undefined
    this.#endsAt = timeOf(asked?.end ?? null)?.getTime() ?? this.#endsAt
    const { isPreempted = false } = asked ?? {}
    const end = this.#endsAt ?? Number.POSITIVE_INFINITY
    if (!isPreempted && end <= warnedOf + earlyMs) this.deadline.moveTo(end - reserve)
    else this.deadline.setAt(Math.min(warnedOf, end) - reserve)
    const left = duration(Math.max(0, this.deadline.left) / 1000)
    this.#say(`The allocation ends soon: what can end within ${left} goes on, the rest is kept for the next one.`)
  }

  update({ simulated }: Progress): void {
    this.#first ??= simulated
    this.#latest = simulated
  }

  /** Has the batch script go on in another allocation, if that has a point; true if it will. */
  goOn({ isOutOfTime = false }: RunOutcome): boolean {
    if (this.#again === undefined) return false
    const barren = join(dirname(this.#again), 'barren')
    const wasBarren = existsSync(barren)
    rmSync(barren, { force: true })
    if (!isOutOfTime) return false
    if (this.#latest === (this.#first ?? 0)) {
      // Machines can be slow for once: where simulations did end in time, one allocation proves nothing.
      if (this.#latest === 0 || wasBarren) {
        const option = this.#job === undefined ? '--walltime' : 'sbatch --time'
        this.#say(`No simulation could end in this allocation; submit it again with more time (${option}).`)
        return false
      }
      writeFileSync(barren, '')
      this.#say('No simulation could end in this allocation, as some did before: it is tried once more.')
    }
    writeFileSync(this.#again, '')
    return true
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking)
    clearInterval(this.#listening)
  }
}
