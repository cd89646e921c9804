import { Front } from '../core/front.ts'
import { hypervolume } from '../core/hypervolume.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
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
  /** By the first objective, best first. */
  readonly points: readonly FrontPoint[]
  /** What volumes are measured from: by default the worst of the first generation that has two values of each objective. */
  readonly reference: readonly number[] | null
  /** After each generation, the volume between the front and the reference; null as long as there is no reference. */
  readonly hypervolumes: readonly (number | null)[]
}

/**
 * Goes through all that was evaluated, in the order of the search.
 *
 * @param reference what volumes are measured from
 * @param without names of individuals that are left out
 */
export function frontOf(
  file: RecordFile,
  objectives: Objectives,
  replications: Replications | undefined,
  {
    reference: given,
    without,
  }: { readonly reference?: readonly number[]; readonly without?: ReadonlySet<string> } = {},
): RunFront {
  const front = new Front<FrontPoint>(objectives)
  const hypervolumes: (number | null)[] = []
  let reference: readonly number[] | null = given ?? null
  for (const generation of generationsOf(pointsOf(file, objectives, replications))) {
    reference ??= worstOf(objectives, generation)
    for (const point of generation) if (!without?.has(nameOf(point))) front.add(point)
    const feasible = front.members.filter(({ violation }) => violation === undefined).map(({ fitness }) => fitness)
    hypervolumes.push(reference && hypervolume(objectives, feasible, reference))
  }
  const direction = Math.sign(objectives.weights[0]!)
  const points = front.members.toSorted((a, b) => direction * (b.fitness[0]! - a.fitness[0]!))
  return { points, reference, hypervolumes }
}

interface Sample extends IndividualId {
  /** JSON */
  readonly fitness: string
  readonly violation: number
}

function* pointsOf(file: RecordFile, objectives: Objectives, replications: Replications | undefined) {
  const rows = file.iterate<Sample>(
    `select generation, "index", replicate, fitness, coalesce(violation, 0) as violation from evaluations e
     where outcome = 'done' and not ${isPart('e')} order by generation, "index", replicate`,
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
function worstOf({ weights }: Objectives, points: readonly FrontPoint[]): readonly number[] | null {
  const feasible = points.filter(({ violation }) => violation === undefined)
  if (feasible.length === 0) return null
  const columns = weights.map((_, i) => feasible.map(({ fitness }) => fitness[i]!))
  if (columns.some((column) => column.every((value) => value === column[0]))) return null
  return columns.map((column, i) => {
    return weights[i]! > 0 ? Math.min(...column) : Math.max(...column)
  })
}
