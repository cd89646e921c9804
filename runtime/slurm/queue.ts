import { dirname } from 'node:path'
import { ask, askMeanwhile, type SlurmAnswer } from './ask.ts'

/** A batch job, or one of an array, as Slurm lists it. */
export interface QueuedJob {
  readonly job: string
  /** Slurm's word: PENDING, RUNNING, COMPLETED, NODE_FAIL ...; `forgotten` if it knows the job no more. */
  readonly state: string
  /** Why it waits, or has failed, in Slurm's word; null if there is no reason. */
  readonly reason: string | null
  /** When the job is expected to start, or has started, as Slurm writes it; null if it does not say. */
  readonly start: string | null
  /** When the job's time is over. */
  readonly end: string | null
  readonly nodes: string | null
  readonly exitCode: number
}

/** What Slurm says of one job, beyond what its list of jobs has. */
export interface JobDetails extends QueuedJob {
  readonly isPreempted: boolean
  /** All that Slurm says of the job, by Slurm's names. */
  readonly details: Readonly<Record<string, string>>
}

/** The state of a job that Slurm, asked for it alone, knows nothing of. */
export const forgotten = 'FORGOTTEN'

/** Whether a job in that state will never run again. */
export function hasEnded(state: string): boolean {
  return ended.has(state)
}

const ended: ReadonlySet<string> = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['REVOKED', 'TIMEOUT', forgotten],
])

/** Whether nothing of a job runs now; false if Slurm does not say. */
export function isJobOver(job: string): boolean {
  const asked = askForJob(job)
  const isHeld = /^(RUNNING|COMPLETING|SUSPENDED|STOPPED|SIGNALING|STAGE_OUT|CONFIGURING|RESIZING)$/
  return asked !== undefined && !isHeld.test(asked.state)
}

/** What Slurm says of a job now; undefined if it gives no answer. */
export function askForJob(job: string): JobDetails | undefined {
  return readDetails(job, ask('scontrol', ...detailsOf(job)))
}

/** Asks as `askForJob` does, while the run goes on. */
export async function askForJobMeanwhile(job: string): Promise<JobDetails | undefined> {
  return readDetails(job, await askMeanwhile('scontrol', detailsOf(job)))
}

/**
 * Those of some jobs that Slurm lists, by name; undefined if it gives no answer. A job that is missing may still be there:
 * sites answer from caches.
 */
export async function listJobs(jobs: readonly string[]): Promise<ReadonlyMap<string, QueuedJob> | undefined> {
  return readList(await askMeanwhile('squeue', listOf(jobs)))
}

/** Those of some jobs that wait or run; none where Slurm is not. */
export function queuedJobs(jobs: readonly string[]): readonly QueuedJob[] {
  const listed = jobs.length > 0 ? readList(ask('squeue', ...listOf(jobs))) : undefined
  return [...(listed?.values() ?? [])].filter(({ state }) => !hasEnded(state))
}

/** The jobs of this user that wait or run and were submitted with a script; undefined if Slurm does not say. */
export async function jobsOfScript(path: string): Promise<readonly string[] | undefined> {
  const jobs = await jobsOfScriptsIn(dirname(path), path.length)
  const named = jobs?.flatMap(({ job, script }) => (script === path ? [arrayOf(job)] : []))
  return named && [...new Set(named)]
}

/** The jobs of this user that wait or run, those of arrays each, with their scripts, which lie somewhere in a folder. */
export async function jobsOfScriptsIn(
  folder: string,
  longest = folder.length + 32,
): Promise<readonly { readonly job: string; readonly script: string }[] | undefined> {
  const which = ['--array', `--user=${process.getuid?.() ?? ''}`, '--states=PENDING,RUNNING,SUSPENDED,CONFIGURING']
  const answer = await askMeanwhile('squeue', ['--noheader', ...which, `--Format=JobArrayID:|,Command:${longest + 1}`])
  if (answer.type !== 'said') return undefined
  const lines = answer.text.split('\n').map((line) => line.trim().split('|'))
  return lines.flatMap(([job, script = '']) => (script.startsWith(`${folder}/`) ? [{ job: job!, script }] : []))
}

/** `12_3` is of the array 12. */
export const arrayOf = (job: string) => job.split('_')[0]!

/** The numbers of a job's steps that run now; undefined if Slurm does not say. */
export function runningSteps(job: string): ReadonlySet<string> | undefined {
  const answer = ask('scontrol', '--oneliner', 'show', 'step', job)
  if (answer.type === 'refused' && isUnknown(answer.words)) return new Set()
  if (answer.type !== 'said') return undefined
  return new Set([...answer.text.matchAll(/^StepId=\d+\S*\.(\w+)/gm)].map(([, step]) => step!))
}

/** A job in words, as the end of a line. */
export function describeJob({ job, state, reason, start, end, nodes }: QueuedJob): string {
  if (state === 'PENDING') {
    return `job ${job} is pending${reason ? ` (${reason})` : ''}${start ? `, expected to start at ${start}` : ''}`
  }
  return `job ${job} is ${state.toLowerCase()}${nodes ? ` on ${nodes}` : ''}${end ? `, until ${end}` : ''}`
}

const detailsOf = (job: string) => ['--oneliner', 'show', 'job', job]

function readDetails(job: string, answer: SlurmAnswer): JobDetails | undefined {
  if (answer.type === 'refused' && isUnknown(answer.words))
    return { ...nothingOf(job), isPreempted: false, details: {} }
  if (answer.type !== 'said') return undefined
  const details = Object.fromEntries(
    [...answer.text.matchAll(/(?<=^|\s)(\w+)=(\S*)/g)].map(([, key, value]) => [key!, value!]),
  )
  const { JobState: state, Reason, StartTime, EndTime, NodeList, ExitCode = '0', PreemptTime } = details
  if (state === undefined) return undefined
  return {
    job,
    state,
    reason: knownOrNull(Reason),
    start: knownOrNull(StartTime),
    end: knownOrNull(EndTime),
    nodes: knownOrNull(NodeList),
    exitCode: Number.parseInt(ExitCode, 10),
    isPreempted: state === 'PREEMPTED' || knownOrNull(PreemptTime) !== null,
    details,
  }
}

/** The first five are what every version has; an answer from a site's cache may have no more. */
const fields = ['JobArrayID', 'State', 'Reason', 'NodeList', 'exit_code', 'StartTime', 'EndTime']

function listOf(jobs: readonly string[]): string[] {
  const format = fields.map((field) => `${field}:|`).join(',')
  return ['--array', '--states=all', '--noheader', `--Format=${format}`, `--jobs=${jobs.join(',')}`]
}

function readList(answer: SlurmAnswer): ReadonlyMap<string, QueuedJob> | undefined {
  if (answer.type === 'refused' && isUnknown(answer.words)) return new Map()
  if (answer.type !== 'said') return undefined
  const rows = answer.text.split('\n').filter((line) => /^\d+\S*\|[A-Z_]+\|/.test(line))
  return new Map(
    rows.map((line) => {
      const [job, state, reason, nodes, status, start, end] = line.split('|').map((field) => field.trim())
      const exitCode = Number(status) >> 8
      const times = { start: knownOrNull(start), end: knownOrNull(end) }
      return [
        job!,
        { job: job!, state: state!, reason: knownOrNull(reason), nodes: knownOrNull(nodes), exitCode, ...times },
      ]
    }),
  )
}

/** Whether Slurm says that there is no such job, as it does of a job that it has forgotten, also while it forgets it. */
const isUnknown = (words: string) => /Invalid job id/i.test(words)

function nothingOf(job: string): QueuedJob {
  return { job, state: forgotten, reason: null, start: null, end: null, nodes: null, exitCode: 0 }
}

function knownOrNull(field = ''): string | null {
  return ['', 'N/A', 'None', 'NONE', '(null)', 'Unknown'].includes(field) ? null : field
}
