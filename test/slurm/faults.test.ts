import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { Cluster, slurm } from './cluster.ts'
import { attemptsAt, held, journalOf, type Place, placeOf, undisturbedExport, workersIn } from './held-search.ts'

/**
 * What goes wrong on clusters, on a real one. In each test one simulation, of individual 0.2, does not end by itself: what
 * is below it is taken away, and the search must come to the end of the undisturbed one, with the reason in its record.
 */
const onSlurm = test.skipIf(!slurm)
let cluster: Cluster
let undisturbed: string

beforeAll(async () => {
  if (!slurm) return
  const memory = ['JobAcctGatherType=jobacct_gather/linux', 'JobAcctGatherFrequency=task=1']
  cluster = Cluster.start({
    SLURM_TESTBED_SELECT: 'CR_CPU_Memory',
    SLURM_TESTBED_CONF: [...memory, 'JobAcctGatherParams=OverMemoryKill'].join('\n'),
  })
  undisturbed = await undisturbedExport(cluster)
})

afterEach(() => {
  if (slurm) cluster.mend()
})

afterAll(() => {
  if (slurm) cluster.stop()
})

onSlurm.each<[what: string, detail: string, takeAway: (place: Place) => void]>([
  ['cancelled', 'cancelled', ({ step }) => cluster.ask('scancel', step)],
  ['killed', 'killed', ({ step }) => process.kill(cluster.step(step).tasks.at(-1)!, 'SIGKILL')],
  // srun says 0.
  ['lost with its node, as Slurm finds', 'node-failure', ({ node }) => cluster.setNode(node, 'down')],
  // srun hangs, whatever becomes of the node.
  ['lost with its whole node, before Slurm finds', 'silent', ({ node }) => cluster.node('crash', node)],
  // srun hangs for ever.
  ['lost with the daemon of its step', 'silent', ({ step }) => killAll(cluster.step(step))],
])(
  'a worker that is %s is replaced, and it is known what took it (%s)',
  async (_, detail, takeAway) => {
    const directory = cluster.directory()
    const child = cluster.search(['-N3', '-n6'], held(directory))
    const place = await placeOf(directory)
    takeAway(place)
    await eventually(() => journalOf(directory).filter(({ name }) => name === '0.2').length === 2, 'it is tried again')
    expect(await child.ended, child.stderr()).toBe(0)
    expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed)
    const [first, second, ...others] = attemptsAt(directory)
    expect(first).toMatchObject({ cause: { kind: 'worker-lost', detail } })
    expect(first!.verdict).toBe(detail === 'killed' || detail === 'silent' ? 'retried' : 'lost')
    expect([second!.verdict, ...others]).toEqual(['accepted'])
    await eventually(() => workersIn(directory).length === 0, 'no worker is left')
  },
  60_000,
)

onSlurm('a worker that is killed for its memory is replaced, and it is known that this was why', async () => {
  const directory = cluster.directory()
  const { until: _, ...options } = held(directory).options
  const runner = { ...held(directory).runner, memoryPerWorker: '400M' }
  const child = cluster.search(['-N3', '-n6'], { ...held(directory), options: { ...options, eats: true }, runner })
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed)
  const [first, second] = attemptsAt(directory)
  expect(first).toMatchObject({ verdict: 'retried', cause: { detail: 'out-of-memory' } })
  expect(first!.cause!.message).toMatch(/^Worker \d is lost: it was killed since it used more memory than it had; /)
  expect(second!.verdict).toBe('accepted')
})

onSlurm('a worker that lives on where Slurm has lost the node answers late, and counts once', async () => {
  const directory = cluster.directory()
  const child = cluster.search(['-N3', '-n6'], held(directory))
  const { node, pid } = await placeOf(directory)
  cluster.node('stop', node) // only Slurm's daemon there: the worker lives
  cluster.setNode(node, 'down')
  await eventually(() => journalOf(directory).some(({ name }) => name.startsWith('3.')), 'the search is further on')
  writeFileSync(join(directory, 'until'), '')
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed)
  expect(attemptsAt(directory).map(({ verdict }) => verdict)).toEqual(['late', 'accepted'])
  const twice = journalOf(directory).filter(({ name }) => name === '0.2')
  expect(twice[0]).toMatchObject({ node, pid })
  await eventually(() => workersIn(directory).length === 0, 'the late copy leaves, since nobody waits for it')
})

onSlurm('a node that freezes gives up its work, and has no part in the search when it thaws', async () => {
  const directory = cluster.directory()
  const child = cluster.search(['-N3', '-n6'], held(directory))
  const { node, step } = await placeOf(directory)
  const { daemon, tasks } = cluster.step(step)
  cluster.node('freeze', node)
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGSTOP')
  await eventually(() => journalOf(directory).filter(({ name }) => name === '0.2').length === 2, 'it is tried again')
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGCONT')
  cluster.node('thaw', node)
  writeFileSync(join(directory, 'until'), '')
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed)
  // What was given up as silent may still answer when it thaws; then it is known as late.
  const [first] = attemptsAt(directory)
  expect(first!.verdict === 'late' || first!.cause?.detail === 'silent', JSON.stringify(first)).toBe(true)
  await eventually(() => workersIn(directory).length === 0, 'no worker is left')
})

function killAll({ daemon, tasks }: ReturnType<Cluster['step']>): void {
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGKILL')
}
