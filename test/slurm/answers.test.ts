import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { plainEnvironment } from '../../runtime/slurm/ask.ts'
import { askForJob, isJobOver, listJobs, queuedJobs } from '../../runtime/slurm/queue.ts'
import { afterRefusal, firstRequestSize, submitJob } from '../../runtime/slurm/submission.ts'
import { temporaryDirectory } from '../temporary.ts'

/** Slurm's programs as they answer at some sites: each is a line of shell, first on PATH. */
function answering(programs: Readonly<Record<string, string>>): void {
  const folder = temporaryDirectory()
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const { PATH } = process.env
  process.env.PATH = `${folder}${delimiter}${PATH}`
  onTestFinished(() => {
    process.env.PATH = PATH
  })
}

const error = (words: string) => `echo 'sbatch: error: ${words}' >&2; exit 1`

test.each<[what: string, line: string, expected: object]>([
  ['the number alone', 'echo 17', { type: 'taken', job: '17' }],
  ['its cluster', 'echo "17;saturn"', { type: 'taken', job: '17' }],
  ['a sentence', 'echo "Submitted batch job 17"', { type: 'taken', job: '17' }],
  ['a banner', 'echo; echo "Welcome to Saturn 3"; echo 17; echo "have 12 nodes"', { type: 'taken', job: '17' }],
  ['an error after the number', `echo 17; ${error('Socket timed out')}`, { type: 'taken', job: '17' }],
  ['no number at all', 'echo "No reservation for this job"', { type: 'unsure', words: 'sbatch named no job' }],
  ['nothing', 'exit 0', { type: 'unsure' }],
  ['an answer that got lost', error('Socket timed out on send/recv operation'), { type: 'unsure' }],
  ['a controller that is away', error('Unable to contact slurm controller'), { type: 'unsure' }],
  ['a limit of an array', error('Batch job submission failed: Invalid job array specification'), { type: 'too-many' }],
  ['a limit of an account', error('AssocMaxSubmitJobLimit'), { type: 'too-many' }],
  ['a limit of the quality of service', error('QOSMaxSubmitJobPerUserLimit'), { type: 'too-many' }],
  [
    'a wrong partition',
    error('invalid partition specified: none'),
    { type: 'refused', words: 'invalid partition specified: none' },
  ],
  [
    'too much time, which is no limit of jobs',
    error('Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)'),
    { type: 'refused' },
  ],
])('a submission that is answered with %s', async (_, line, expected) => {
  answering({ sbatch: line })
  expect(await submitJob(['job.sh'])).toMatchObject(expected)
})

test('where there is no sbatch nothing is known to have been submitted', async () => {
  expect(await submitJob(['job.sh'], '/nowhere/sbatch')).toEqual({ type: 'unsure', words: 'sbatch is not there' })
})

test('after two refusals in a row half as many jobs are asked for, and at least one', () => {
  const once = afterRefusal(firstRequestSize, 8)
  expect(once).toEqual({ most: 500, refusals: 1 })
  const twice = afterRefusal(once, 8)
  expect(twice).toEqual({ most: 4, refusals: 0 })
  expect(afterRefusal({ most: 1, refusals: 1 }, 1)).toEqual({ most: 1, refusals: 0 })
})

const list = "echo '12_0|RUNNING|None|node1|0|2026-01-01T00:00:00|Unknown|'"

test('a list of jobs is read whatever a site prints around it, and with as many columns as there are', async () => {
  answering({ squeue: `echo 'cached answer'; ${list}; echo '12_1|FAILED|NonZeroExitCode|node2|18432|'` })
  expect([...(await listJobs(['12']))!.values()]).toEqual([
    {
      ...{ job: '12_0', state: 'RUNNING', reason: null, nodes: 'node1', exitCode: 0 },
      ...{ start: '2026-01-01T00:00:00', end: null },
    },
    {
      ...{ job: '12_1', state: 'FAILED', reason: 'NonZeroExitCode', nodes: 'node2', exitCode: 72 },
      ...{ start: null, end: null },
    },
  ])
  expect(queuedJobs(['12']).map(({ job }) => job)).toEqual(['12_0'])
})

test('an empty answer, or none, says of no job that it is over', async () => {
  answering({ squeue: 'exit 0', scontrol: 'exit 0' })
  expect(await listJobs(['12'])).toEqual(new Map())
  expect(askForJob('12')).toBeUndefined()
  expect(isJobOver('12')).toBe(false)
  answering({
    squeue: error('Unable to contact slurm controller'),
    scontrol: error('Unable to contact slurm controller'),
  })
  expect(await listJobs(['12'])).toBeUndefined()
  expect(isJobOver('12')).toBe(false)
})

test('a job that Slurm, asked for it alone, does not know is over', () => {
  answering({ scontrol: "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1" })
  expect(askForJob('12')).toMatchObject({ job: '12', state: 'FORGOTTEN' })
  expect(isJobOver('12')).toBe(true)
})

test('Slurm is asked without what changes its answers, and what a batch script says itself', () => {
  const kept = {
    PATH: '/bin',
    SLURM_CONF: '/etc/slurm.conf',
    SLURM_JOB_ID: '1',
    SBATCH_PARTITION: 'long',
    SBATCH_QOS: 'x',
  }
  const taken = {
    ...{ SLURM_TIME_FORMAT: 'relative', SQUEUE_FORMAT: '%i', SQUEUE_STATES: 'PD', SCANCEL_INTERACTIVE: '1' },
    ...{ SBATCH_OUTPUT: '/dev/null', SBATCH_SIGNAL: 'USR1', SBATCH_WAIT: '1', SBATCH_ARRAY_INX: '1-3' },
  }
  expect(plainEnvironment({ ...kept, ...taken })).toEqual(kept)
})
