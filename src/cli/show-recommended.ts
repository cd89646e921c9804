import type { Recommendation } from '../core/algorithm.ts'
import { ConfigurationError } from '../core/errors.ts'
import { nameOf } from '../core/individual.ts'
import type { RecordReader } from '../record/reader.ts'
import { alignTable, shortValue } from './table.ts'

/**
 * The whole answer of an optimizer, as the record has it: an archive, or the sample of a posterior; else the one point that
 * a model recommends.
 */
export function recommendedIn(record: RecordReader): readonly Recommendation[] {
  const { results } = record
  const all = results.get('recommendations') as readonly Recommendation[] | undefined
  if (all !== undefined) return all
  const first = results.get('recommended') as Recommendation['parameters'] | undefined
  if (first !== undefined) return [{ parameters: first, by: 'model' }]
  const { status } = record.manifest()
  throw new ConfigurationError(
    `${record.directory} has no recommendations: ${
      status === 'finished'
        ? 'its optimizer has no better word than its best individuals, which --top shows'
        : 'an optimizer gives them at the end of a search'
    }`,
  )
}

/** Recommendations, one a line. */
export function recommendedTable(recommended: readonly Recommendation[], top = recommended.length): string {
  const shown = recommended.slice(0, top)
  const names = [...new Set(shown.flatMap(({ parameters }) => Object.keys(parameters)))]
  const rows = shown.map(({ by, individual, parameters }) => [
    individual === undefined ? by : nameOf(individual),
    ...names.map((name) => (Object.hasOwn(parameters, name) ? shortValue(parameters[name]) : '')),
  ])
  return alignTable(['by', ...names], rows)
}
