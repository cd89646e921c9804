import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { build, type SearchChild, searchProgram, whileRunning } from '../search-child.ts'
import { slurm } from './cluster.ts'
import {
  attemptsAt,
  clusterOfFaults,
  epochOf,
  gated,
  held,
  journalOf,
  openGate,
  openWorkers,
  release,
  timesBegun,
  workersIn,
} from './held-search.ts'

/** Workers in jobs that the runner submits from outside of any allocation. */
const onSlurm = test.skipIf(!slurm)
const { cluster, undisturbed } = clusterOfFaults()

/** The held search of the other tests, on workers that come by sbatch. No simulation ends before the gate is open. */
function submitting(directory: string, runner: object = {}) {
  const own = { launcher: 'sbatch', workers: 4, workersPerJob: 2, slurmInterval: '1s' }
  return gated(held(directory, { ...own, ...runner }), 0)
}

const releaseAll = (directory: string) => {
  openGate(directory)
  release(directory)
}

/** Waits until as many workers are there, while there is work for all of them; then simulations may end, but for 0.2. */
async function allAtWork(child: SearchChild, directory: string, workers: number): Promise<void> {
  await whileRunning(child, () => present(directory) === workers, `${workers} workers are there`)
  openGate(directory)
  await whileRunning(child, () => names(directory).includes('0.2'), '0.2 is held')
}

const start = (options: object) => cluster.begin(process.execPath, searchProgram, JSON.stringify(options))
const jobsOf = (states: string) =>
  cluster.ask('squeue', '-r', '--noheader', `--states=${states}`, '--format=%i').split('\n').filter(Boolean)
/** How many workers there are; none before there is a run. */
function present(directory: string): number {
  try {
    return openWorkers(directory)
  } catch {
    return 0
  }
}

const names = (directory: string) => journalOf(directory).map(({ name }) => name)

onSlurm('a search outside of an allocation has its workers in jobs, and comes to the same', async () => {
  const directory = cluster.directory()
  const child = start(submitting(directory))
  await whileRunning(child, () => present(directory) === 4, 'four workers are there')
  const jobs = jobsOf('RUNNING')
  expect(jobs).toHaveLength(2)
  for (const job of jobs) expect(job).toMatch(/^\d+_\d+$/) // of an array
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  for (const job of new Set(journalOf(directory).map(({ step }) => step))) {
    const workers = journalOf(directory).flatMap(({ step, pid }) => (step === job ? [pid] : []))
    expect(new Set(workers).size).toBeLessThanOrEqual(2)
  }
  await eventually(() => jobsOf('RUNNING,PENDING').length === 0, 'no job is left')
  await eventually(() => workersIn(directory).length === 0, 'no worker is left')
})

onSlurm('no more workers come than there is work for, and idle ones are given back, but for the fewest', async () => {
  const directory = cluster.directory()
  const runner = { workers: 8, minWorkers: 2, idle: '2s' }
  const child = start({ ...submitting(directory, runner), populationSize: 5 })
  await allAtWork(child, directory, 5) // as many as individuals; those that do not simulate 0.2 have nothing to do then
  await eventually(() => present(directory) < 4, 'a job is given back')
  await eventually(() => jobsOf('RUNNING').length === 1 && present(directory) === 2, 'one is left, with two workers')
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
})

onSlurm.each<[what: string, detail: string, end: (job: string) => void]>([
  ['cancelled', 'cancelled', (job) => cluster.ask('scancel', job)],
  ['lost with its node', 'node-failure', (job) => cluster.setNode(nodeOf(job), 'down')],
])('a job that is %s is replaced, and what it held is simulated again', async (_, detail, end) => {
  const directory = cluster.directory()
  const child = start(submitting(directory))
  await allAtWork(child, directory, 4)
  const { step } = journalOf(directory).find(({ name }) => name === '0.2')!
  end(step.split('.')[0]!)
  await eventually(() => timesBegun(directory, '0.2') > 1, 'it is tried again')
  await eventually(() => attemptsAt(directory).length > 0, 'the first attempt is over')
  expect(attemptsAt(directory)[0]).toMatchObject({ verdict: 'lost', cause: { kind: 'worker-lost', detail } })
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  // Where Slurm has lost the node, the process may live long enough to answer first after all.
  const verdicts = attemptsAt(directory).map(({ verdict }) => verdict)
  expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1)
})

const nodeOf = (job: string) => cluster.ask('squeue', '--noheader', '--format=%N', `--jobs=${job}`)

onSlurm('a worker whose job is nearly over finishes what it has begun, and others go on', async () => {
  const directory = cluster.directory()
  const child = start(submitting(directory))
  await allAtWork(child, directory, 4)
  await whileRunning(child, () => names(directory).length === 8, 'nothing is left to begin')
  const before = cluster.ask('squeue', '-r', '--noheader', '--states=RUNNING', '--format=%A').split('\n')
  for (const job of before) cluster.ask('scancel', '--batch', '--signal=USR1', job)
  await eventually(() => present(directory) === 1, 'the idle ones have left')
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  expect(names(directory)).toHaveLength(new Set(names(directory)).size) // nothing was broken off
  expect(
    journalOf(directory).filter(({ name, step }) => name.startsWith('5.') && before.includes(step.split('.')[0]!)),
  ).toEqual([])
})

onSlurm(
  'a runner that is killed is followed by one that takes over the jobs that run and cancels those that wait',
  async () => {
    const directory = cluster.directory()
    const options = submitting(directory, { workers: 3, workersPerJob: 1, sbatch: ['--exclusive', '--nodelist=node1'] })
    const first = start(options)
    await eventually(() => jobsOf('PENDING').length === 2 && names(directory).length > 0, 'one runs, two wait')
    const [running] = jobsOf('RUNNING')
    const pending = jobsOf('PENDING')
    first.process.kill('SIGKILL')
    await first.ended
    const second = start(options)
    await eventually(() => epochOf(directory) === 2, 'there is another runner')
    await eventually(() => pending.every((job) => !jobsOf('PENDING').includes(job)), 'those that waited are gone')
    expect(jobsOf('RUNNING')).toEqual([running])
    releaseAll(directory)
    expect(await second.ended, second.stderr()).toBe(0)
    expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
    expect(names(directory)).toHaveLength(new Set(names(directory)).size)
  },
)

const reasons = () => cluster.ask('squeue', '-r', '--noheader', '--format=%r')

onSlurm('status says why workers wait, in the word of Slurm', async () => {
  const directory = cluster.directory()
  const file = experimentIn(directory)
  const options = ['--root', directory, '--launcher', 'sbatch', '--workers', '4']
  const wait = ['--set', 'runner.sbatch=[--begin=now+1hour]', '--set', 'runner.slurmInterval=1s']
  const child = cluster.begin(process.execPath, join(build, 'command/main.js'), 'run', file, ...options, ...wait)
  await eventually(() => reasons().includes('BeginTime'), 'a job waits')
  await cluster.status(
    join(directory, 'search'),
    /^waiting +1 worker for Slurm: their jobs are pending \(BeginTime\)$/m,
  )
  child.process.kill('SIGTERM')
  expect(await child.ended, child.stderr()).toBe(75)
  await eventually(() => jobsOf('PENDING').length === 0, 'it is cancelled')
})

onSlurm('Slurm is asked no more often than is set', async () => {
  const directory = cluster.directory()
  const folder = join(directory, 'counting')
  const calls = join(directory, 'calls')
  mkdirSync(folder)
  for (const name of ['sbatch', 'squeue', 'scancel']) {
    const real = cluster.ask('which', name)
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $(date +%s%3N)" >>'${calls}'\nexec ${real} "$@"\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const path = `PATH=${folder}${delimiter}${process.env.PATH}`
  const options = JSON.stringify(submitting(directory, { slurmInterval: '3s' }))
  const begun = Date.now()
  const child = cluster.begin('env', path, process.execPath, searchProgram, options)
  const asked = () =>
    (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n') : []).filter((line) => line.startsWith('squeue'))
  await eventually(() => asked().length >= 5, 'it has been asked five times')
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  // Beside the first two submissions, which are not kept waiting; a slow machine only makes more time pass.
  expect(asked().length).toBeLessThanOrEqual(3 + (Date.now() - begun) / 3000)
})

onSlurm.each<[manner: string, programs: Readonly<Record<string, string>>]>([
  [
    'sbatch takes every job and says that it did not',
    {
      sbatch: `$real "$@" >/dev/null; echo "sbatch: error: Batch job submission failed: Socket timed out" >&2; exit 1`,
    },
  ],
  [
    'sbatch welcomes people and squeue, scontrol and the user have ideas of their own',
    {
      sbatch: `echo; echo 'Welcome to Saturn 3'; echo 'have 12 nodes'; exec $real "$@"`,
      squeue: `[ -e $0.cache ] || $real "$@" >$0.cache; cat $0.cache`, // as it was at the first look, for ever
    },
  ],
  ['sbatch takes every job and ends with an error and not a word', { sbatch: `$real "$@" >/dev/null; exit 1` }],
  [
    'sbatch takes every job and says of something else that it failed',
    { sbatch: `$real "$@" >/dev/null; echo 'sbatch: error: I/O error writing script' >&2; exit 1` },
  ],
  ['squeue lists nothing', { squeue: 'exit 0' }],
  [
    'no more than two jobs are taken at once',
    {
      sbatch: `case "$*" in *--array=0-[2-9]*) echo "sbatch: error: Batch job submission failed: Invalid job array specification" >&2; exit 1;; esac; exec $real "$@"`,
    },
  ],
])('where %s, nothing is given up and no job is left', async (_, programs) => {
  const directory = cluster.directory()
  const path = atSite(directory, programs)
  const ideas = ['SLURM_TIME_FORMAT=relative', 'SQUEUE_STATES=PENDING', 'SQUEUE_FORMAT=%u', 'SBATCH_WAIT=1']
  const options = JSON.stringify(submitting(directory, { workers: 4, workersPerJob: 1 }))
  const child = cluster.begin('env', path, ...ideas, process.execPath, searchProgram, options)
  await whileRunning(child, () => present(directory) === 4, 'four workers are there')
  releaseAll(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  expect(names(directory)).toHaveLength(new Set(names(directory)).size) // nothing was simulated twice
  await eventually(() => jobsOf('RUNNING,PENDING').length === 0, 'no job is left')
  await eventually(() => workersIn(directory).length === 0, 'no worker is left')
})

onSlurm(
  'a job that sbatch has not named is found and not asked for again, and none outlives the runs that asked for it',
  async () => {
    const directory = cluster.directory()
    const site = (name: string) => join(directory, 'site', name)
    const path = atSite(directory, {
      sbatch: `echo "$@" >>$0.calls; [ -e $0.free ] || exec $real --begin=now+1day "$@" >/dev/null; exec $real "$@"`,
      squeue: `echo "$@" >>$0.calls; exec $real "$@"`,
      scancel: `[ -e $0.failed ] || { : >$0.failed; echo 'scancel: error: Kill job error' >&2; exit 1; }; exec $real "$@"`,
    })
    const lines = (name: string) =>
      existsSync(site(name)) ? readFileSync(site(name), 'utf8').trim().split('\n').length : 0
    const begin = () =>
      cluster.begin('env', path, process.execPath, searchProgram, JSON.stringify(submitting(directory)))
    const first = begin()
    await whileRunning(first, () => lines('squeue.calls') >= 8, 'Slurm was asked again and again')
    expect(lines('sbatch.calls')).toBe(1)
    expect(jobsOf('PENDING')).toHaveLength(1)
    first.process.kill('SIGKILL')
    await first.ended
    writeFileSync(site('sbatch.free'), '')
    releaseAll(directory)
    const second = begin()
    expect(await second.ended, second.stderr()).toBe(0)
    expect(existsSync(site('scancel.failed'))).toBe(true)
    expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
    await eventually(() => jobsOf('RUNNING,PENDING').length === 0, 'no job is left')
  },
)

onSlurm("what Slurm refuses is said once, in Slurm's words", async () => {
  const directory = cluster.directory()
  const file = experimentIn(directory)
  const options = [
    '--root',
    directory,
    '--launcher',
    'sbatch',
    '--workers',
    '4',
    '--set',
    'runner.sbatch=[--partition=none]',
  ]
  const { code, stderr } = await cluster.command('run', file, ...options)
  expect(code).toBe(2)
  expect(stderr.split('invalid partition specified: none')).toHaveLength(2)
  expect(stderr).toContain('twoloop: No worker can be started: it was refused by Slurm: ')
  expect(readdirSync(join(directory, 'search/pilots'))).toEqual(['000001'])
})

onSlurm('it needs to know how many workers there may be, and nothing is started', async () => {
  const directory = cluster.directory()
  const file = experimentIn(directory)
  const { code, stderr } = await cluster.command('run', file, '--root', join(directory, 'runs'), '--launcher', 'sbatch')
  expect([code, stderr]).toEqual([
    2,
    'twoloop: --launcher sbatch needs to know how many workers there may be at most: give --workers.\n',
  ])
  expect(readdirSync(directory)).toEqual(['experiment.json'])
})

test('without Slurm it says so', async () => {
  const { sbatchProspect } = await import('../../runtime/slurm/sbatch-launcher.ts')
  const { runnerSettings } = await import('../../src/core/runner-settings.ts')
  const { PATH } = process.env
  process.env.PATH = '/nowhere'
  try {
    expect(sbatchProspect(runnerSettings.parse({ launcher: 'sbatch', workers: 2 }))).toEqual({
      refusal: '--launcher sbatch submits jobs to Slurm, and sbatch is not found on PATH: run it where Slurm is.',
    })
  } finally {
    process.env.PATH = PATH
  }
})

/** A PATH on which Slurm's programs are as they are at some sites: each is a line of shell that knows the `real` one. */
function atSite(directory: string, programs: Readonly<Record<string, string>>): string {
  const folder = join(directory, 'site')
  mkdirSync(folder)
  for (const [name, line] of Object.entries(programs)) {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\nreal=${cluster.ask('which', name)}\n${line}\n`)
    chmodSync(path, 0o755)
  }
  return `PATH=${folder}${delimiter}${process.env.PATH}`
}

function experimentIn(directory: string): string {
  const file = join(directory, 'experiment.json')
  const optimizer = { type: 'genetic-algorithm', populationSize: 8, generations: 3, seed: 1 }
  writeFileSync(file, JSON.stringify({ name: 'search', optimizee: { type: 'active-wait' }, optimizer }))
  return file
}
