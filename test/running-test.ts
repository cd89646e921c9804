import { AsyncLocalStorage } from 'node:async_hooks'
import { aroundEach, type TestContext } from 'vitest'

const running = new AsyncLocalStorage<TestContext>()

aroundEach((run, context) => running.run(context, run))

/** Does something when the test that calls this has finished, also where several run at the same time; vitest's own does not know which. */
export function onTestFinished(act: () => void | Promise<void>): void {
  const test = running.getStore()
  if (!test) throw new Error('onTestFinished is for what a test calls, not for a hook')
  test.onTestFinished(act)
}
