import { nameOf } from '../../core/individual.ts'
import { definitionInWords } from '../../core/parameters/definition-in-words.ts'
import type { Manifest } from '../../record/rows.ts'
import type { ScreenReader } from '../../record/screen-reader.ts'
import { summarize } from '../../record/summary.ts'
import { recordedSpace } from '../../tables/recorded-space.ts'
import type { FrontAnswer, HealthAnswer, HistoryAnswer, OverviewAnswer, ParametersAnswer } from '../answers.ts'
import { Query } from '../query.ts'
import type { ViewContext } from '../view.ts'
import { front } from '../views/front.ts'
import { health } from '../views/health.ts'
import { history } from '../views/history.ts'
import { overview } from '../views/overview.ts'
import { parameters } from '../views/parameters.ts'
import { short } from '../words.ts'
import { keptAnswers } from './kept-answers.ts'
import { type Neighbourhood, neighbourhoodOf } from './neighbourhood.ts'

/** The most individuals that stand in the table of the best. */
const mostBest = 10

/** The most objectives of a front that have a chart of their own. */
const mostHistories = 4

/** A value that is longer is cut. */
const longestValue = 300

/** Everything that a report says. */
export interface Contents {
  readonly manifest: Manifest
  readonly hash: string
  readonly overview: OverviewAnswer
  /** The history of the objective; of a front, that of each objective by itself. */
  readonly histories: readonly HistoryAnswer[]
  /** The front, of several objectives without weights. */
  readonly front: FrontAnswer | null
  readonly parameters: ParametersAnswer | undefined
  readonly health: HealthAnswer
  readonly space: readonly (readonly [name: string, definition: string])[]
  readonly best: readonly (readonly (string | number)[])[]
  readonly neighbourhood: Neighbourhood | null
  readonly hosts: readonly string[]
  /** What the interactive views ask for. */
  readonly kept: Readonly<Record<string, object>>
  readonly directory: string
}

/** Reads all of it from a record that is held still. */
export async function contentsOf(record: ScreenReader, now: number): Promise<Contents> {
  const asked = (words: Readonly<Record<string, string>> = {}): ViewContext => ({
    record,
    query: new Query(new URLSearchParams(words)),
    now,
  })
  const manifest = record.manifest()
  const { done } = record.counts()
  const shown = await overview(asked())
  const { isFront } = shown
  const drawn =
    done === 0
      ? []
      : Array.from({ length: isFront ? Math.min(mostHistories, record.objectives.names.length) : 1 }, (_, i) => i)
  const { best } = summarize(record, { hash: false }) // whole, also where the overview has room for a part of it
  const dominating = done > 0 && isFront ? front(asked()) : null
  return {
    manifest,
    hash: manifest.status === 'finished' && typeof manifest.hash === 'string' ? manifest.hash : record.hash(),
    overview: shown,
    histories: drawn.map((objective) => history(asked({ columns: '240', rows: '112', objective: String(objective) }))),
    front: dominating,
    parameters: done === 0 ? undefined : parameters(asked({ columns: '24', rows: '16' })),
    health: health(asked()),
    space: (recordedSpace(record)?.definitions ?? []).map(
      ([name, definition]) => [name, cut(definitionInWords(definition))] as const,
    ),
    best: record
      .best(Math.min(mostBest, dominating?.count ?? mostBest))
      .flatMap((one) =>
        one.outcome === 'done'
          ? [
              [
                nameOf(one.individual),
                ...one.fitness.map(short),
                cut(Object.entries(one.individual.parameters).map(namedValue).join(', ')),
              ],
            ]
          : [],
      ),
    neighbourhood: best && !isFront ? neighbourhoodOf(record, best) : null,
    hosts: [...new Set(record.workers().map(({ host }) => host))].filter((host) => host !== ''),
    kept: await keptAnswers(record, now),
    directory: record.directory,
  }
}

function namedValue([name, value]: [string, unknown]): string {
  return `${name} ${typeof value === 'number' ? short(value) : JSON.stringify(value)}`
}

/** A text that is not too long for a cell. */
export function cut(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text
}
