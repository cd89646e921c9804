import { timedSearch } from './timed-search.ts'

/** Makes a run of a million individuals in a process of its own, whose memory is then its own as well. */
const [root] = process.argv.slice(2)
const { memory, directory, startedAt, completedAt } = await timedSearch(root!, 'million', Array(50).fill(20_000))
const megabytes = memory.map((bytes) => Math.round(bytes / 2 ** 20))
console.log(
  JSON.stringify({
    directory,
    seconds: (completedAt.at(-1)! - startedAt) / 1000,
    peakMemoryMb: Math.max(...megabytes),
    memoryMbByTenths: megabytes.filter((_, i) => i % 5 === 4),
  }),
)
