import { fitnessOf, meanOf } from '../core/samples.ts'
import type { DrawnRow, ScreenReader } from '../record/screen-reader.ts'
import { mostDrawn, mostSampled } from './view.ts'

/**
 * What the best is told from: all points of a search that is drawn whole; of a larger one some, spread evenly, and those that
 * were the best. Of a simulation that is repeated, what its replicates come to: the luckiest of them says little.
 *
 * @param more further evaluations of a large search that may be the best
 */
export function contenders(record: ScreenReader, more: readonly DrawnRow[] = []): readonly DrawnRow[] {
  if (record.places.total <= mostDrawn) return pointsAmong(record.sample(mostDrawn), record)
  const rows = [...record.sample(mostSampled), ...more, ...record.improvements()]
  const byName = new Map(rows.map((row) => [`${row[0]}.${row[1]}.${row[2]}`, row]))
  return pointsAmong([...byName.values()], record)
}

function pointsAmong(rows: readonly DrawnRow[], record: ScreenReader): readonly DrawnRow[] {
  const { replications, objectives, places } = record
  if (!replications && places.replicates === 1) return rows
  const individuals = groupedBy(rows, ([generation, index]) => `${generation}.${index}`)
  if (!replications) {
    return individuals.flatMap((replicates) => {
      if (replicates.some(([, , , outcome]) => outcome !== 'done')) return [] // it ranks last
      const samples = replicates.map(([, , , , fitness]) => JSON.parse(fitness!) as readonly number[])
      return together(
        replicates,
        objectives.weights.map((_, i) => meanOf(samples.map((sample) => sample[i]!))),
      )
    })
  }
  const complete = individuals.filter((replicates) => replicates.some((row) => row[10] !== null))
  // What was met again with other seeds is one point, under the name that it had first.
  const points =
    replications.seeds === 'own'
      ? groupedBy(complete, ([first]) => `${first![8]} ${first![9]}`)
      : complete.map((one) => [one])
  return points.flatMap((meetings) => {
    const samples = meetings
      .flat()
      .flatMap((row) => (row[10] === null ? [] : (JSON.parse(row[10]) as (readonly number[])[])))
    const fitness = fitnessOf(samples, objectives, { ...replications, count: meetings.length * replications.count })
    return fitness ? together(meetings.flat(), fitness, meetings[0]!.length) : []
  })
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return [...groups.values()]
}

/** The replicates of a point as one evaluation: told and there when the last of them was, of the individual that was met first. */
function together(rows: readonly DrawnRow[], fitness: readonly number[], replicates = rows.length): DrawnRow[] {
  const [generation, index, , , , , , , parameters, budget] = rows[0]!
  const met = rows.slice(0, replicates)
  const violation = meanOf(rows.flatMap((row) => (row[3] === 'done' ? [row[5] ?? 0] : [])))
  const [told, ended] = [latest(met.map((row) => row[6])), latest(met.map((row) => row[7]))]
  return [[generation, index, 0, 'done', JSON.stringify(fitness), violation, told, ended, parameters, budget, null]]
}

function latest(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null || b === null || a > b ? (a ?? b) : b), null)
}
