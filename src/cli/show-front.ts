import { ConfigurationError } from '../core/errors.ts'
import type { Objectives } from '../core/objectives.ts'
import { quoteWord } from '../core/shell-words.ts'
import { show } from '../core/text.ts'
import type { RecordReader } from '../record/reader.ts'
import { pointsTable } from './points-table.ts'
import { alignFacts, shortValue } from './table.ts'

type Values = Readonly<Record<string, number>>

/** The front of a run, as one JSON document. */
export interface FrontDocument {
  readonly objectives: readonly string[]
  readonly front: readonly {
    readonly generation: number
    readonly index: number
    readonly objectives: Values
    /** By how much the individual violates constraints: then none keeps them all. */
    readonly violation?: number | undefined
    readonly parameters: Readonly<Record<string, unknown>>
  }[]
  /** What volumes are measured from. */
  readonly reference: Values | null
  /** The volumes after each generation. */
  readonly hypervolumes: readonly (number | null)[]
}

/** @param reference values by name, as `error=10,effort=3` */
export function frontDocument(record: RecordReader, reference: string | undefined): FrontDocument {
  const { objectives } = record
  const { names } = objectives
  if (names.length === 1) {
    throw new ConfigurationError(
      `--front is of several objectives, and ${record.directory} has one (${names[0]}); its best individuals are those of --top`,
    )
  }
  const given = reference === undefined ? undefined : readReference(reference, names)
  const front = record.front(given)
  const named = (values: readonly number[]) => Object.fromEntries(names.map((name, i) => [name, values[i]!]))
  if (given) refuseDominating(given, front.points, objectives)
  return {
    objectives: names,
    front: front.points.map((point) => {
      const { generation, index, fitness, violation } = point
      const parameters = JSON.parse(record.row(point)!.parameters) as Record<string, unknown>
      return {
        generation,
        index,
        objectives: named(fitness),
        ...(violation !== undefined && { violation }),
        parameters,
      }
    }),
    reference: front.reference && named(front.reference),
    hypervolumes: front.hypervolumes,
  }
}

function readReference(text: string, names: readonly string[]): number[] {
  const wanted = `--reference needs a number for each of ${names.join(', ')}, as ${names.map((name) => `${name}=1`).join(',')}`
  const entries = text.split(',').map((part) => {
    const at = part.lastIndexOf('=')
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const
  })
  const other = entries.find(([name]) => !names.includes(name))
  if (other) throw new ConfigurationError(`${wanted}; ${show(other[0])} is no objective`)
  return names.map((name) => {
    const value = entries.find(([given]) => given === name)?.[1] ?? ''
    if (value !== '' && Number.isFinite(Number(value))) return Number(value)
    throw new ConfigurationError(`${wanted}; for ${name} came ${value === '' ? 'nothing' : show(value)}`)
  })
}

/** Refuses a reference from which nothing has a volume: it is not worse than anything that was found. */
function refuseDominating(
  reference: readonly number[],
  points: readonly { readonly fitness: readonly number[] }[],
  { names, weights }: Objectives,
): void {
  const isBeyond = ({ fitness }: { readonly fitness: readonly number[] }) =>
    fitness.every((value, i) => Math.sign(weights[i]!) * (value - reference[i]!) > 0)
  if (points.length === 0 || points.some(isBeyond)) return
  const given = names.map((name, i) => `${name}=${reference[i]}`).join(',')
  throw new ConfigurationError(
    `--reference ${given} is not worse than any individual of the front in every objective, so that there is no volume between; give a worse point`,
  )
}

/** @param top how many of its individuals at most */
export function describeFront(
  { objectives, front: all, reference, hypervolumes }: FrontDocument,
  { run, top = usuallyShown }: { readonly run: string; readonly top?: number | undefined },
): string {
  if (all.length === 0) return 'no individual was simulated well\n'
  const front = spreadOver(objectives[0]!, all, top)
  const last = hypervolumes.at(-1) ?? null
  const facts = alignFacts([
    ['front', String(all.length)],
    ['hypervolume', last === null ? undefined : shortValue(last)],
    [
      'measured from',
      reference ? objectives.map((name) => `${name} ${shortValue(reference[name])}`).join(', ') : undefined,
    ],
  ])
  const points = front.map((point) => ({
    ...point,
    replicate: 0,
    fitness: objectives.map((name) => point.objectives[name]!),
  }))
  return `${facts}\n${pointsTable(objectives, points)}${describeRest(all.length - front.length, objectives[0]!, run)}`
}

/** A front of many objectives has thousands of individuals. */
const usuallyShown = 30

/** The points that are shown of more than can be: spread evenly over the range of an objective, its ends among them. */
function spreadOver<T extends { readonly objectives: Values }>(
  name: string,
  all: readonly T[],
  most: number,
): readonly T[] {
  if (all.length <= most) return all
  const sorted = [...all].sort((a, b) => a.objectives[name]! - b.objectives[name]!)
  return Array.from({ length: most }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / Math.max(1, most - 1))]!)
}

function describeRest(left: number, objective: string, run: string): string {
  if (left === 0) return ''
  return `and ${left} more, between these in ${objective}; all of them:  twoloop export ${quoteWord(run)} --front\n`
}
