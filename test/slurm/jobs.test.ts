import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { searchProgram } from '../search-child.ts'
import { slurm } from './cluster.ts'
import {
  allButOneDone,
  attemptsAt,
  clusterOfFaults,
  epochOf,
  gated,
  held,
  journalOf,
  openGate,
  placeOf,
  placesIn,
  reasonOf,
  release,
  saysThat,
  timesBegun,
} from './held-search.ts'

/** What becomes of whole jobs, on a real cluster; see `faults.test.ts`. */
const onSlurm = test.skipIf(!slurm)
const { cluster, undisturbed } = clusterOfFaults()

onSlurm.each<[what: string, detail: string, partition: string, end: (job: string) => void]>([
  ['cancelled', 'cancelled', 'debug', (job) => cluster.ask('scancel', job)],
  ['preempted', 'preempted', 'low', () => void cluster.begin('srun', '-p', 'debug', '-N4', '-n16', '/bin/true')],
])(
  'a search whose job is %s stops with everything stored, and goes on in another to the same end',
  async (_, detail, partition, end) => {
    const directory = cluster.directory()
    const first = cluster.search(['-N4', '-n16', '-p', partition], held(directory))
    const { step } = await placeOf(directory)
    await allButOneDone(directory)
    end(step.split('.')[0]!)
    expect(await first.ended, first.stderr()).toBe(0)
    expect(first.stdout()).toContain('stopped')
    expect(reasonOf(directory)).toMatch(/^a worker (found its allocation at an end|was (cancelled|ended) .*job)/)
    const begun = journalOf(directory).length
    const second = cluster.search(['-N2', '-n4'], held(directory))
    expect(await second.ended, second.stderr()).toBe(0)
    expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
    expect(attemptsAt(directory)[0]!.cause).toMatchObject({ kind: 'worker-lost', detail })
    // What was finished is not simulated again.
    const again = journalOf(directory).slice(begun)
    expect(again.filter(({ name }) => name.startsWith('0.') && name !== '0.2')).toEqual([])
  },
)

onSlurm('a job that is requeued goes on with the search, and it is known what ended its workers', async () => {
  const directory = cluster.directory()
  const program = [process.execPath, searchProgram, JSON.stringify(held(directory))]
  const script = `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')}\n`
  writeFileSync(join(directory, 'job.sh'), script)
  const log = `--output=${directory}/log.txt`
  const job = cluster.ask('sbatch', '--parsable', '-N2', '-n4', '--requeue', log, join(directory, 'job.sh'))
  await placeOf(directory)
  cluster.ask('scontrol', 'requeue', job)
  await cluster.ended(job)
  expect(canonicalExport(join(directory, 'run')), readFileSync(join(directory, 'log.txt'), 'utf8')).toBe(undisturbed())
  expect(attemptsAt(directory)).toMatchObject([{ cause: { detail: 'requeued' } }, { verdict: 'accepted' }])
  const restarts = new Set(placesIn(directory).map(({ slurmRestarts = '0' }) => slurmRestarts))
  expect(restarts).toEqual(new Set(['0', '1']))
})

onSlurm('a runner that is killed within its allocation is followed by one that adopts the workers', async () => {
  const directory = cluster.directory()
  const program = [process.execPath, searchProgram]
  const script = `
    "$0" "$@" & runner=$!
    until [ -e '${directory}/kill' ]; do sleep 0.1; done
    kill -9 $runner; wait $runner
    exec "$0" "$@"`
  const child = cluster.salloc(['-N2', '-n4'], '/bin/sh', '-c', script, ...program, JSON.stringify(held(directory)))
  await placeOf(directory)
  writeFileSync(join(directory, 'kill'), '')
  await eventually(() => epochOf(directory) === 2, 'there is another runner')
  release(directory)
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  expect(placesIn(directory)).toHaveLength(3) // nobody new
  expect(journalOf(directory).filter(({ name }) => name === '0.2')).toHaveLength(1)
})

onSlurm('the search goes on while the controller is away, and workers start again when it is back', async () => {
  const directory = cluster.directory()
  // Of a step that ends meanwhile the controller hears a minute after it is back: it takes a CPU, and there is another.
  const allocation = ['-N3', '-n6', '--ntasks-per-node=2']
  const child = cluster.search(allocation, gated(held(directory), 1))
  await placeOf(directory)
  await cluster.stopController()
  release(directory)
  await eventually(() => timesBegun(directory, '1.') > 0, 'the search goes on')
  const known = new Set(placesIn(directory).map(({ slurmJob, slurmStep }) => `${slurmJob}.${slurmStep}`))
  expect(known.size).toBe(3)
  for (const step of known) process.kill(cluster.step(step).tasks[0]!, 'SIGKILL')
  await eventually(() => saysThat(directory, /Unable to contact slurm controller/), 'a start fails for that')
  openGate(directory)
  cluster.up()
  expect(await child.ended, child.stderr()).toBe(0)
  expect(canonicalExport(join(directory, 'run'))).toBe(undisturbed())
  expect(journalOf(directory).filter(({ step }) => !known.has(step))).not.toHaveLength(0)
})
