import { AsyncLocalStorage } from 'node:async_hooks'
import type { TestContext } from 'vitest'

/** The test that is running, also where several run at the same time; `tell-running-test.ts` fills it. */
export const running = new AsyncLocalStorage<TestContext>()

/** Does something when the test that calls this has finished, also where several run at the same time; vitest's own does not know which. */
export function onTestFinished(act: () => void | Promise<void>): void {
  const test = running.getStore()
  if (!test) throw new Error('onTestFinished is for what a test calls, not for a hook')
  test.onTestFinished(act)
}
