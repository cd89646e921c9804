import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runnerHeart } from '../../../runtime/channel/heartbeat.ts'
import { Lease } from '../../../runtime/runner/lease.ts'
import { placesInSlurm } from '../../../runtime/slurm/run-holder.ts'
import { eventually } from '../../processes.ts'
import { onTestFinished } from '../../running-test.ts'
import { temporaryDirectory } from '../../temporary.ts'

/** Where a runner is: the environment of a job on a node, and the node's boot. */
function at(job: string, restarts: number, node: string, more: NodeJS.ProcessEnv = {}) {
  const environment = {
    ...{ SLURM_JOB_ID: job, SLURM_JOB_NODELIST: node, SLURMD_NODENAME: node, SLURM_RESTART_COUNT: String(restarts) },
    ...more,
  }
  return placesInSlurm(environment)
}

/** Takes a run until the test has finished: the heart of a lease beats until then. */
async function take(...given: Parameters<typeof Lease.take>): ReturnType<typeof Lease.take> {
  const taken = await Lease.take(...given)
  if (taken instanceof Lease) onTestFinished(() => taken.release())
  return taken
}

test('a job that Slurm starts again takes its run at once, whatever lives on of its earlier start', async () => {
  const directory = temporaryDirectory()
  const first = await take(directory, at('12', 0, 'node3'))
  expect(first).toMatchObject({ epoch: 1 }) // this process holds it, and lives
  expect(await take(directory, at('12', 0, 'node3'))).toMatchObject({ heldBy: { job: '12', restarts: 0 } })
  expect(await take(directory, at('13', 1, 'node3'))).toMatchObject({ heldBy: { job: '12' } })
  expect(await take(directory, at('12', 1, 'node4'))).toMatchObject({ epoch: 2 })
  expect(await take(directory, at('12', 1, 'node4'))).toMatchObject({ heldBy: { job: '12', restarts: 1 } })
})

test('a holder on a node that has booted since is gone', async () => {
  const directory = temporaryDirectory()
  await take(directory, at('12', 0, 'node3'))
  const environment = { SLURM_JOB_ID: '13', SLURM_JOB_NODELIST: 'node3', SLURMD_NODENAME: 'node3' }
  expect(await take(directory, placesInSlurm(environment, 'another-boot pid:[1]'))).toMatchObject({ epoch: 2 })
})

test('a chain of jobs waits for a run that is held, until it is given back', async () => {
  const directory = temporaryDirectory()
  const holder = await take(directory, at('12', 0, 'node3'))
  if (!(holder instanceof Lease)) throw new Error('a new run is free')
  const taken = take(directory, at('13', 0, 'node3', { TWOLOOP_AGAIN: '/anywhere' }))
  expect(await Promise.race([taken, setTimeout(1500, 'it waits')])).toBe('it waits')
  expect(holder.successor).toBeUndefined()
  await holder.release()
  expect(await taken).toMatchObject({ epoch: 2 })
})

test('the heart of a run beats from the moment it is taken until it is given back, whatever its holder does', async () => {
  const directory = temporaryDirectory()
  const holder = await take(directory, at('12', 0, 'node3'))
  if (!(holder instanceof Lease)) throw new Error('a new run is free')
  const seen = () => readFileSync(runnerHeart(directory), 'utf8')
  const first = seen()
  await eventually(() => seen() !== first, 'the heart beats')
  await holder.release()
  const last = seen()
  await setTimeout(1200)
  expect(seen()).toBe(last)
})

test('a holder that was stopped for long knows who has taken its run over', async () => {
  const directory = temporaryDirectory()
  const holder = await take(directory, at('12', 0, 'node3'))
  if (!(holder instanceof Lease)) throw new Error('a new run is free')
  await take(directory, at('12', 1, 'node4'))
  expect(holder.successor).toMatchObject({ epoch: 2, node: 'node4' })
})
