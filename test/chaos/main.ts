import { parseArgs } from 'node:util'
import { campaign } from './campaign.ts'

/** `npm run chaos -- --kills N --seed S`: prints one JSON line; exit code 1 if a promise did not hold. */
const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } })
const tally = await campaign(Number(values.kills ?? 20), Number(values.seed ?? 1), (line) => console.error(line))
console.log(JSON.stringify(tally))
const { finishedSimulatedAgain, lostResults, doubleResults, leakedProcesses, differing } = tally
process.exit(finishedSimulatedAgain + lostResults + doubleResults + leakedProcesses + differing > 0 ? 1 : 0)
