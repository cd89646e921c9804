import { expect, test } from 'vitest'
import { EndInSight } from '../../../runtime/worker/end-in-sight.ts'
import type { FailureCause } from '../../../src/core/evaluation.ts'

const exit = (end: Partial<FailureCause>) => ({ cause: { kind: 'exit', message: 'It ended.', ...end } }) as const
const day = 86_400_000

test.each([
  exit({ signal: 'SIGTERM' }),
  exit({ signal: 'SIGKILL' }),
  exit({ signal: 'SIGUSR1' }),
  exit({ exitCode: 143 }), // as a shell tells it
  exit({ exitCode: 130 }),
])(
  'a program that was ended from outside is waited for no longer than until the worker is ended, too: %o',
  async (outcome) => {
    const end = new EndInSight()
    const doubt = end.doubt(outcome, 0)
    expect(doubt).toBeDefined()
    expect(end.hasBrokenOff(outcome)).toBe(false)
    end.onEnd()
    await doubt
    expect(end.hasBrokenOff(outcome)).toBe(true)
  },
)

test.each([
  exit({ signal: 'SIGSEGV' }),
  exit({ exitCode: 1 }),
  exit({ signal: 'SIGKILL', detail: 'out-of-memory' }),
  exit({ kind: 'timeout', signal: 'SIGTERM' }),
  { cause: { kind: 'threw', message: 'No convergence.' } } as const,
])('a failure of its own after a moment is answered at once: %o', (outcome) => {
  expect(new EndInSight().doubt(outcome, 5)).toBeUndefined()
})

test('a program that ran for long may have ended itself as it was told to, by any exit code', async () => {
  const end = new EndInSight()
  const doubt = end.doubt(exit({ exitCode: 1 }), day)
  expect(doubt).toBeDefined()
  end.onEnd()
  await doubt
})

test('when nothing ends the worker, the failure is one', async () => {
  const end = new EndInSight()
  const failure = exit({ signal: 'SIGTERM' })
  await end.doubt(failure, 0)
  expect(end.hasBrokenOff(failure)).toBe(false)
})

test('what the signal has ended by which the worker was warned has not failed; other failures have', async () => {
  const end = new EndInSight()
  const doubt = end.doubt(exit({ signal: 'SIGUSR2' }), 0)
  end.onWarning('SIGUSR2')
  await doubt
  expect(end.hasBrokenOff(exit({ signal: 'SIGUSR2' }))).toBe(true)
  expect(end.hasBrokenOff(exit({ exitCode: 140 }))).toBe(true)
  expect(end.hasBrokenOff(exit({ exitCode: 1 }))).toBe(false)
  expect(end.doubt(exit({ signal: 'SIGUSR2' }), 0)).toBeUndefined()
  expect(end.doubt(exit({ signal: 'SIGTERM' }), 0)).toBeDefined()
})

test('a result is one, whatever ends the worker', () => {
  const end = new EndInSight()
  end.onEnd()
  expect(end.hasBrokenOff({ fitness: [1] })).toBe(false)
})
