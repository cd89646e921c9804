import { writeFileSync } from 'node:fs'
import { jobVariables } from '../../runtime/schedulers/job-variables.ts'
import { ownAllocation, timeOf } from '../../runtime/slurm/allocation.ts'
import { askForJob, askForJobMeanwhile } from '../../runtime/slurm/queue.ts'
import type { RunOutcome } from '../search/run-options.ts'
import type { Progress } from '../search/tally.ts'
import { Deadline } from '../system/deadline.ts'
import { duration } from './progress.ts'
import { replaceForGood } from './signals.ts'

/** What is kept of the time for storing and ending, in milliseconds. */
const reserve = 10_000
/** How often it is looked whether somebody has changed the time limit. */
const lookMs = 60_000

/**
 * The end of the job that this process runs in, if it runs in one, as Slurm or the job's script says it, and the script's
 * warning that it is near (SIGUSR2), which also comes before a preemption.
 */
export class Walltime implements Disposable {
  readonly deadline = new Deadline()
  readonly #say: (sentence: string) => void
  readonly #warning = Number(process.env[jobVariables.warning] ?? 0) * 1000
  readonly #again = process.env[jobVariables.again]
  readonly #job = ownAllocation()?.job
  readonly #looking: NodeJS.Timeout | undefined
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
    if (this.#warning > 0) process.on('SIGUSR2', this.#warn)
  }

  /** Learns whether the time limit of the allocation has been changed, also after it was warned of its end. */
  async look(): Promise<void> {
    const end = this.#job === undefined ? undefined : timeOf((await askForJobMeanwhile(this.#job))?.end ?? null)
    if (end === undefined || end.getTime() === this.#endsAt) return
    this.#endsAt = end.getTime()
    this.deadline.moveTo(this.#endsAt - reserve)
    this.#say(`The allocation now ends in ${duration((this.#endsAt - Date.now()) / 1000)}.`)
  }

  readonly #warn = (): void => {
    this.deadline.setIn(this.#warning - reserve)
    void this.#heed()
  }

  /** Slurm warns up to a minute early: what it says of the end counts, unless the job is to leave before its time is over. */
  async #heed(): Promise<void> {
    const asked = this.#job === undefined ? undefined : await askForJobMeanwhile(this.#job)
    const end = asked?.isPreempted === false ? timeOf(asked.end) : null
    if (end) {
      this.#endsAt = end.getTime()
      this.deadline.moveTo(this.#endsAt - reserve)
    }
    const left = duration(Math.max(0, this.deadline.left) / 1000)
    this.#say(`The allocation ends soon: what can end within ${left} goes on, the rest is kept for the next one.`)
  }

  update({ simulated }: Progress): void {
    this.#first ??= simulated
    this.#latest = simulated
  }

  /** Has the batch script go on in another allocation, if that has a point; true if it will. */
  goOn({ isOutOfTime = false }: RunOutcome): boolean {
    if (!isOutOfTime || this.#again === undefined) return false
    if (this.#latest > (this.#first ?? 0)) {
      writeFileSync(this.#again, '')
      return true
    }
    this.#say(
      `No simulation could end in this allocation; submit it again with more time (${this.#job === undefined ? '--walltime' : 'sbatch --time'}).`,
    )
    return false
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking)
    if (this.#warning > 0) replaceForGood('SIGUSR2', this.#warn, () => {})
  }
}
