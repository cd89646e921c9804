import { relative } from 'node:path'
import { quoteWord } from '../../core/shell-words.ts'
import { failureGroups } from '../../record/failure-groups.ts'
import { problemInWords } from '../../record/problem-in-words.ts'
import { rateOf } from '../../record/rate.ts'
import { summarize } from '../../record/summary.ts'
import type { OverviewAnswer } from '../answers.ts'
import { fitting } from '../fitting.ts'
import { foundInWords, wantsFront } from '../found-in-words.ts'
import { secondsLeft } from '../time-left.ts'
import type { ViewContext } from '../view.ts'
import { shortened } from '../words.ts'

/** How much of each has room on the page. */
const most = { groups: 20, settings: 100, names: 100, letters: 300, facts: 2000, json: 20_000 } as const

/** What a run is, how far it has come, what it has used, and what has failed in it. */
export async function overview({ record, query, now }: ViewContext): Promise<OverviewAnswer> {
  query.refuseOthers()
  const summary = summarize(record, { hash: false })
  const rate = rateOf(record, summary, now)
  const run = wordFor(record.directory)
  const groups = await failureGroups(record, most.groups)
  const { best, constraints } = summary
  const parameters = best && fitting(best.parameters, most.json)
  return {
    summary: {
      ...summary,
      best: best && { ...best, parameters: parameters! },
      constraints: constraints.slice(0, most.names).map((name) => shortened(name, most.letters)),
    },
    problem: problemInWords(summary).map(([name, words]) => [name, shortened(words, most.facts)] as const),
    found: shortened(foundInWords(summary), most.facts),
    isFront: wantsFront(summary.objectives),
    parametersLeft: best ? Object.keys(best.parameters).length - Object.keys(parameters!).length : 0,
    rate,
    secondsLeft: secondsLeft(summary, rate),
    failures: groups.map(({ cause, lastLine, ...group }) => ({
      ...group,
      cause: { ...cause, message: shortened(cause.message, most.letters) },
      lastLine: lastLine && shortened(lastLine, most.letters),
      commands: [`twoloop replay ${run} ${group.example}`, `twoloop logs ${run} ${group.example}`],
    })),
    settings: record.groups
      .filter(({ name }) => name === 'optimizer')
      .flatMap((group) => group.entries().map(({ key, value }) => [key, shownValue(value)] as const))
      .slice(0, most.settings),
    commands: [`twoloop show ${run} --top 5`, `twoloop export ${run} --output ${quoteWord(`${summary.name}.csv`)}`],
  }
}

/** A directory as it stands in a command line that is run from here. */
export function wordFor(directory: string): string {
  const path = relative('', directory) || '.'
  return quoteWord(path.startsWith('..') ? directory : path)
}

function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return shortened(text, 200)
}
