import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder beside a run directory in which the batch script of its jobs is, their numbers and their log. */
export function jobFolder(run: string): string {
  return `${run}.slurm`
}

/** What all jobs of a run print. */
export function jobLog(run: string): string {
  return join(jobFolder(run), 'log.txt')
}

/** The job that was submitted for a run last; undefined if none was. */
export function lastJob(run: string): string | undefined {
  try {
    const jobs = readFileSync(join(jobFolder(run), 'jobs'), 'utf8').match(/^\d+$/gm)
    return jobs?.at(-1)
  } catch {
    return undefined
  }
}
