import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IndividualId, nameOf } from '../../src/core/individual.ts'
import { summarizeRun } from '../../src/record/summary.ts'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { Cluster, slurm } from './cluster.ts'
import { attemptsAt, held, journalOf, placesIn } from './held-search.ts'

/**
 * `twoloop submit` on a real cluster: the runner is in the batch script, on one of the nodes. These tests mostly wait, and
 * do so beside each other: each has CPUs of its own.
 */
const onSlurm = test.skipIf(!slurm).concurrent
let cluster: Cluster
let undisturbed: string

beforeAll(async () => {
  if (!slurm) return
  cluster = Cluster.start({ SLURM_TESTBED_CPUS: '8' })
  const directory = cluster.directory()
  const { code, stderr } = await cluster.command('run', write(directory, {}), '--root', directory, '--workers', '2')
  expect(code, stderr).toBe(0)
  undisturbed = canonicalExport(join(directory, 'run'))
})

afterAll(() => {
  if (slurm) cluster.stop()
})

onSlurm(
  'a chain of allocations, each too short, comes to the same as one long run',
  async () => {
    const directory = cluster.directory()
    const { run, job } = await submit(directory, { takes: 2000 }, soon, ['--nodelist=node1', '--time=1'])
    await ended(job, 200_000)
    expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
    // Nothing that was begun was broken off, since nothing was begun that could not end.
    expect(
      journalOf(directory)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(namesIn(undisturbed))
    const restarts = heads(run).map(({ restart }) => restart)
    expect(restarts).toEqual(restarts.map((_, i) => String(i)))
    expect(restarts.length).toBeGreaterThan(1)
    expect(new Set(placesIn(directory).map(({ slurmRestarts = '0' }) => slurmRestarts))).toEqual(new Set(restarts))
  },
  220_000,
)

onSlurm(
  'a node that crashes under the runner itself loses the job no more than the work in flight',
  async () => {
    const directory = cluster.directory()
    const { run, job } = await submit(directory, held(directory).options, [], ['--nodelist=node3'])
    await allButOneDone(run)
    cluster.node('crash', 'node3')
    cluster.setNode('node3', 'down')
    cluster.setNode('node3', 'resume')
    cluster.node('start', 'node3')
    await ended(job)
    expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
    expect(heads(run)).toMatchObject([{ restart: '0' }, { restart: '1' }])
    expect(journalOf(directory).filter(({ name }) => name.startsWith('0.'))).toHaveLength(9)
    expect(placesIn(directory).at(-1)).toMatchObject({ slurmRestarts: '1' })
  },
  120_000,
)

onSlurm(
  'a job that is preempted is requeued by Slurm, and goes on with the search',
  async () => {
    const directory = cluster.directory()
    const { options } = held(directory)
    const { run, job } = await submit(directory, options, [], ['--nodelist=node4', '--partition=low'])
    await allButOneDone(run)
    const all = ['--nodes=1', '--nodelist=node4', '--ntasks=8']
    expect(await cluster.run('srun', '--partition=debug', ...all, '/bin/true')).toMatchObject({ code: 0 })
    await ended(job, 90_000) // Slurm looks every half minute whether the time for leaving is over
    expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
    expect(heads(run)).toMatchObject([
      { job, restart: '0' },
      { job, restart: '1' },
    ])
    const [lost, ...others] = attemptsAt(directory)
    // What took the runner as well is found out by the next one, which sees that its job was requeued.
    expect(['preempted', 'requeued']).toContain(lost!.cause!.detail)
    expect(others).toMatchObject([{ verdict: 'accepted' }])
  },
  120_000,
)

onSlurm('a job that somebody cancels is not begun again, and what it had done is kept', async () => {
  const directory = cluster.directory()
  const options = ['--nodelist=node2']
  const first = await submit(directory, held(directory).options, [], options)
  await allButOneDone(first.run)
  cluster.ask('scancel', first.job)
  await ended(first.job)
  expect(lastJob(first.run)).toBe(first.job)
  const status = await cluster.command('status', first.run)
  expect(status.stdout).toMatch(/^status +stopped: its runner is gone$/m) // it was killed while it waited for 0.2
  const second = await submit(directory, held(directory).options, [], options)
  await ended(second.job)
  expect(canonicalExport(first.run), logOf(first.run)).toBe(undisturbed)
  expect(journalOf(directory).filter(({ name }) => name.startsWith('0.'))).toHaveLength(9) // 0.2 alone twice
})

onSlurm('a job in which no simulation could end says so, and is not begun again', async () => {
  const { run, job } = await submit(cluster.directory(), { takes: 300_000 }, soon, ['--nodelist=node1', '--time=1'])
  await ended(job, 100_000)
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
  const { run, job } = await submit(directory, { takes: 200 }, options, ['--nodelist=node2', '--no-requeue'])
  await eventually(() => journalOf(directory).some(({ name }) => name.startsWith('1.')), 'it is at work', 40_000)
  cluster.ask('scancel', '--batch', '--signal=USR1', job) // as Slurm does before its time is over
  await eventually(() => lastJob(run) !== job, 'there is another job', 40_000)
  await ended(lastJob(run))
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
  expect(
    journalOf(directory)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(namesIn(undisturbed))
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
  await ended(job)
  expect(canonicalExport(run), logOf(run)).toBe(undisturbed)
})

onSlurm('of a job that ended before its run began, status names what it printed', async () => {
  const directory = cluster.directory()
  const { run, job } = await submit(directory, {}, [], ['--nodelist=node2', '--hold'])
  rmSync(fileIn(directory))
  cluster.ask('scontrol', 'release', job)
  await ended(job)
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
  expect(code).toBe(2)
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

/** Waits until individual 0.2 alone keeps the generation from being done. */
async function allButOneDone(run: string): Promise<void> {
  const isBegun = () => journalOf(dirname(run)).length >= 8
  const isSo = () => isBegun() && summarizeRun(run, { hash: false }).evaluations.done === 7
  await eventually(isSo, 'all but one of a generation are done', 40_000, 200)
}

async function ended(job: string, milliseconds = 60_000): Promise<void> {
  const isOver = () =>
    cluster.ask('squeue', '--noheader', '--states=PD,R,CG,S', '--format=%A').split('\n').includes(job)
  await eventually(() => !isOver(), 'the job has ended', milliseconds, 500)
}

function namesIn(canonical: string): string[] {
  const lines = canonical.trim().split('\n')
  return lines.map((line) => nameOf(JSON.parse(line) as IndividualId)).sort()
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
