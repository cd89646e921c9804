import { axisFor, Density, placeOn } from '../../analysis/density.ts'
import { Front } from '../../core/front.ts'
import { hypervolume } from '../../core/hypervolume.ts'
import { nameOf } from '../../core/individual.ts'
import type { Objectives } from '../../core/objectives.ts'
import { type FrontPoint, mostVolumeObjectives } from '../../record/front-points.ts'
import type { DrawnRow } from '../../record/screen-reader.ts'
import type { FrontAnswer } from '../answers.ts'
import { fitnessIn } from '../objective.ts'
import { shareOf } from '../share.ts'
import { thinned } from '../thinned.ts'
import { drawnOf, mostDrawn, mostSampled, type ViewContext } from '../view.ts'
import { plural, short } from '../words.ts'
import { axisAnswer, densityAnswer, digits } from './pictures.ts'

const most = { members: 300, steps: 200, columns: 160, rows: 110 } as const

/** A front that is larger is told from a sample: to read it whole takes longer than a page may. */
const mostKept = 50_000

/** The most objectives of which a volume that the record does not hold is measured: of more, it takes longer than anybody waits. */
const mostMeasured = 3

/** How often the volume is measured of a search that is too large to be read whole. */
const steps = 40

/** The individuals that no other dominates, two objectives against each other, and the volume that they dominate. */
export function front({ record, query }: ViewContext): FrontAnswer {
  const { objectives } = record
  const { names } = objectives
  const last = names.length - 1
  const across = query.count('x', { low: 0, high: last, otherwise: 0 })
  const up = query.count('y', { low: 0, high: last, otherwise: Math.min(1, last) })
  const share = shareOf(record)
  query.refuseOthers()
  const all = record.places.total
  const rows = record.sample(mostDrawn).filter(share.has)
  const done = rows.filter(([, , , outcome]) => outcome === 'done')
  // What the record keeps, or gives soon, is read as `show --front` reads it, with the means of replicates.
  const isWhole = record.unknownOfFront(mostKept) <= mostDrawn
  const isMeasured = names.length <= (isWhole && objectives.wantsFront ? mostVolumeObjectives : mostMeasured)
  const { points, reference, volumes } = isWhole
    ? exactFront(record, isMeasured)
    : frontAmong(done, objectives, isMeasured)
  const sample = thinned(done, mostSampled)
  const axisOf = (i: number) =>
    axisFor(
      sample.map((row) => fitnessIn(row, i)),
      { better: points.map(({ fitness }) => fitness[i]!) },
    )
  const [x, y] = [axisOf(across), axisOf(up)]
  const density = new Density(most.columns, most.rows)
  const within = (place: number) => Math.max(0, Math.min(1, place)) // what is beside the picture stands at its edge
  for (const row of done) density.add(within(placeOn(x, fitnessIn(row, across))), placeOn(y, fitnessIn(row, up)))
  return {
    objectives: names,
    x: axisAnswer(x, names[across]!),
    y: axisAnswer(y, names[up]!),
    density: densityAnswer(density),
    members: thinned(points, most.members).map((point) => ({
      name: nameOf(point),
      fitness: point.fitness.map(digits),
      isFeasible: point.violation === undefined,
    })),
    count: points.length,
    reference: reference?.map(digits) ?? null,
    volumes: thinned(volumes, most.steps).map(([generation, volume]) => [generation, digits(volume)] as const),
    drawn: drawnOf(rows, share.done ?? all),
    summary: summaryOf(names, points.length, volumes.at(-1)?.[1], isMeasured),
  }
}

interface KnownFront {
  readonly points: readonly FrontPoint[]
  readonly reference: readonly number[] | null
  readonly volumes: readonly (readonly [generation: number, volume: number])[]
}

function exactFront(record: ViewContext['record'], isMeasured: boolean): KnownFront {
  if (!isMeasured) return { points: record.frontPoints(), reference: null, volumes: [] }
  const { points, reference, hypervolumes } = record.front()
  const volumes = hypervolumes.flatMap((volume, generation) => (volume === null ? [] : [[generation, volume] as const]))
  return { points, reference, volumes }
}

/** The front of some evaluations in the order of the search; its volume is measured from the worst of the first of them. */
function frontAmong(rows: readonly DrawnRow[], objectives: Objectives, isMeasured: boolean): KnownFront {
  const points = rows.map(([generation, index, replicate, , fitness, violation]) => ({
    ...{ generation, index, replicate, fitness: JSON.parse(fitness!) as readonly number[] },
    ...((violation ?? 0) > 0 && { violation: violation! }),
  }))
  const front = new Front<FrontPoint>(objectives)
  const first = points.slice(0, Math.ceil(points.length / steps)).filter(({ violation }) => violation === undefined)
  const reference = objectives.weights.map((weight, i) =>
    first.reduce(
      (worst, { fitness }) => (weight > 0 ? Math.min(worst, fitness[i]!) : Math.max(worst, fitness[i]!)),
      first[0]?.fitness[i] ?? Number.NaN,
    ),
  )
  const volumes: (readonly [number, number])[] = []
  for (let step = 0; step < steps; step++) {
    const [from, to] = [Math.floor((step * points.length) / steps), Math.floor(((step + 1) * points.length) / steps)]
    for (const point of points.slice(from, to)) front.add(point)
    const feasible = front.members.filter(({ violation }) => violation === undefined)
    if (first.length === 0 || to === from || !isMeasured) continue
    volumes.push([
      points[to - 1]!.generation,
      hypervolume(
        objectives,
        feasible.map(({ fitness }) => fitness),
        reference,
      ),
    ])
  }
  const direction = Math.sign(objectives.weights[0]!)
  const members = front.members.toSorted((a, b) => direction * (b.fitness[0]! - a.fitness[0]!))
  return { points: members, reference: volumes.length === 0 ? null : reference, volumes }
}

function summaryOf(names: readonly string[], count: number, volume: number | undefined, isMeasured: boolean): string {
  if (count === 0) return 'Nothing was evaluated well yet.'
  if (names.length < 2) return `There is one objective, ${names[0]}: its front is the best.`
  const grown = !isMeasured
    ? ' Of so many objectives the volume that they dominate is not measured here.'
    : volume === undefined
      ? ''
      : ` The volume that they dominate is ${short(volume)}.`
  return `${plural(count, 'individual')} of which no other is better in every objective (${names.join(', ')}).${grown}`
}
