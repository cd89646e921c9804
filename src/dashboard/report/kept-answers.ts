import { nameOf } from '../../core/individual.ts'
import type { ScreenReader } from '../../record/screen-reader.ts'
import { Query } from '../query.ts'
import { views } from '../views/index.ts'
import { jsonInMarkup } from './html.ts'

/** The most bytes of all answers together: with its script and its static part, a report stays below a megabyte. */
const room = 600_000

/** The most individuals that can be looked at in a report: the best. */
const mostIndividuals = 10

/** What the interactive views of a report ask for, by the addresses at which a server would answer. */
export async function keptAnswers(record: ScreenReader, now: number): Promise<Readonly<Record<string, object>>> {
  const best = record.best(mostIndividuals).map(({ individual }) => nameOf(individual))
  const first = record.row({ generation: 0, index: 0, replicate: 0 }) === undefined ? [] : ['0.0']
  const addresses = [
    ...Object.keys(views).filter((name) => name !== 'individual'),
    ...['evaluations', 'generations', 'time'].map((over) => `history?over=${over}`),
    ...[...new Set([...first, ...best])].map((name) => `individual?${new URLSearchParams({ name })}`),
  ]
  const kept: Record<string, object> = {}
  let left = room
  for (const address of addresses) {
    const [name = '', words] = address.split('?')
    const answer = await views[name]!({ record, query: new Query(new URLSearchParams(words)), now })
    const size = Buffer.byteLength(jsonInMarkup(answer))
    if (size > left) continue
    left -= size
    kept[`/api/runs/0/${address}`] = answer
  }
  return kept
}
