import { dirname, join } from 'node:path'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { replaceFile } from '../channel/run-file.ts'
import type { PilotJob } from './pilot-job.ts'
import { pilotDirectory } from './pilot-protocol.ts'
import { pilotScript } from './pilot-script.ts'
import { arrayOf, jobsOfScriptsIn } from './queue.ts'
import { afterRefusal, firstRequestSize, submitJob } from './submission.ts'

/** What the jobs of pilots are for, and where they are not to run. */
interface Surroundings {
  readonly directory: string
  /** The run's identity. */
  readonly run: string
  readonly benched: readonly string[]
}

/** Has Slurm take the jobs of pilots, several at once; each submission has a script of its own, by which its job is found. */
export class Submissions {
  readonly #settings: RunnerSettings
  readonly #say: (sentence: string) => void
  #size = firstRequestSize
  /** Those for which Slurm may have taken a job without saying so, in the order in which they were submitted, and their script. */
  #unsure: { readonly pilots: readonly PilotJob[]; readonly script: string } | undefined

  /** @param say is told what Slurm does not take, and what is done about it */
  constructor(settings: RunnerSettings, say: (sentence: string) => void) {
    this.#settings = settings
    this.#say = say
  }

  /**
   * Has jobs taken for those that have none, for as many as Slurm takes at once.
   * @returns false if nobody knows whether it has taken them: it is asked again in its time, and not before
   */
  async submit(all: readonly PilotJob[], { directory, run, benched }: Surroundings): Promise<boolean> {
    await this.#findTaken()
    const pilots = all.filter(({ isToBeSubmitted }) => isToBeSubmitted).slice(0, this.#size.most)
    if (pilots.length === 0) return true
    const isArray = this.#size.most > 1
    const script = join(pilotDirectory(directory, pilots[0]!.number), 'job.sh')
    replaceFile(script, pilotScript(directory, run, this.#settings))
    const submission = await submitJob([
      ...(isArray ? [`--array=0-${pilots.length - 1}`] : []),
      ...(benched.length > 0 ? [`--exclude=${benched.join(',')}`] : []),
      script,
      ...pilots.map(({ number }) => String(number)),
    ])
    if (submission.type === 'taken') {
      this.#onTaken(pilots, isArray ? (task) => `${submission.job}_${task}` : () => submission.job)
      return true
    }
    this.#unsure = { pilots, script }
    if (await this.#findTaken()) return true
    switch (submission.type) {
      case 'unsure':
        return false // a pilot that comes twice finds its own pipe there and ends
      case 'too-many':
        this.#onTooMany(pilots.length, submission.words)
        return true
      case 'refused':
        for (const pilot of pilots) pilot.refusal = submission.words
        return true
    }
  }

  /** Finds the job that sbatch has not named, whatever it has said; false if Slurm lists none. */
  async #findTaken(): Promise<boolean> {
    if (!this.#unsure?.pilots.some(({ isToBeSubmitted }) => isToBeSubmitted)) return false
    const { pilots, script } = this.#unsure
    const jobs = (await jobsOfScriptsIn(dirname(script)))?.map(({ job }) => job) ?? []
    if (jobs.length === 0) return false
    const last = arrayOf(jobs.at(-1)!)
    this.#onTaken(pilots, jobs.includes(last) ? () => last : (task) => `${last}_${task}`)
    return true
  }

  #onTaken(pilots: readonly PilotJob[], jobOf: (task: number) => string): void {
    this.#size = { ...this.#size, refusals: 0 }
    this.#unsure = undefined
    for (const [task, pilot] of pilots.entries()) if (pilot.isToBeSubmitted) pilot.submitted(jobOf(task))
  }

  #onTooMany(asked: number, words: string): void {
    const isSecond = this.#size.refusals > 0
    this.#size = afterRefusal(this.#size, asked)
    if (!isSecond) return
    const { most } = this.#size
    const now =
      most < asked ? `${most} at once ${most === 1 ? 'is' : 'are'} asked for from now on` : 'it is asked again'
    this.#say(`Slurm does not take ${asked} more ${asked === 1 ? 'job' : 'jobs'} now (${words}): ${now}.`)
  }
}
