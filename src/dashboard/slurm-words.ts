import { describeJob, listJobs } from '../../runtime/slurm/queue.ts'

/** Slurm is asked no more often, however many pages are open: its controller serves all users of a cluster. */
const restMs = 20_000

/** What Slurm says of the jobs of runs, as far as it has been asked. */
export class SlurmWords {
  #words: ReadonlyMap<string, string> = new Map()
  #asked: { readonly jobs: string; readonly at: number } = { jobs: '', at: Number.NEGATIVE_INFINITY }

  /** Of each job that Slurm lists, its state in words. @param now milliseconds since 1970 */
  async of(jobs: readonly string[], now: number): Promise<ReadonlyMap<string, string>> {
    const key = jobs.join(' ')
    if (jobs.length === 0) return new Map()
    if (key !== this.#asked.jobs || now - this.#asked.at > restMs) {
      this.#asked = { jobs: key, at: now }
      const listed = await listJobs(jobs)
      this.#words = new Map([...(listed ?? [])].map(([job, one]) => [job, describeJob(one)]))
    }
    return this.#words
  }
}
