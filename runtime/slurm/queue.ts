import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A batch job that is waiting or running. */
export interface QueuedJob {
  readonly job: string
  /** As Slurm has it: PENDING, RUNNING, COMPLETING ... */
  readonly state: string
  /** Why it is waiting, in Slurm's word; null if it is not. */
  readonly reason: string | null
  /** When it is expected to start, or has started, as Slurm writes it; null if it does not say. */
  readonly start: string | null
  /** When its time is over. */
  readonly end: string | null
  readonly nodes: string | null
}

/** The folder beside a run directory in which the batch script of its jobs is, their numbers and their log. */
export function jobFolder(run: string): string {
  return `${run}.slurm`
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

/** Those of some jobs that Slurm still has to do with, in one call; none where Slurm is not. */
export function queuedJobs(jobs: readonly string[]): readonly QueuedJob[] {
  if (jobs.length === 0) return []
  let text: string
  try {
    const args = ['--noheader', '--array', '--format=%i|%T|%r|%S|%e|%N', `--jobs=${jobs.join(',')}`]
    text = execFileSync('squeue', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 })
  } catch {
    return [] // of a single job that it has forgotten, squeue says no more than that
  }
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [job, state, reason, start, end, nodes] = line.split('|').map((field) => knownOrNull(field.trim()))
      return {
        job: job!,
        state: state!,
        reason: reason ?? null,
        start: start ?? null,
        end: end ?? null,
        nodes: nodes ?? null,
      }
    })
}

/** In words, as the end of a line. */
export function describeJob({ job, state, reason, start, end, nodes }: QueuedJob): string {
  if (state === 'PENDING') {
    return `job ${job} is pending${reason ? ` (${reason})` : ''}${start ? `, expected to start at ${start}` : ''}`
  }
  return `job ${job} is ${state.toLowerCase()}${nodes ? ` on ${nodes}` : ''}${end ? `, until ${end}` : ''}`
}

function knownOrNull(field: string): string | null {
  return ['', 'N/A', 'None', 'NONE', '(null)', 'Unknown'].includes(field) ? null : field
}
