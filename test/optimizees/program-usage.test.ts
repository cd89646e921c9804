import { existsSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import program from '../../optimizees/program/program.ts'
import type { ProcessUsage } from '../../src/core/optimizee.ts'
import { contextOf, individual } from './context.ts'

const heldBytes = 200 * 2 ** 20

/** Computes for some hundredths of a second of CPU time, after it has taken or given back memory if it is told so. */
const source = `
  const { createInterface } = require('node:readline')
  let held
  console.log('{"ready": true}')
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, parameters } = JSON.parse(line)
    const begin = process.cpuUsage()
    if (parameters.memory === 'hold') held = Buffer.alloc(${heldBytes}, 1)
    if (parameters.memory === 'release') {
      held = undefined
      while (process.memoryUsage().rss > ${heldBytes}) gc()
    }
    while (process.cpuUsage(begin).user < 60_000) {}
    if (parameters.memory === 'fail') console.log(JSON.stringify({ id, error: 'it failed' }))
    else console.log(JSON.stringify({ id, result: 0 }))
  })
`
const memory = ['free', 'hold', 'release', 'fail']
const optimizee = program({
  program: [process.execPath, '--expose-gc', '-e', source],
  parameters: [['memory', { type: 'choice', values: memory }]],
  objectives: { error: 'minimize' },
})
afterAll(() => optimizee.close?.())

/** What an individual has used, as it is told. */
async function usageOf(does: string): Promise<readonly ProcessUsage[]> {
  const one = individual({ memory: does })
  const usages: ProcessUsage[] = []
  const context = {
    ...contextOf(one, { directory: () => '/nowhere' }),
    account: (usage: ProcessUsage) => void usages.push(usage),
  }
  await Promise.allSettled([optimizee.simulate(one, context)])
  return usages
}

test('a program that stays loaded is told the processor time of each individual, also of one that fails', async () => {
  for (const does of ['free', 'fail', 'free']) {
    const [usage, ...more] = await usageOf(does)
    expect(usage!.cpuMs).toBeGreaterThanOrEqual(40) // the kernel tells it in hundredths of a second
    expect(more).toEqual([])
  }
})

test.skipIf(!existsSync('/proc/self/clear_refs'))('the peak of each individual is its own', async () => {
  const peaks = []
  for (const does of ['free', 'hold', 'release', 'free']) peaks.push((await usageOf(does))[0]?.peakMemory)
  expect(peaks[0]).toBeLessThan(heldBytes)
  expect(peaks[1]).toBeGreaterThan(heldBytes)
  expect(peaks[3]).toBeLessThan(heldBytes)
})
