import { FoundRuns } from '../../src/dashboard/found-runs.ts'
import { RunAnswers } from '../../src/dashboard/run-answers.ts'

/** What answers to the page have cost, together. */
export interface ViewCost {
  readonly processorSeconds: number
  /** Of the largest answer. */
  readonly bytes: number
  readonly peakMemoryMb: number
}

// A process of its own, whose time and memory are then its own as well.
const [root, ...paths] = process.argv.slice(2)
const answers = new RunAnswers(new FoundRuns(root!))
const begin = process.cpuUsage()
let bytes = 0
for (const path of paths) {
  const answer = await answers.of(new URL(`http://localhost${path}`))
  if (answer?.status !== 200) throw new Error(`${path} was answered with ${answer?.body}`)
  bytes = Math.max(bytes, Buffer.byteLength(answer.body))
}
const { user, system } = process.cpuUsage(begin)
const cost: ViewCost = {
  processorSeconds: (user + system) / 1e6,
  bytes,
  peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
}
console.log(JSON.stringify(cost))
