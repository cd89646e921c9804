import type { DrawnRow, ScreenReader } from '../../record/screen-reader.ts'
import { summarize } from '../../record/summary.ts'
import type { HealthAnswer } from '../answers.ts'
import { fitnessIn } from '../objective.ts'
import { type ParameterAxis, parameterAxes } from '../parameter-axes.ts'
import { shareOf } from '../share.ts'
import { mostSampled, type ViewContext } from '../view.ts'
import { grouped, plural } from '../words.ts'

type Note = HealthAnswer['notes'][number]

/** The fewest evaluations from which anything is concluded. */
const fewest = 30

/** What is unusual about a search, each thing in a sentence that says what to do. */
export function health({ record, query }: ViewContext): HealthAnswer {
  const share = shareOf(record)
  query.refuseOthers()
  const all = record.sample(mostSampled)
  const sample = all.filter(share.has)
  const outputs = sample.map((row) => fitnessIn(row, 0))
  const axes = parameterAxes(record, sample, outputs)
  const sign = Math.sign(record.objectives.weights[0] ?? -1)
  const notes = [
    ...allFailed(record),
    ...(sample.length < fewest
      ? []
      : [
          ...(record.objectives.wantsFront ? [] : stuckAtBounds(axes, sample, outputs, sign)),
          ...withoutEffect(axes, outputs),
          ...failingPlaces(axes, all),
        ]),
    ...(all.length < fewest ? [] : duplicates(all)),
    ...convergedEarly(record, axes),
    ...standingStill(record),
    ...aboutWorkers(record),
  ]
  return {
    notes:
      notes.length > 0
        ? notes
        : [
            {
              kind: 'good',
              sentence:
                sample.length < fewest
                  ? 'There is too little yet to find anything unusual.'
                  : 'Nothing unusual was found.',
            },
          ],
  }
}

function warning(sentence: string): Note {
  return { kind: 'warning', sentence }
}

function note(sentence: string): Note {
  return { kind: 'note', sentence }
}

function allFailed(record: ScreenReader): Note[] {
  const { done, failed } = record.counts()
  if (failed === 0) return []
  if (done === 0)
    return [
      warning(`Every evaluation has failed (${grouped(failed)}); the overview says of what, and how to replay one.`),
    ]
  const part = failed / (done + failed)
  return part >= 0.2
    ? [warning(`${Math.round(100 * part)} % of all evaluations have failed; the overview groups them by cause.`)]
    : []
}

/** The best tenth crowds at a bound: the optimum may lie beyond. */
function stuckAtBounds(
  axes: readonly ParameterAxis[],
  sample: readonly DrawnRow[],
  outputs: readonly number[],
  sign: number,
): Note[] {
  const done = sample.flatMap((row, i) =>
    Number.isNaN(outputs[i]!) || (row[5] ?? 0) > 0
      ? []
      : [{ point: JSON.parse(row[8]) as unknown, output: outputs[i]! }],
  )
  const best = done.sort((a, b) => sign * (b.output - a.output)).slice(0, Math.max(10, Math.floor(done.length / 10)))
  if (done.length < fewest) return []
  return axes.flatMap(({ name, placeOf, bounds, axis }) => {
    if (!bounds || bounds[0] === bounds[1]) return []
    const places = best.map(({ point }) => placeOf(point))
    const width = Math.abs(axis.high - axis.low) > 1.5 && axis.low !== bounds[0] ? 1 / (axis.high - axis.low) : 0.01
    const [low, high] = [
      places.filter((place) => place <= width).length,
      places.filter((place) => place >= 1 - width).length,
    ]
    if (Math.max(low, high) < 0.7 * places.length) return []
    const [which, bound] = low > high ? (['lower', bounds[0]] as const) : (['upper', bounds[1]] as const)
    return [
      warning(
        `${name} is at its ${which} bound (${bound}) in ${Math.round((100 * Math.max(low, high)) / places.length)} % of the best individuals: better ones may lie beyond, if the bound may be moved.`,
      ),
    ]
  })
}

function withoutEffect(axes: readonly ParameterAxis[], outputs: readonly number[]): Note[] {
  const done = outputs.filter((output) => !Number.isNaN(output)).length
  const known = axes.filter(({ importance }) => importance !== null)
  if (done < 200 || (known[0]?.importance ?? 0) < 0.2) return []
  const idle = known.filter(({ importance }) => importance! < 0.01).map(({ name }) => name)
  if (idle.length === 0) return []
  const names = idle.length > 6 ? `${idle.slice(0, 6).join(', ')} and ${idle.length - 6} others` : idle.join(', ')
  return [
    note(
      `${names} ${idle.length === 1 ? 'has' : 'have'} hardly any effect alone: holding ${idle.length === 1 ? 'it' : 'them'} would make the search smaller.`,
    ),
  ]
}

/** Failures in one fifth of a parameter's range that are three times as frequent as elsewhere. */
function failingPlaces(axes: readonly ParameterAxis[], sample: readonly DrawnRow[]): Note[] {
  const fifths = 5
  if (!sample.some((row) => row[3] === 'failed')) return []
  const points = sample.map((row) => JSON.parse(row[8]) as unknown)
  return axes.flatMap(({ name, placeOf, axis, labels }) => {
    const all = new Array<number>(fifths).fill(0)
    const failed = new Array<number>(fifths).fill(0)
    for (const [i, row] of sample.entries()) {
      const place = placeOf(points[i])
      if (!(place >= 0 && place <= 1)) continue
      const fifth = Math.min(fifths - 1, Math.floor(place * fifths))
      all[fifth]!++
      if (row[3] === 'failed') failed[fifth]!++
    }
    const total = failed.reduce((a, b) => a + b)
    return failed.flatMap((here, fifth) => {
      const elsewhere = (total - here) / Math.max(1, sample.length - all[fifth]!)
      if (labels || here < 10 || here / all[fifth]! < Math.max(0.1, 3 * elsewhere)) return []
      const edge = (place: number) =>
        Number(
          (axis.scale === 'log'
            ? Math.exp(Math.log(axis.low) + place * Math.log(axis.high / axis.low))
            : axis.low + place * (axis.high - axis.low)
          ).toPrecision(3),
        )
      return [
        warning(
          `Failures concentrate where ${name} is between ${edge(fifth / fifths)} and ${edge((fifth + 1) / fifths)}: ${Math.round((100 * here) / all[fifth]!)} % fail there, ${Math.round(100 * elsewhere)} % elsewhere.`,
        ),
      ]
    })
  })
}

function duplicates(sample: readonly DrawnRow[]): Note[] {
  const newest = sample.at(-1)![0]
  const latest = sample.filter(([generation, , replicate]) => generation >= newest - 2 && replicate === 0)
  const distinct = new Set(latest.map((row) => `${row[8]} ${row[9]}`)).size // a larger budget is something new
  if (latest.length < 10 || distinct > latest.length / 2) return []
  return [
    warning(
      `Of the newest individuals looked at, ${grouped(latest.length)} have only ${grouped(distinct)} different sets of parameters: the search simulates the same again and again.`,
    ),
  ]
}

/** The most individuals in the middle of a search and at its end that are held against each other. */
const mostNeighbours = 200

/** The part of each range that is narrow, if the second half of a search has looked at nothing else. */
const narrow = 0.02

/** All of a search has gone to one place by half of it: whether there is a better one elsewhere, nobody has looked. */
function convergedEarly(record: ScreenReader, axes: readonly ParameterAxis[]): Note[] {
  const { total } = record.places
  if (total < 4 * fewest || axes.length === 0 || record.manifest().optimizer === 'design') return []
  const count = Math.min(mostNeighbours, Math.floor(total / 8))
  const half = Math.floor(total / 2)
  const rows = [
    ...record.sample(count, { from: half, to: half + count }),
    ...record.sample(count, { from: total - count, to: total }),
  ]
  const points = rows.map((row) => JSON.parse(row[8]) as unknown)
  const widest = axes.reduce((most, { placeOf }) => Math.max(most, widthOf(points.map(placeOf))), 0)
  if (rows.length < fewest || widest > narrow) return []
  return [
    warning(
      `From half of the search on all individuals lie within ${Math.max(0.01, Number((100 * widest).toPrecision(2)))} % of each parameter's range: it has converged early. A larger population, another seed or an optimizer with restarts would tell whether there is better elsewhere.`,
    ),
  ]
}

/** The part of an axis in which all places lie but for a tenth. */
function widthOf(places: readonly number[]): number {
  const known = places.filter((place) => !Number.isNaN(place)).sort((a, b) => a - b)
  const [low, high] = [known[Math.floor(0.05 * known.length)], known[Math.ceil(0.95 * known.length) - 1]]
  return low === undefined || high === undefined ? 0 : high - low
}

function standingStill(record: ScreenReader): Note[] {
  const { generations } = record
  const improvements = record.improvements()
  const last = improvements.at(-1)
  if (!last || generations < 10) return []
  const since = generations - 1 - last[0]
  if (since < Math.max(8, generations / 2)) return []
  return [
    note(
      `The best has not become better for ${plural(since, 'generation')} of ${grouped(generations)}: the search may have converged, or stand still too early.`,
    ),
  ]
}

/** Workers that lived so few seconds together were mostly starting, of which nothing follows. */
const shortestJudged = 60

function aboutWorkers(record: ScreenReader): Note[] {
  const { usage, workers, benchedHosts, reason, status } = summarize(record, { hash: false })
  const { busyFraction } = usage
  return [
    ...(busyFraction !== null && busyFraction < 0.5 && record.usage().workerSeconds >= shortestJudged
      ? [
          note(
            `Workers simulated only ${Math.round(100 * busyFraction)} % of their time: fewer workers, larger generations or \`order: ordered\` would waste less.`,
          ),
        ]
      : []),
    ...(workers.lost > 0
      ? [warning(`${plural(workers.lost, 'worker')} ended otherwise than asked; the view of the workers says why.`)]
      : []),
    ...(benchedHosts.length > 0
      ? [warning(`${benchedHosts.join(', ')} got no more work, since most attempts failed there.`)]
      : []),
    ...(status === 'finished' && reason !== null && /target/.test(reason)
      ? [{ kind: 'good', sentence: reason } as const]
      : []),
  ]
}
