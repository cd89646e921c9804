import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Outlasted } from '../../../runtime/runner/outlasted.ts'
import { search } from '../../search.ts'
import { temporaryDirectory } from '../../temporary.ts'

test('a simulation that is ended by a time limit is tried once more, and no third time if nothing else succeeds', () => {
  const outlasted = new Outlasted()
  outlasted.onTimeLimit('0.1')
  outlasted.onTimeLimit('0.2') // beside it, in the same job
  expect(outlasted.stop).toBeUndefined()
  outlasted.onTimeLimit('0.1')
  expect(outlasted.stop).toEqual({
    reason:
      'individual 0.1 was twice ended by the time limit of its worker, and nothing else succeeded: workers need more time than they are given',
    isSpent: true,
  })
})

test('as long as simulations succeed, time limits end no run', () => {
  const outlasted = new Outlasted()
  for (let i = 0; i < 10; i++) {
    outlasted.onTimeLimit('0.1')
    outlasted.onLateStart()
    outlasted.onSuccess()
  }
  expect(outlasted.stop).toBeUndefined()
})

test('workers that twice have no time to begin anything end the run', () => {
  const outlasted = new Outlasted()
  outlasted.onLateStart()
  expect(outlasted.stop).toBeUndefined()
  outlasted.onLateStart()
  expect(outlasted.stop?.reason).toMatch(/^twice the time of a worker was nearly over before it could begin anything: /)
})

test('a search whose simulations outlast the walltime of their workers stops and says so', async () => {
  const root = temporaryDirectory()
  const begun = join(root, 'begun')
  const options = { command: ['sh', '-c', `: >'${begun}'; exec sleep infinity`] }
  // As a scheduler does: it kills what is left after the end of the walltime, though nobody who is slow and has yet to begin.
  const killed = `rm -f '${begun}'; "$@" & sleep 6; until [ -e '${begun}' ] || ! kill -0 $!; do sleep 0.1; done; kill -KILL $!; wait $!`
  const launch = ['sh', '-c', killed, 'sh', '{command}']
  const runner = { launcher: 'command', launch, walltime: '5s', warning: '2s', workers: 1, crashRetries: 0 } as const
  const { status, reason, isOutOfTime } = await search({ root, optimizee: 'shell', options, runner })
  expect({ status, isOutOfTime }).toEqual({ status: 'stopped', isOutOfTime: false })
  expect(reason).toMatch(/: workers need more time than they are given$/)
})
