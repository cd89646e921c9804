import { axisFor, type DrawnAxis, placeOn, valueAtPlace } from '../analysis/density.ts'
import { ConfigurationError } from '../core/errors.ts'
import { show } from '../core/text.ts'
import type { RecordReader } from '../record/reader.ts'
import { ScreenReader } from '../record/screen-reader.ts'
import type { CompareAnswer, ComparedGroup } from './answers.ts'
import { BestSoFar } from './best-so-far.ts'
import { problemOf } from './found-runs.ts'
import { fitnessIn } from './objective.ts'
import { contenders } from './points.ts'
import { type Query, QueryError } from './query.ts'
import { shareOf } from './share.ts'
import { axisAnswer, digits } from './views/pictures.ts'
import { plural, short } from './words.ts'

/** The most runs that are compared at once. */
export const mostCompared = 60

const most = { columns: 160, targets: 50, groups: 8 } as const

/** A run that is compared. */
interface ComparedRun {
  readonly name: string
  /** What it searched and how, but for the seed: runs in which that is the same are seeds of one another. */
  readonly likeness: string
  readonly optimizer: string
  readonly settings: ReadonlyMap<string, string>
  readonly evaluations: number
  /** The best so far in each column. */
  readonly best: readonly (number | null)[]
}

/**
 * Runs against each other: the best so far over evaluations, with the middle half over the seeds of the same search, and
 * how soon which part of some targets is reached (the empirical distribution of Hansen et al. 2016, "COCO: performance
 * assessment").
 */
export function comparison(directories: ReadonlyMap<number, string>, query: Query): CompareAnswer {
  const wanted = numbersIn(query.text('runs') ?? '').slice(0, mostCompared)
  const asked = query.text('objective')
  const scale = query.choice('scale', ['auto', 'linear', 'log'])
  query.refuseOthers()
  const opened: { readonly record: ScreenReader; readonly name: string; readonly still: Disposable }[] = []
  const left: string[] = []
  try {
    for (const number of wanted) {
      const directory = directories.get(number)
      if (directory === undefined) throw new QueryError(`there is no run ${number}`)
      try {
        const record = ScreenReader.openForReading(directory)
        opened.push({ record, name: record.directory.split('/').at(-1)!, still: record.holdStill() })
      } catch (error) {
        left.push(problemOf(directory, error))
      }
    }
    return compare(opened, { asked, scale, left })
  } finally {
    for (const { record, still } of opened) {
      still[Symbol.dispose]()
      record.close()
    }
  }
}

interface Wish {
  readonly asked: string | undefined
  readonly scale: 'auto' | 'linear' | 'log'
  /** Why some runs cannot be compared, which grows. */
  readonly left: string[]
}

function compare(
  opened: readonly { readonly record: ScreenReader; readonly name: string }[],
  { asked, scale, left }: Wish,
): CompareAnswer {
  const objectives = [...new Set(opened.flatMap(({ record }) => objectivesOf(record)))]
  const objective = asked ?? objectives[0] ?? ''
  if (asked !== undefined && !objectives.includes(asked)) {
    throw new QueryError(`no run has an objective ${JSON.stringify(asked)}; there is ${objectives.join(', ')}`)
  }
  const signs = new Map(opened.map(({ record, name }) => [name, signOf(record, objective)]))
  const sign = [...signs.values()].find((one) => one !== 0) ?? -1
  const fitting = opened.filter(({ name }) => {
    if (signs.get(name) === sign) return true
    left.push(`${name} has no objective ${objective} with that direction`)
    return false
  })
  const total = fitting.reduce((most, { record }) => Math.max(most, record.places.total), 1)
  const runs = fitting.map(({ record, name }) => comparedRun(record, name, objective, total))
  const values = runs.flatMap(({ best }) => best.filter((value) => value !== null))
  const x: DrawnAxis = { scale: 'linear', low: 0, high: total }
  const y = axisFor(values, { better: values, wanted: scale })
  const targets = targetsBetween(y, runs, sign)
  const groups = groupsOf(runs)
  return {
    objectives,
    objective,
    x: axisAnswer(x, 'evaluations'),
    y: axisAnswer(y, objective),
    groups: groups.slice(0, most.groups).map(({ name, members }) => groupAnswer(name, members, targets, sign)),
    left: [
      ...left,
      ...(groups.length > most.groups
        ? [`${plural(groups.length - most.groups, 'further kind')} of search without a colour`]
        : []),
    ],
    targets: targets.length,
    summary: summaryOf(groups, objective, sign),
  }
}

function numbersIn(text: string): number[] {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) {
    throw new QueryError(`runs needs numbers with commas between them, got ${show(text)}`)
  }
  return [...new Set(text.split(',').map(Number))]
}

function objectivesOf(record: RecordReader): readonly string[] {
  try {
    return record.objectives.names
  } catch (error) {
    if (error instanceof ConfigurationError) return [] // nothing is known of it yet
    throw error
  }
}

function signOf(record: RecordReader, objective: string): number {
  const at = objectivesOf(record).indexOf(objective)
  return at < 0 ? 0 : Math.sign(record.objectives.weights[at]!)
}

function comparedRun(record: ScreenReader, name: string, objective: string, total: number): ComparedRun {
  const at = record.objectives.names.indexOf(objective)
  const soFar = new BestSoFar(most.columns, Math.sign(record.objectives.weights[at]!))
  const { places } = record
  const share = shareOf(record)
  for (const row of contenders(record).filter(share.has)) {
    soFar.add(row, places.of(row[0], row[1]) / total, fitnessIn(row, at))
  }
  const ended = Math.ceil((places.total / total) * most.columns)
  const manifest = record.manifest()
  const settings = record.groups
    .filter((group) => group.name === 'optimizer')
    .flatMap((group) => group.entries().map(({ key, value }) => [key, JSON.stringify(value)] as const))
    .filter(([key]) => key !== 'seed')
  const { parameters } = (manifest.configuration ?? {}) as { readonly parameters?: unknown }
  const optimizer = String(manifest.optimizer ?? 'a program')
  return {
    name,
    likeness: JSON.stringify([optimizer, settings, manifest.objectives, parameters]),
    optimizer,
    settings: new Map(settings),
    evaluations: places.total,
    best: soFar.values().map((value, column) => (column < ended ? value : null)),
  }
}

interface Group {
  readonly name: string
  readonly members: readonly ComparedRun[]
}

/** Runs that differ in their seeds alone, under the name of their optimizer and of what tells it from the others. */
function groupsOf(runs: readonly ComparedRun[]): Group[] {
  const kinds = [...new Set(runs.map(({ likeness }) => likeness))]
  const groups = kinds.map((kind) => runs.filter(({ likeness }) => likeness === kind))
  return groups.map((members) => {
    const { optimizer, settings } = members[0]!
    const rivals = groups.flatMap(([other]) => (other!.optimizer === optimizer && other !== members[0] ? [other!] : []))
    const differing = [...settings].filter(([key, value]) => rivals.some((rival) => rival.settings.get(key) !== value))
    const apart = differing.slice(0, 3).map(([key, value]) => `${key} ${value.slice(0, 30)}`)
    const which = apart.length > 0 ? apart : rivals.length > 0 ? [members[0]!.name] : []
    return { name: [optimizer, ...which].join(', '), members }
  })
}

function groupAnswer(
  name: string,
  members: readonly ComparedRun[],
  targets: readonly number[],
  sign: number,
): ComparedGroup {
  const column = (at: number) => {
    const values = members.flatMap(({ best }) => best[at] ?? [])
    return values.length * 2 < members.length ? [] : values.sort((a, b) => sign * (b - a))
  }
  const columns = Array.from({ length: most.columns }, (_, at) => column(at))
  const quantile = (part: number) =>
    columns.map((values) => {
      if (values.length === 0) return null
      return digits(values[Math.min(values.length - 1, Math.floor(part * values.length))]!)
    })
  const reached = columns.map((_, at) => {
    const count = members.reduce((sum, { best }) => {
      const value = lastKnown(best, at)
      return sum + (value === null ? 0 : targets.filter((target) => sign * value >= sign * target).length)
    }, 0)
    return Number((count / Math.max(1, members.length * targets.length)).toFixed(4))
  })
  return {
    name,
    runs: members.map((member) => member.name),
    evaluations: members.reduce((most, { evaluations }) => Math.max(most, evaluations), 0),
    low: quantile(sign < 0 ? 0.25 : 0.75),
    median: quantile(0.5),
    high: quantile(sign < 0 ? 0.75 : 0.25),
    reached,
  }
}

/** What a run has found it keeps when it has ended. */
function lastKnown(best: readonly (number | null)[], at: number): number | null {
  for (let i = at; i >= 0; i--) if (best[i] !== null) return best[i]!
  return null
}

/** Levels from where the runs begin to the best that any of them has found, on the scale of the picture. */
function targetsBetween(y: DrawnAxis, runs: readonly ComparedRun[], sign: number): number[] {
  const firsts = runs.flatMap(({ best }) => best.find((value) => value !== null) ?? [])
  const lasts = runs.flatMap(({ best }) => best.findLast((value) => value !== null) ?? [])
  if (firsts.length === 0) return []
  const [worst, best] = [firsts, lasts].map((values, i) =>
    values.reduce((a, b) => (sign * (b - a) * (i === 0 ? -1 : 1) > 0 ? b : a)),
  ) as [number, number]
  const [from, to] = [placeOn(y, worst), placeOn(y, best)]
  const between = Array.from({ length: most.targets - 1 }, (_, i) =>
    valueAtPlace(y, from + ((i + 1) / most.targets) * (to - from)),
  )
  return [...between, best] // itself, since a logarithm and back is not quite the same
}

function summaryOf(groups: readonly Group[], objective: string, sign: number): string {
  const ends = groups.flatMap(({ name, members }) => {
    const values = members
      .flatMap(({ best }) => best.findLast((value) => value !== null) ?? [])
      .sort((a, b) => sign * (b - a))
    return values.length === 0 ? [] : [{ name, median: values[Math.floor(values.length / 2)]!, runs: values.length }]
  })
  if (ends.length === 0) return 'None of the runs has found anything yet.'
  const words = ends
    .sort((a, b) => sign * (b.median - a.median))
    .slice(0, most.groups)
    .map(({ name, median, runs }) => `${short(median)} by ${name} (${plural(runs, 'run')})`)
  return `The median of the best ${objective} in the end: ${words.join('; ')}.`
}
