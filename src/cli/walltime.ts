import { writeFileSync } from 'node:fs'
import { ownAllocation, timeOf } from '../../runtime/slurm/allocation.ts'
import { batchVariables } from '../../runtime/slurm/batch-script.ts'
import { askForJob } from '../../runtime/slurm/queue.ts'
import type { RunOutcome } from '../search/experiment.ts'
import type { Progress } from '../search/tally.ts'
import { Deadline } from '../system/deadline.ts'
import { duration } from './progress.ts'

/** What is kept of the time for storing and ending, in milliseconds. */
const reserve = 10_000

/**
 * The end of the Slurm allocation that this process runs in, if it runs in one, and the batch script's warning that it is
 * near (SIGUSR2), which also comes before a preemption.
 */
export class Walltime implements Disposable {
  readonly deadline = new Deadline()
  readonly #say: (sentence: string) => void
  readonly #warning = Number(process.env[batchVariables.warning] ?? 0) * 1000
  readonly #again = process.env[batchVariables.again]
  /** Evaluations when this process began, and now. */
  #first: number | undefined
  #latest = 0

  constructor(say: (sentence: string) => void) {
    this.#say = say
    const own = ownAllocation()
    const endsAt = own && timeOf(askForJob(own.job)?.end ?? null)
    if (endsAt) this.deadline.setAt(endsAt.getTime() - reserve)
    if (this.#warning > 0) process.on('SIGUSR2', this.#warn)
  }

  readonly #warn = (): void => {
    this.deadline.setIn(this.#warning - reserve)
    const left = duration(Math.max(0, this.deadline.left) / 1000)
    this.#say(`The allocation ends soon: what can end within ${left} goes on, the rest is kept for the next one.`)
  }

  update({ totalEvaluated }: Progress): void {
    this.#first ??= totalEvaluated
    this.#latest = totalEvaluated
  }

  /** Has the batch script go on in another allocation, if that has a point. */
  goOn({ isOutOfTime = false }: RunOutcome): void {
    if (!isOutOfTime || this.#again === undefined) return
    if (this.#latest > (this.#first ?? 0)) writeFileSync(this.#again, '')
    else this.#say('No simulation could end in this allocation; submit it again with more time (sbatch --time).')
  }

  [Symbol.dispose](): void {
    process.off('SIGUSR2', this.#warn)
  }
}
