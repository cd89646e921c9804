import { parseArgs } from 'node:util'
import { setup as bundlePrograms } from '../bundled.ts'
import { campaign } from './campaign.ts'
import { type CrashTally, crashAtEachPoint, searches } from './crash-points.ts'

/**
 * `npm run chaos -- --kills N --seed S`, and `npm run chaos -- --crash-points`, which takes them all: prints one JSON line;
 * exit code 1 if a promise did not hold.
 */
const { values } = parseArgs({
  options: { kills: { type: 'string' }, seed: { type: 'string' }, 'crash-points': { type: 'boolean' } },
})
await bundlePrograms()
const log = (line: string) => console.error(line)
process.exitCode = values['crash-points'] ? await crash() : await kill()

async function crash(): Promise<number> {
  const tally: CrashTally = { crashes: 0, failures: [] }
  for (const name of Object.keys(searches) as (keyof typeof searches)[]) {
    const { crashes, failures } = await crashAtEachPoint(name, { log: (line) => log(`${name}, ${line}`) })
    tally.crashes += crashes
    tally.failures.push(...failures.map((failure) => `${name}, ${failure}`))
  }
  console.log(JSON.stringify(tally))
  return tally.failures.length > 0 ? 1 : 0
}

async function kill(): Promise<number> {
  const tally = await campaign(Number(values.kills ?? 20), Number(values.seed ?? 1), log)
  console.log(JSON.stringify(tally))
  const { finishedSimulatedAgain, lostResults, doubleResults, leakedProcesses, differing } = tally
  return finishedSimulatedAgain + lostResults + doubleResults + leakedProcesses + differing > 0 ? 1 : 0
}
