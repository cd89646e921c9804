import type { Optimizer } from './optimizer.ts'
import { guarded, OptimizerError, whatFailed } from './optimizer-error.ts'
import { show } from './text.ts'

/** What is said of a search before anything is simulated: the algorithm's own sentence, and what its record will take where that is much. */
export function announcementOf(optimizer: Optimizer): string | undefined {
  const own: unknown = guarded(optimizer, 'announce', 0, () => optimizer.announce())
  if (own !== undefined && typeof own !== 'string') {
    const what = `it needs to give a sentence or nothing, and gave ${show(own)}`
    throw new OptimizerError(whatFailed(optimizer, 'announce', 0, what))
  }
  const said = [own, announceSize(optimizer)].filter((sentence) => sentence !== undefined)
  return said.length === 0 ? undefined : said.join(' ')
}

/** A record that takes more than so many bytes for parameters alone is worth a word. */
const muchBytes = 2e8
/** Parameters stand in the record as JSON, once for every individual: so much is a number of the usual length. */
const bytesPerAxis = 19

function announceSize({ space, horizon }: Optimizer): string | undefined {
  const each = bytesPerAxis * space.dimension
  if (each * horizon < muchBytes) return undefined
  return `Its ${horizon} individuals take about ${sizeInWords(each * horizon)} in the record, ${sizeInWords(each)} each.`
}

function sizeInWords(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['kB', 1e3]
  return `${Number((bytes / Number(size)).toPrecision(2))} ${unit}`
}
