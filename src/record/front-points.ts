import { Front } from '../core/front.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
import { MeasuredFront } from '../core/measured-front.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Replications } from '../core/replications.ts'
import { fitnessOf, meanOf } from '../core/samples.ts'
import type { RecordFile } from './record-file.ts'
import { isPart } from './schema.ts'

/** A point whose fitness and violation are those of all its samples together. */
export interface FrontPoint extends IndividualId {
  readonly fitness: readonly number[]
  readonly violation?: number | undefined
}

/** The points of a run that no other dominates, and how they came about. */
export interface RunFront {
  /** The points of the front by the first objective, best first. */
  readonly points: readonly FrontPoint[]
  /** What volumes are measured from: by default the worst of the first generation that has two values of each objective. */
  readonly reference: readonly number[] | null
  /** After each generation, the volume between the front and the reference; null as long as there is no reference. */
  readonly hypervolumes: readonly (number | null)[]
}

/** What is looked at, and how. */
export interface FrontWish {
  readonly objectives: Objectives
  readonly replications: Replications | undefined
  /** What volumes are measured from; what the record has or the first generation gives unless it is named. */
  readonly reference?: readonly number[] | undefined
}

/** The front of a run with its volumes, from what is stored of it as far as that goes. */
export function frontOf(
  file: RecordFile,
  { reference: given, ...wish }: FrontWish & { readonly recorded?: readonly number[] | null },
): RunFront {
  const { objectives, replications, recorded = null } = wish
  const isStored = objectives.wantsFront && given === undefined && objectives.names.length <= mostVolumeObjectives
  const stored = isStored ? storedFront(file) : nothingStored
  const front = new MeasuredFront(objectives, stored.members)
  const hypervolumes = [...stored.hypervolumes]
  let reference: readonly number[] | null = given ?? recorded
  for (const generation of generationsOf(pointsOf(file, objectives, replications, stored.generations, 'and later'))) {
    reference ??= worstOf(objectives, generation)
    for (const point of generation) front.add(point)
    while (hypervolumes.length < generation[0]!.generation) hypervolumes.push(hypervolumes.at(-1) ?? null)
    hypervolumes.push(reference && front.volumeFrom(reference))
  }
  const direction = Math.sign(objectives.weights[0]!)
  const points = front.members.toSorted((a, b) => direction * (b.fitness[0]! - a.fitness[0]!))
  return { points, reference, hypervolumes }
}

/** What no other individual dominates, of all or without those that are named. */
export function membersOfFront(
  file: RecordFile,
  { objectives, replications }: FrontWish,
  without: ReadonlySet<string>,
): readonly FrontPoint[] {
  const stored = objectives.wantsFront && without.size === 0 ? storedFront(file) : nothingStored
  const front = new Front<FrontPoint>(objectives)
  for (const member of stored.members) front.add(member)
  for (const point of pointsOf(file, objectives, replications, stored.generations, 'and later')) {
    if (!without.has(nameOf(point))) front.add(point)
  }
  return front.members
}

/**
 * The most objectives of which volumes are kept: with more, what one individual adds costs up to seconds, and they are
 * found where somebody asks for them.
 */
export const mostVolumeObjectives = 5

interface StoredFront {
  readonly members: readonly FrontPoint[]
  /** How many generations the front is of. */
  readonly generations: number
  readonly hypervolumes: readonly (number | null)[]
}

const nothingStored: StoredFront = { members: [], generations: 0, hypervolumes: [] }

/** What the record has of the front. */
export function storedFront(file: RecordFile): StoredFront {
  const rows = file.all<{ hypervolume: number | null }>(
    `select hypervolume from generations where front is not null order by generation`,
  )
  const members = file.all<IndividualId & { fitness: string; violation: number | null }>(
    'select generation, "index", 0 as replicate, fitness, violation from front order by generation, "index"',
  )
  return {
    members: members.map(({ fitness, violation, ...id }) => {
      return { ...id, fitness: JSON.parse(fitness), ...(violation !== null && { violation }) }
    }),
    generations: rows.length,
    hypervolumes: rows.map(({ hypervolume }) => hypervolume),
  }
}

interface Sample extends IndividualId {
  /** JSON */
  readonly fitness: string
  readonly violation: number
}

/** The points of a generation that are done, or of all from it on, in the order of the search. */
export function* pointsOf(
  file: RecordFile,
  objectives: Objectives,
  replications: Replications | undefined,
  generation: number,
  later?: 'and later',
): Generator<FrontPoint, void> {
  const rows = file.iterate<Sample>(
    `select generation, "index", replicate, fitness, coalesce(violation, 0) as violation from evaluations e
     where outcome = 'done' and not ${isPart('e')} and generation ${later ? '>=' : '='} ?
     order by generation, "index", replicate`,
    generation,
  )
  for (const samples of grouped(rows, (a, b) => a.generation === b.generation && a.index === b.index)) {
    const { generation, index } = samples[0]!
    const vectors = samples.map(({ fitness }) => JSON.parse(fitness) as readonly number[])
    const fitness = replications
      ? fitnessOf(vectors, objectives, replications)
      : vectors[0]!.map((_, i) => meanOf(vectors.map((vector) => vector[i]!)))
    if (!fitness) continue // too many of its samples have failed
    const violation = meanOf(samples.map(({ violation }) => violation))
    yield { generation, index, replicate: 0, fitness, ...(violation > 0 && { violation }) } satisfies FrontPoint
  }
}

function generationsOf(points: Iterable<FrontPoint>): Iterable<readonly FrontPoint[]> {
  return grouped(points, (a, b) => a.generation === b.generation)
}

/** What belongs together stands in a row. */
function* grouped<T>(items: Iterable<T>, belong: (a: T, b: T) => boolean): Generator<readonly T[]> {
  let group: T[] = []
  for (const item of items) {
    if (group.length > 0 && !belong(group[0]!, item)) {
      yield group
      group = []
    }
    group.push(item)
  }
  if (group.length > 0) yield group
}

/** The worst value of each objective among what keeps the constraints; null where one has a single value, and no volume. */
export function worstOf({ weights }: Objectives, points: readonly FrontPoint[]): readonly number[] | null {
  const feasible = points.filter(({ violation }) => violation === undefined)
  if (feasible.length === 0) return null
  const columns = weights.map((_, i) => feasible.map(({ fitness }) => fitness[i]!))
  if (columns.some((column) => column.every((value) => value === column[0]))) return null
  return columns.map((column, i) => {
    return weights[i]! > 0 ? Math.min(...column) : Math.max(...column)
  })
}
