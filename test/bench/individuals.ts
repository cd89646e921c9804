import { timedSearch } from './timed-search.ts'

/** As many individuals as asked for, in generations of a tenth each, in a process of its own: its processor time is then its own. */
const [root, count] = process.argv.slice(2)
await timedSearch(root!, 'individuals', Array(10).fill(Number(count) / 10))
