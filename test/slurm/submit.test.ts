import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { summarizeRun } from '../../src/record/summary.ts'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { clusterOfFile, slurm } from './cluster.ts'
import { allButOneDone, attemptsAt, held, openGate, placesIn, timesBegun } from './held-search.ts'

/**
 * `twoloop submit` on a real cluster: the runner is in the batch script, on one of the nodes. These tests mostly wait, and
 * do so beside each other: each has CPUs of its own.
 */
const onSlurm = test.skipIf(!slurm).concurrent
// A job that is late when its time is over has some more: only its own word ends it, however slow the machine is.
const cluster = clusterOfFile({ SLURM_TESTBED_CPUS: '8', SLURM_TESTBED_CONF: 'OverTimeLimit=5' })
let undisturbed: string

beforeAll(async () => {
  if (!slurm) return
  const directory = cluster.directory()
  const { code, stderr } = await cluster.command('run', write(directory, {}), '--root', directory, '--workers', '2')
  expect(code, stderr).toBe(0)
  undisturbed = canonicalExport(join(directory, 'run'))
})

onSlurm('a chain of allocations, each too short, comes to the same as one long run', async () => {
  const directory = cluster.directory()
  const { run, job } = await submit(directory, gate(directory, 1), soon, ['--nodelist=node1', '--time=60'])
  await eventually(() => timesBegun(directory, '1.') > 0, 'it is at work')
  endSoon(job)
  // The limit that was cut with it stays with the job, and another allocation is to have time for all that it does.
  const isBack = () =>
    heads(run).length > 1 || cluster.ask('squeue', '--noheader', '--format=%T', `--jobs=${job}`) === 'PENDING'
  await eventually(isBack, 'it is requeued', 540_000, 500)
  cluster.ask('scontrol', 'update', `jobid=${job}`, 'TimeLimit=60')
  await eventually(() => heads(run).length > 1, 'it goes on in another allocation', 540_000)
  openGate(directory)
  await cluster.ended(job)
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
  expect(timesBegun(directory, '0.')).toBe(8) // what had ended is not simulated again
  const [, first] = logOf(run).split(/^== /m)
  expect(first!.match(/The allocation ends soon/g), logOf(run)).toHaveLength(1)
  const restarts = heads(run).map(({ restart }) => restart)
  expect(restarts).toEqual(restarts.map((_, i) => String(i)))
  expect(new Set(placesIn(directory).map(({ slurmRestarts = '0' }) => slurmRestarts))).toEqual(new Set(restarts))
})

onSlurm('a node that crashes under the runner itself loses the job no more than the work in flight', async () => {
  const directory = cluster.directory()
  const { run, job } = await submit(directory, held(directory).options, [], ['--nodelist=node3'])
  await allButOneDone(directory)
  cluster.node('crash', 'node3')
  cluster.setNode('node3', 'down')
  cluster.setNode('node3', 'resume')
  cluster.node('start', 'node3')
  await cluster.ended(job)
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
  expect(heads(run)).toMatchObject([{ restart: '0' }, { restart: '1' }])
  expect(timesBegun(directory, '0.')).toBe(9)
  expect(placesIn(directory).at(-1)).toMatchObject({ slurmRestarts: '1' })
})

onSlurm('a job that is preempted is requeued by Slurm, and goes on with the search', async () => {
  const directory = cluster.directory()
  const { options } = held(directory)
  const { run, job } = await submit(directory, options, [], ['--nodelist=node4', '--partition=low'])
  await allButOneDone(directory)
  const all = ['--nodes=1', '--nodelist=node4', '--ntasks=8']
  expect(await cluster.run('srun', '--partition=debug', ...all, '/bin/true')).toMatchObject({ code: 0 })
  await cluster.ended(job) // Slurm looks every half minute whether the time for leaving is over
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
  expect(heads(run)).toMatchObject([
    { job, restart: '0' },
    { job, restart: '1' },
  ])
  const [lost, ...others] = attemptsAt(directory)
  // What took the runner as well is found out by the next one, which sees that its job was requeued.
  expect(['preempted', 'requeued']).toContain(lost!.cause!.detail)
  expect(others).toMatchObject([{ verdict: 'accepted' }])
})

onSlurm('a job that somebody cancels is not begun again, and what it had done is kept', async () => {
  const directory = cluster.directory()
  const options = ['--nodelist=node2']
  const first = await submit(directory, held(directory).options, [], options)
  await allButOneDone(directory)
  cluster.ask('scancel', first.job)
  await cluster.ended(first.job)
  expect(lastJob(first.run)).toBe(first.job)
  const status = await cluster.command('status', first.run)
  expect(status.stdout).toMatch(/^status +stopped: /m) // orderly or killed, as 0.2 was ended before it or after it
  const second = await submit(directory, held(directory).options, [], options)
  await cluster.ended(second.job)
  expect(canonicalExport(first.run), logOf(first.run)).toBe(undisturbed)
  expect(timesBegun(directory, '0.')).toBe(9) // 0.2 alone twice
})

onSlurm('a job in which no simulation could end says so, and is not begun again', async () => {
  const directory = cluster.directory()
  const { run, job } = await submit(directory, gate(directory, 0), soon, ['--nodelist=node1', '--time=60'])
  await eventually(() => timesBegun(directory, '0.') > 0, 'it is at work')
  endSoon(job)
  await cluster.ended(job)
  expect(logOf(run)).toMatch(
    /^No simulation could end in this allocation; submit it again with more time \(sbatch --time\)\.$/m,
  )
  expect(heads(run)).toMatchObject([{ job, restart: '0' }])
  const { status, reason, evaluations } = summarizeRun(run)
  expect({ status, reason, evaluations }).toEqual({
    status: 'stopped',
    reason: 'the end of its time has come',
    evaluations: { done: 0, failed: 0 },
  })
})

onSlurm('a job that may not be requeued submits another, which depends on it', async () => {
  const directory = cluster.directory()
  const options = ['--overwrite', ...soon]
  const { run, job } = await submit(directory, gate(directory, 1), options, ['--nodelist=node2', '--no-requeue'])
  await eventually(() => timesBegun(directory, '1.') > 0, 'it is at work')
  cluster.ask('scancel', '--batch', '--signal=USR1', job) // as Slurm does before its time is over
  await eventually(() => lastJob(run) !== job, 'there is another job')
  openGate(directory)
  await cluster.ended(lastJob(run))
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
  expect(timesBegun(directory, '0.')).toBe(8)
  expect(logOf(run)).toContain('goes on by itself in another allocation')
  expect(logOf(run)).not.toContain('go on with')
  const [first, second, ...others] = heads(run)
  expect([first, second]).toMatchObject([{ job }, { job: lastJob(run) }])
  expect(others).toEqual([])
})

onSlurm('a job that Slurm keeps waiting is shown with the reason, and is not submitted twice', async () => {
  const directory = cluster.directory()
  const { run, job, printed } = await submit(directory, {}, [], ['--nodelist=node2', '--hold'])
  expect(printed).toBe(`run: submitted as job ${job}\nsee it with  twoloop status ${relative(cluster.common, run)}\n`)
  const status = await cluster.command('status', run)
  expect(status.stdout).toBe(`run: job ${job} is pending (JobHeldUser)\n`)
  const table = await cluster.command('status', directory)
  expect(table.stdout).toMatch(new RegExp(`^run +submitted .*job ${job} is pending \\(JobHeldUser\\)$`, 'm'))
  const again = await cluster.command('submit', fileIn(directory), '--root', directory)
  expect(again.code).toBe(3)
  expect(again.stderr).toBe(`twoloop: ${run} has been submitted already: job ${job} is pending (JobHeldUser)\n`)
  cluster.ask('scontrol', 'release', job)
  await cluster.ended(job)
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
})

onSlurm('of a job that ended before its run began, status names what it printed', async () => {
  const directory = cluster.directory()
  const { run, job } = await submit(directory, {}, [], ['--nodelist=node2', '--hold'])
  rmSync(fileIn(directory))
  cluster.ask('scontrol', 'release', job)
  await cluster.ended(job)
  const status = await cluster.command('status', run)
  expect(status.stdout).toBe(
    `run: job ${job} has ended, or is not known to Slurm, and the run has not begun: see ${run}.slurm/log.txt\n`,
  )
  expect(logOf(run)).toContain('experiment.json')
})

onSlurm.each([
  ['a partition', '--partition=nowhere', 'invalid partition specified: nowhere; Batch job submission failed: '],
  ['an option', '--frob', "unrecognized option '--frob'"],
  ['a node that is not there', '--nodelist=node9', 'Batch job submission failed: Invalid node name specified'],
])("%s that Slurm refuses is refused in Slurm's words, and nothing is begun", async (_, option, words) => {
  const directory = cluster.directory()
  const file = write(directory, {})
  const { code, stdout, stderr } = await cluster.command('submit', file, '--root', directory, '--', option)
  expect(code, stderr).toBe(2)
  expect(stdout).toBe('')
  expect(stderr.split('\n')).toHaveLength(2)
  expect(stderr).toContain(`twoloop: Slurm refuses the job: ${words}`)
  expect(existsSync(join(directory, 'run'))).toBe(false)
})

interface Submitted {
  readonly run: string
  readonly job: string
  readonly printed: string
}

/** No simulation of this generation and those that follow ends before the gate is open. */
const gate = (directory: string, gatedFrom: number) => ({ gate: join(directory, 'gate'), gatedFrom })

/** So much time before the end of an allocation as is just enough. */
const soon = ['--warning', '15s']

const fileIn = (directory: string) => join(directory, 'experiment.json')

function write(directory: string, options: object): string {
  const module = join(import.meta.dirname, '../fixtures/optimizees/on-cluster.ts')
  const experiment = {
    name: 'run',
    optimizee: { module, options: { journal: join(directory, 'journal'), takes: 0, ...options } },
    optimizer: { type: 'genetic-algorithm', populationSize: 8, generations: 7, seed: 1 },
  }
  writeFileSync(fileIn(directory), JSON.stringify(experiment))
  return fileIn(directory)
}

/** An experiment of 7 generations of 8, with two workers. */
async function submit(
  directory: string,
  optimizee: object,
  options: readonly string[],
  sbatch: readonly string[],
): Promise<Submitted> {
  const file = write(directory, optimizee)
  const { code, stdout, stderr } = await cluster.command(
    ...['submit', file, '--root', directory, ...options, '--', '--ntasks=2', ...sbatch],
  )
  expect(code, stderr).toBe(0)
  const run = join(directory, 'run')
  return { run, job: lastJob(run), printed: stdout }
}

/** As if so much of a job's time had passed that there is little left. */
function endSoon(job: string): void {
  cluster.ask('scontrol', 'update', `jobid=${job}`, 'EndTime=now+1minute')
}

function lastJob(run: string): string {
  return readFileSync(`${run}.slurm/jobs`, 'utf8').trim().split('\n').at(-1)!
}

function logOf(run: string): string {
  return readFileSync(`${run}.slurm/log.txt`, 'utf8')
}

/** What the log says at the head of each allocation. */
function heads(run: string): { readonly job: string; readonly restart: string }[] {
  const lines = logOf(run).matchAll(/^== .* job (\d+), restart (\d+), on node\d$/gm)
  return [...lines].map(([, job, restart]) => ({ job: job!, restart: restart! }))
}
