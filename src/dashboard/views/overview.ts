import { relative } from 'node:path'
import { quoteWord } from '../../core/shell-words.ts'
import { failureGroups } from '../../record/failure-groups.ts'
import { rateOf } from '../../record/rate.ts'
import { summarize } from '../../record/summary.ts'
import type { OverviewAnswer } from '../answers.ts'
import { secondsLeft } from '../time-left.ts'
import type { ViewContext } from '../view.ts'

/** So many causes of failures are told apart on the page. */
const mostGroups = 20

/** What a run is, how far it has come, what it has used, and what has failed in it. */
export async function overview({ record, query, now }: ViewContext): Promise<OverviewAnswer> {
  query.refuseOthers()
  const summary = summarize(record, { hash: false })
  const rate = rateOf(record, summary, now)
  const run = wordFor(record.directory)
  const groups = (await failureGroups(record)).slice(0, mostGroups)
  return {
    summary,
    rate,
    secondsLeft: secondsLeft(summary, rate),
    failures: groups.map((group) => ({
      ...group,
      commands: [`twoloop replay ${run} ${group.example}`, `twoloop logs ${run} ${group.example}`],
    })),
    settings: record.groups
      .filter(({ name }) => name === 'optimizer')
      .flatMap((group) => group.entries().map(({ key, value }) => [key, inWords(value)] as const)),
    commands: [`twoloop show ${run} --top 5`, `twoloop export ${run} --output ${quoteWord(`${summary.name}.csv`)}`],
  }
}

/** A directory as it stands in a command line that is run from here. */
export function wordFor(directory: string): string {
  const path = relative('', directory) || '.'
  return quoteWord(path.startsWith('..') ? directory : path)
}

function inWords(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
