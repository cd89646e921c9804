import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { findOnPath } from '../../runtime/slurm/ask.ts'
import { batchScript } from '../../runtime/slurm/batch-script.ts'
import { jobFolder, lastJob } from '../../runtime/slurm/job-folder.ts'
import { describeJob, jobsOfScript, queuedJobs } from '../../runtime/slurm/queue.ts'
import { submitJob } from '../../runtime/slurm/submission.ts'
import { ConfigurationError, RunHeldError } from '../core/errors.ts'
import { quoteWord } from '../core/shell-words.ts'
import { exitCodes } from './fail.ts'
import type { RunRequest } from './run-experiment.ts'
import { checkedSubmission, commandOf, firstTimeOf } from './submission.ts'

/** Writes the batch script beside the run directory and submits it. Returns the exit code. */
export async function submitExperiment(
  request: RunRequest,
  options: readonly string[],
  warning: number,
): Promise<number> {
  const { json } = request
  const sbatch = findOnPath('sbatch')
  if (!sbatch) throw new ConfigurationError('sbatch is not found on PATH: jobs are submitted where Slurm is')
  checkOptions(options)
  const { name, directory } = await checkedSubmission(request)
  const [queued] = queuedJobs([lastJob(directory)].filter((job) => job !== undefined))
  if (queued && queued.state !== 'COMPLETING') {
    throw new RunHeldError(`${directory} has been submitted already: ${describeJob(queued)}`)
  }
  const folder = jobFolder(directory)
  const script = join(folder, 'job.sh')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    script,
    batchScript({
      name: `twoloop-${name}`,
      folder,
      workingDirectory: process.cwd(),
      command: commandOf(request, name),
      firstTime: firstTimeOf(request),
      warning,
      options,
      path: dirname(sbatch),
    }),
    { mode: 0o700 }, // a setting of the command line may be a secret
  )
  const job = await submit(sbatch, script)
  appendFileSync(join(folder, 'jobs'), `${job}\n`)
  const place = quoteWord(relative('', directory) || '.')
  if (json)
    process.stdout.write(`${JSON.stringify({ name, directory, job, script, log: join(folder, 'log.txt') }, null, 2)}\n`)
  else process.stdout.write(`${name}: submitted as job ${job}\nsee it with  twoloop status ${place}\n`)
  return exitCodes.finished
}

/** What the script lives by cannot be another's; the rest is Slurm's to judge. */
function checkOptions(options: readonly string[]): void {
  const stray = options[0]?.startsWith('-') === false ? options[0] : undefined
  if (stray !== undefined)
    throw new ConfigurationError(`${stray}: wanted options of sbatch after --, like -- --nodes=2`)
  const reserved = ['--signal', '--wrap', '--array', '-a', '--open-mode', '--output', '-o', '--parsable']
  const taken = options.find((option) => reserved.includes(option.replace(/=.*/, '')))
  if (taken === undefined) return
  const advice = taken.startsWith('--signal') ? '; give twoloop submit --warning' : ''
  throw new ConfigurationError(`${taken}: the batch script has a use of its own for that option of sbatch${advice}`)
}

async function submit(sbatch: string, script: string): Promise<string> {
  const submission = await submitJob([script], sbatch)
  switch (submission.type) {
    case 'taken':
      return submission.job
    case 'refused':
    case 'too-many':
      throw new ConfigurationError(`Slurm refuses the job: ${submission.words}`)
    case 'unsure': {
      const [job] = (await jobsOfScript(script)) ?? []
      if (job !== undefined) return job
      throw new ConfigurationError(
        `Slurm did not say whether it has taken the job: ${submission.words}; see whether squeue lists it before it is submitted again`,
      )
    }
  }
}
