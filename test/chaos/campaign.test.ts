import { expect, test } from 'vitest'
import { campaign } from './campaign.ts'

test('law 2: killed at random moments, runner, workers or all, every search ends as if it had never been', async () => {
  const tally = await campaign(24, 20, () => {})
  expect(tally.kills.worker + tally.kills.runner + tally.kills.all).toBeGreaterThanOrEqual(24)
  expect(tally).toMatchObject({
    finishedSimulatedAgain: 0,
    lostResults: 0,
    doubleResults: 0,
    leakedProcesses: 0,
    differing: 0,
  })
})
