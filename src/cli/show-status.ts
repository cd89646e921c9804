import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { jobFolder, jobLog, lastJob } from '../../runtime/slurm/job-folder.ts'
import { describeJob, type QueuedJob, queuedJobs } from '../../runtime/slurm/queue.ts'
import { ConfigurationError } from '../core/errors.ts'
import { type FailureGroup, failureGroups } from '../record/failure-groups.ts'
import { generationsInWords } from '../record/generations-in-words.ts'
import { type IdleWorkers, idleWorkersOf } from '../record/idle-workers.ts'
import { rateOf } from '../record/rate.ts'
import { RecordReader } from '../record/reader.ts'
import { recordVersion } from '../record/record-version.ts'
import { describeSlurm, type SlurmStatus, slurmStatusOf } from '../record/slurm-status.ts'
import { type BestIndividual, type RunSummary, summarize, summarizeRun } from '../record/summary.ts'
import { describeFailures } from './describe-failures.ts'
import { describeBest, describeRun } from './describe-run.ts'
import { jsonText } from './output.ts'
import { shortNumber } from './progress.ts'
import { alignTable, shortValue } from './table.ts'

/** What `twoloop status` prints: of a run, or of all runs under a root. */
export async function showStatus(
  directory: string,
  { json = false }: { readonly json?: boolean } = {},
): Promise<string> {
  const { text, document } = await lookAt(directory)
  return json ? jsonText(document) : text
}

/** How far a run is, or all runs under a root, in each form in which it is told. */
export interface StatusLook {
  /** The status in words. */
  readonly text: string
  /** The status as one JSON document. */
  readonly document: unknown
  /** A line for each run: in words, and as JSON. */
  readonly lines: readonly string[]
  readonly documents: readonly string[]
  /** Whether it is one run, which has ended: nothing further will come. */
  readonly isOver: boolean
}

export async function lookAt(directory: string): Promise<StatusLook> {
  if (RecordReader.exists(directory)) {
    const status = await statusOf(directory)
    const isOver = status.status !== 'running' && status.slurm === null
    return { text: describeStatus(status), document: status, ...linesOf([status]), isOver }
  }
  const [submitted] = submittedRuns([directory])
  if (submitted) {
    const text = `${basename(directory)}: ${describeSubmitted(submitted)}\n`
    return { text, document: submitted, ...linesOf([submitted]), isOver: submitted.slurm === null }
  }
  const runs = [...runsUnder(directory).map(summaryOrRefusal), ...submittedRuns(foldersUnder(directory))]
  const text = runs.length === 0 ? `There are no runs in ${directory}.\n` : tableOfRuns(runs)
  return { text, document: runs, ...linesOf(runs), isOver: false }
}

/** A text that changes when what is told of runs may have. */
export function statusVersion(directory: string): string {
  if (RecordReader.exists(directory)) return recordVersion(directory)
  const folders = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ? foldersUnder(directory) : []
  return folders.map((folder) => `${folder} ${recordVersion(folder)}`).join('\n')
}

function linesOf(runs: readonly (RunSummary | Refusal | Submitted)[]): Pick<StatusLook, 'lines' | 'documents'> {
  return { lines: runs.map(lineOf), documents: runs.map((run) => JSON.stringify(run)) }
}

function lineOf(run: RunSummary | Refusal | Submitted): string {
  const name = basename(run.directory)
  if ('error' in run) return `${name}: unreadable: ${run.error}`
  if ('job' in run) return `${name}: ${describeSubmitted(run)}`
  const { status, evaluations, best, objectives } = run
  const { stopped = 0 } = evaluations
  const failed = evaluations.failed > 0 ? `, ${evaluations.failed} failed` : ''
  const beside = stopped > 0 ? `${failed}, ${stopped} stopped` : failed
  const found = best ? `, best ${describeBest(best, Object.keys(objectives))}` : ''
  return `${name}: ${status}, generations ${generationsInWords(run)}, ${evaluations.done} done${beside}${found}`
}

type Status = RunSummary &
  SlurmStatus & {
    /** Failed evaluations by the kind of their cause. */
    readonly failures: Readonly<Record<string, number>>
    readonly failureGroups: readonly FailureGroup[]
    /** Evaluations per second since the runner was started last; null if that cannot be told. */
    readonly rate: number | null
    readonly idle: IdleWorkers | null
  }

async function statusOf(directory: string): Promise<Status> {
  const record = RecordReader.openForReading(directory)
  try {
    using _ = record.holdStill()
    const summary = summarize(record, { hash: false })
    const failures = Object.fromEntries(record.failureKinds().map(({ kind, failures }) => [kind, failures]))
    const slurm = slurmStatusOf(record, summary.status)
    return {
      ...summary,
      ...slurm,
      failures,
      failureGroups: await failureGroups(record),
      idle: idleWorkersOf(record, summary),
      rate: rateOf(record, summary, Date.now()),
    }
  } finally {
    record.close()
  }
}

function describeStatus(status: Status): string {
  const { failures, failureGroups, rate, ...summary } = status
  const kinds = Object.entries(failures).map(([kind, count]) => `${kind} ${count}`)
  const facts = describeRun(summary, [
    ['failures', kinds.length > 0 ? kinds.join(', ') : undefined],
    ...describeSlurm(summary),
    ['idle', idleSentence(status)],
    ['rate', rate === null ? undefined : `${shortNumber(rate, 3)} per second since the last start`],
  ])
  const failed = describeFailures(failureGroups, summary.directory)
  return failed === '' ? facts : `${facts}\n${failed}`
}

function idleSentence({ idle, workers: { alive }, window }: Status): string | undefined {
  if (idle === null) return undefined
  const until = idle.waitFor === null ? '' : ` until there is a result of ${idle.waitFor}`
  return `${idle.workers} of ${alive} workers${until}, since only ${window} individuals may be ahead of the telling (window)`
}

function runsUnder(root: string): string[] {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ConfigurationError(`there is no directory ${root}; wanted a run directory or a directory of runs`)
  }
  return foldersUnder(root).filter((directory) => RecordReader.exists(directory))
}

function foldersUnder(root: string): string[] {
  return readdirSync(root)
    .sort()
    .map((name) => join(root, name))
}

/** A run that has been submitted and has not begun. */
interface Submitted {
  readonly directory: string
  readonly status: 'submitted' | 'not begun'
  /** Its job, as long as Slurm lists it as one that waits or runs. */
  readonly slurm: QueuedJob | null
  /** The job that was submitted last. */
  readonly job: string
  /** What its jobs print. */
  readonly log: string
}

function describeSubmitted({ slurm, job, log }: Submitted): string {
  return slurm
    ? describeJob(slurm)
    : `job ${job} has ended, or is not known to Slurm, and the run has not begun: see ${log}`
}

/** @param paths run directories, or the folders of their jobs */
function submittedRuns(paths: readonly string[]): Submitted[] {
  const suffix = jobFolder('')
  const runs = paths.map((path) => (path.endsWith(suffix) ? path.slice(0, -suffix.length) : path))
  const waiting = [...new Set(runs)].flatMap((directory) => {
    const job = RecordReader.exists(directory) ? undefined : lastJob(directory)
    return job === undefined ? [] : [{ directory, job }]
  })
  const queued = queuedJobs(waiting.map(({ job }) => job))
  return waiting.flatMap(({ directory, job }) => {
    const slurm = queued.find((one) => one.job === job) ?? null
    return [{ directory, status: slurm ? 'submitted' : 'not begun', slurm, job, log: jobLog(directory) }]
  })
}

/** A run that cannot be read must not hide the others. */
type Refusal = { readonly directory: string; readonly error: string }

function summaryOrRefusal(directory: string): RunSummary | Refusal {
  try {
    return summarizeRun(directory, { hash: false })
  } catch (error) {
    return { directory, error: (error as Error).message }
  }
}

function tableOfRuns(runs: readonly (RunSummary | Refusal | Submitted)[]): string {
  const hasStopped = runs.some((run) => 'evaluations' in run && run.evaluations.stopped !== undefined)
  const stoppedIn = (cell: string) => (hasStopped ? [cell] : [])
  const header = [
    'run',
    'status',
    'generations',
    'done',
    'failed',
    ...stoppedIn('stopped'),
    'best',
    'optimizer',
    'begun',
  ]
  const without = (run: Refusal | Submitted, status: string, why: string) => [
    basename(run.directory),
    status,
    '',
    '',
    '',
    ...stoppedIn(''),
    '',
    '',
    why,
  ]
  return alignTable(
    header,
    runs.map((run) =>
      'error' in run
        ? without(run, 'unreadable', run.error)
        : 'slurm' in run
          ? without(run, run.status, describeSubmitted(run))
          : [
              basename(run.directory),
              run.status,
              generationsInWords(run),
              String(run.evaluations.done),
              String(run.evaluations.failed),
              ...stoppedIn(String(run.evaluations.stopped ?? 0)),
              run.best ? bestInRow(run.best, run.budget) : '',
              run.optimizer ?? '',
              run.created?.slice(0, 16).replace('T', ' ') ?? '',
            ],
    ),
  )
}

/** The most objectives that have a place in a row. */
const mostObjectives = 3

function bestInRow({ fitness, violation, budget }: BestIndividual, whole: RunSummary['budget']): string {
  const left = fitness.length - mostObjectives
  const values = [...fitness.slice(0, mostObjectives).map(shortValue), ...(left > 0 ? [`and ${left} more`] : [])]
  const part = budget === undefined || whole === null ? '' : ` (with ${budget} of ${whole.high} ${whole.name})`
  return `${values.join(', ')}${violation === undefined ? '' : ' (violates)'}${part}`
}
