import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import command from '../../optimizees/command/command.ts'
import { exportRun } from '../../src/cli/export-run.ts'
import { showRun } from '../../src/cli/show-run.ts'
import type { ProcessUsage } from '../../src/core/optimizee.ts'
import type { IndividualDocument } from '../../src/record/individual-document.ts'
import { search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'
import { contextOf, individual } from './context.ts'

/** Uses so many milliseconds of CPU time, in a process of its own below the one that is started. */
const burning = `
const { cpuUsage } = process
while (cpuUsage().user + cpuUsage().system < 1000 * Number(process.argv[1]));
console.log(1)`

const burn = command({
  command: [
    '/bin/sh',
    '-c',
    '"$0" -e "$1" "$2" && :',
    process.execPath,
    burning.replaceAll('{', '{{').replaceAll('}', '}}'),
    '{ms}',
  ],
  parameters: [['ms', { type: 'integer', low: 0, high: 1000 }]],
  objectives: { cost: 'minimize' },
  result: { from: 'stdout' },
})

async function usageOf(ms: number): Promise<ProcessUsage> {
  const one = individual({ ms })
  const usages: ProcessUsage[] = []
  await burn.simulate(one, { ...contextOf(one), account: (usage) => void usages.push(usage) })
  expect(usages).toHaveLength(1)
  return usages[0]!
}

test('the CPU time of an attempt is that of all processes that it started, and of none before', async () => {
  const most = await usageOf(900)
  const least = await usageOf(0)
  expect(most.cpuMs).toBeGreaterThanOrEqual(890) // the kernel tells it in hundredths of seconds
  expect(least.cpuMs).toBeLessThan(most.cpuMs!)
})

test('what an attempt used is recorded, shown and exported with it', async () => {
  const root = temporaryDirectory()
  const options = { journal: join(root, 'journal') }
  const { directory } = await search({
    root,
    optimizee: 'recorded-command',
    options,
    populationSize: 2,
    generations: 1,
  })
  const { attempts } = JSON.parse(await showRun(directory, { individual: '0.0', json: true })) as IndividualDocument
  expect(attempts[0]!.cpuMs).toBeGreaterThan(0)
  expect(await showRun(directory, { individual: '0.0' })).toMatch(/^ +epoch .* took +CPU +memory +cause$/m)
  const output = join(root, 'table.ndjson')
  await exportRun(directory, { provenance: true, format: 'ndjson', output })
  const [first] = readFileSync(output, 'utf8').split('\n')
  expect(JSON.parse(first!)).toMatchObject({ cpuMs: attempts[0]!.cpuMs, peakMemory: attempts[0]!.peakMemory })
})
