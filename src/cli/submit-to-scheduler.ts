import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { jobScript, logName } from '../../runtime/schedulers/job-script.ts'
import type { Scheduler } from '../../runtime/schedulers/scheduler.ts'
import { ask, findOnPath } from '../../runtime/slurm/ask.ts'
import { ConfigurationError, RunHeldError } from '../core/errors.ts'
import { quoteWord } from '../core/shell-words.ts'
import { exitCodes } from './fail.ts'
import type { RunRequest } from './run-experiment.ts'
import { checkedSubmission, commandOf, firstTimeOf } from './submission.ts'

/** Writes the script of a chain of jobs beside the run directory, and has the scheduler take the first. Returns the exit code. */
export async function submitToScheduler(
  request: RunRequest,
  scheduler: Scheduler,
  options: readonly string[],
  seconds: number,
): Promise<number> {
  const { name: scheduled, submitter } = scheduler
  const path = findOnPath(submitter)
  if (!path) throw new ConfigurationError(`${submitter} is not found on PATH: jobs are submitted where ${scheduled} is`)
  const stray = options[0]?.startsWith('-') === false ? options[0] : undefined
  if (stray !== undefined) throw new ConfigurationError(`${stray}: wanted options of ${submitter} after --`)
  const { name, directory } = await checkedSubmission(request)
  const folder = `${directory}.${scheduled}`
  refuseQueued(directory, folder, scheduler)
  mkdirSync(folder, { recursive: true })
  rmSync(join(folder, 'begun'), { force: true })
  const script = join(folder, 'job.sh')
  const text = jobScript({
    scheduler,
    name: `twoloop-${name}`,
    folder,
    workingDirectory: process.cwd(),
    command: commandOf(request, name),
    firstTime: firstTimeOf(request),
    seconds,
    options,
    path: dirname(path),
  })
  writeFileSync(script, text, { mode: 0o700 }) // a setting of the command line may be a secret
  const job = submit(scheduler, folder)
  appendFileSync(join(folder, 'jobs'), `${job}\n`)
  const place = quoteWord(relative('', directory) || '.')
  const document = { name, directory, job, script, log: join(folder, logName) }
  if (request.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  else process.stdout.write(`${name}: submitted as job ${job}\nsee it with  twoloop status ${place}\n`)
  return exitCodes.finished
}

/** A chain of jobs that is under way goes on by itself. */
function refuseQueued(directory: string, folder: string, { question, isQueued }: Scheduler): void {
  const jobs = join(folder, 'jobs')
  const last = existsSync(jobs) ? readFileSync(jobs, 'utf8').trim().split('\n').at(-1) : undefined
  if (!last) return
  const [program, ...words] = question(last)
  const answer = ask(program!, ...words)
  if (answer.type !== 'said' || !isQueued(answer.text)) return
  throw new RunHeldError(`${directory} has been submitted already: job ${last} waits or runs`)
}

function submit({ name, submission, jobIn }: Scheduler, folder: string): string {
  const line = submission()
  let answer: string
  try {
    answer = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: { ...process.env, folder } })
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string }
    throw new ConfigurationError(`${name} refuses the job: ${stderr.trim().replaceAll('\n', '; ')}`, { cause: error })
  }
  const job = jobIn(answer)
  if (job !== undefined) return job
  throw new ConfigurationError(
    `${name} named no job in its answer ${JSON.stringify(answer.trim())}; see whether it has taken one before it is submitted again`,
  )
}
