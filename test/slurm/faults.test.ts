import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { type Cluster, slurm } from './cluster.ts'
import {
  attemptsAt,
  clusterOfFaults,
  gated,
  held,
  journalOf,
  openGate,
  type Place,
  placeOf,
  release,
  timesBegun,
  workersIn,
} from './held-search.ts'

/**
 * What goes wrong on clusters, on a real one. In each test one simulation, of individual 0.2, does not end by itself: what
 * is below it is taken away, and the search must come to the end of the undisturbed one, with the reason in its record.
 */
const onSlurm = test.skipIf(!slurm)
const memory = ['JobAcctGatherType=jobacct_gather/linux', 'JobAcctGatherFrequency=task=1']
const { cluster, undisturbed } = clusterOfFaults({
  SLURM_TESTBED_SELECT: 'CR_CPU_Memory',
  SLURM_TESTBED_CONF: [...memory, 'JobAcctGatherParams=OverMemoryKill'].join('\n'),
})

/** Of tests that wait until a worker counts as silent. */
const impatient = { heartbeatTimeout: '8s', grace: '20s' }

onSlurm.each<[what: string, detail: string, takeAway: (place: Place) => void]>([
  ['cancelled', 'cancelled', ({ step }) => cluster.ask('scancel', step)],
  ['killed', 'killed', ({ step }) => process.kill(cluster.step(step).tasks.at(-1)!, 'SIGKILL')],
  // srun says 0.
  ['lost with its node, as Slurm finds', 'node-failure', ({ node }) => cluster.setNode(node, 'down')],
  // srun hangs, whatever becomes of the node.
  ['lost with its whole node, before Slurm finds', 'silent', ({ node }) => cluster.node('crash', node)],
  // srun hangs for ever.
  ['lost with the daemon of its step', 'silent', ({ step }) => killAll(cluster.step(step))],
])('a worker that is %s is replaced, and it is known what took it (%s)', async (_, detail, takeAway) => {
  const directory = cluster.directory()
  const child = cluster.search(['-N3', '-n6'], held(directory, detail === 'silent' ? impatient : {}))
  const place = await placeOf(directory)
  takeAway(place)
  await eventually(() => timesBegun(directory, '0.2') > 1, 'it is tried again')
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  const [first, ...others] = attemptsAt(directory)
  expect(first).toMatchObject({ cause: { kind: 'worker-lost', detail } })
  expect(first!.verdict).toBe(detail === 'killed' || detail === 'silent' ? 'retried' : 'lost')
  // Where silence comes soon, a worker that replaces another may seem silent as well.
  if (detail !== 'silent') expect(others).toMatchObject([{ verdict: 'accepted' }])
  expect(others.at(-1)).toMatchObject({ verdict: 'accepted' })
  await eventually(() => workersIn(directory).length === 0, 'no worker is left')
})

onSlurm('a worker that is killed for its memory is replaced, and it is known that this was why', async () => {
  const directory = cluster.directory()
  const { until: _, ...options } = held(directory).options
  const runner = { ...held(directory).runner, memoryPerWorker: '400M' }
  const child = cluster.search(['-N3', '-n6'], { ...held(directory), options: { ...options, eats: true }, runner })
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  const [first, second] = attemptsAt(directory)
  expect(first).toMatchObject({ verdict: 'retried', cause: { detail: 'out-of-memory' } })
  expect(first!.cause!.message).toMatch(/^Worker \d is lost: it was killed since it used more memory than it had; /)
  expect(second!.verdict).toBe('accepted')
})

onSlurm('a worker that lives on where Slurm has lost the node answers late, and counts once', async () => {
  const directory = cluster.directory()
  const child = cluster.search(['-N3', '-n6'], gated(held(directory), 1))
  const { node, pid } = await placeOf(directory)
  cluster.node('stop', node) // only Slurm's daemon there: the worker lives
  cluster.setNode(node, 'down')
  await eventually(() => timesBegun(directory, '1.') > 0, 'the search is further on')
  release(directory)
  const verdicts = () => attemptsAt(directory).map(({ verdict }) => verdict)
  await eventually(() => verdicts().includes('late'), 'it answers late')
  openGate(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  expect(verdicts()).toEqual(['late', 'accepted'])
  expect(journalOf(directory).find(({ name }) => name === '0.2')).toMatchObject({ node, pid })
  await eventually(() => workersIn(directory).length === 0, 'the late copy leaves, since nobody waits for it')
})

onSlurm('a node that freezes gives up its work, and has no part in the search when it thaws', async () => {
  const directory = cluster.directory()
  const child = cluster.search(['-N3', '-n6'], gated(held(directory, impatient), 1))
  const { node, step } = await placeOf(directory)
  const { daemon, tasks } = cluster.step(step)
  cluster.node('freeze', node)
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGSTOP')
  await eventually(() => timesBegun(directory, '1.') > 0, 'it is tried again, and the search is further on')
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGCONT')
  cluster.node('thaw', node)
  release(directory)
  openGate(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  // What was given up as silent may still answer when it thaws; then it is known as late.
  const [first] = attemptsAt(directory)
  expect(first!.verdict === 'late' || first!.cause?.detail === 'silent', JSON.stringify(first)).toBe(true)
  await eventually(() => workersIn(directory).length === 0, 'no worker is left')
})

function killAll({ daemon, tasks }: ReturnType<Cluster['step']>): void {
  for (const pid of [daemon, ...tasks]) process.kill(pid, 'SIGKILL')
}
