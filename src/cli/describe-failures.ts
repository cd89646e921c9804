import { relative } from 'node:path'
import { quoteWord } from '../core/shell-words.ts'
import { type FailureGroup, failureGroups } from '../record/failure-groups.ts'
import { RecordReader } from '../record/reader.ts'
import { describeCause } from './describe-individual.ts'
import { alignTable } from './table.ts'

/** The most kinds of failures that are shown; programs get all of them. */
const mostGroups = 5

/** What failed, by cause, for people: an example of each, and how to see more. Empty if nothing failed. */
export function describeFailures(groups: readonly FailureGroup[], directory: string): string {
  const [first] = groups
  if (!first) return ''
  const shown = groups.slice(0, mostGroups)
  const rows = shown.map(({ count, cause, example, lastLine }) => [
    String(count),
    example,
    `${describeCause(cause)}${lastLine === null ? '' : ` (${lastLine})`}`,
  ])
  const left = groups.length - shown.length
  const run = quoteWord(relative('', directory) || '.')
  return [
    alignTable(['failed', 'example', 'cause'], rows),
    ...(left > 0 ? [`and ${left} other causes\n`] : []),
    `see more with  twoloop logs ${run} ${first.example}\n`,
  ].join('')
}

/** The same of a run that nobody has open. */
export async function describeFailuresOf(directory: string): Promise<string> {
  const record = RecordReader.openForReading(directory)
  try {
    return describeFailures(await failureGroups(record), directory)
  } finally {
    record.close()
  }
}
