import { type Archive, emptyArchive, withPoints } from '../surrogate/archive.ts'
import { fitModel, fullSize, type LqModel, minimiserOf, predict } from '../surrogate/lq-model.ts'
import type { CmaAxes } from './axes.ts'
import type { CmaRun, ToldSample } from './run.ts'
import { Sampler } from './sampler.ts'
import { deviationsOf } from './shape.ts'

/** What a search remembers where the same parameters have another cost each time. */
export type NoisyPast = {
  readonly archive: Archive
  /** Where the best of the runs that have stopped came to rest. */
  readonly settled: Settled | null
}

type Settled = { readonly point: readonly number[]; readonly cost: number }

export const noNoisyPast: NoisyPast = { archive: emptyArchive, settled: null }

/** How many costs the model takes noise from, and how many it looks for its least point in, as multiples of its size. */
const newest = 5
const remembered = 50
const mostRemembered = 2000

/** How far those may lie, in standard deviations. */
const reach = 4
const reachOfOptimum = 10

/** The past with more costs; those of points that have a level of their own teach a model of numbers nothing. */
export function remember(past: NoisyPast, told: readonly ToldSample[], { ordered, categories }: CmaAxes): NoisyPast {
  const added = told.flatMap(({ x, cost }) => (x === undefined || cost === null ? [] : [{ x, cost }]))
  if (added.length === 0 || categories.length > 0) return past
  const most = Math.min(mostRemembered, remembered * fullSize(ordered.length))
  return { ...past, archive: withPoints(past.archive, added, most) }
}

/**
 * The samples with the costs that a quadratic model of the newest around them says, which has averaged the noise: their
 * order follows from where they lie more than from their luck. As they were told as long as there is no such model.
 */
export function withoutNoise({ archive }: NoisyPast, run: CmaRun, told: readonly ToldSample[]): ToldSample[] {
  const model = modelOf(archive, run, { newest, reach })
  if (model === undefined) return [...told]
  const share = shareOfMisfit(model, told)
  return told.map((one) => {
    if (one.x === undefined || one.cost === null) return one
    const cost = predict(model, one.x)
    return { ...one, cost: cost + share * (one.cost - cost) }
  })
}

/** How much of what the model does not say is more than noise, as far as replications tell how much of that there is. */
function shareOfMisfit(model: LqModel, told: readonly ToldSample[]): number {
  const known = told.flatMap(({ x, cost, variance }) =>
    x === undefined || cost === null || variance === undefined ? [] : [{ error: cost - predict(model, x), variance }],
  )
  const square = known.reduce((sum, { error }) => sum + error * error, 0)
  const noise = known.reduce((sum, { variance }) => sum + variance, 0)
  return square > noise ? 1 - noise / square : 0
}

/** Where costs are least without their noise: at the model's least point, or, without one, in the middle of the samples. */
function leastWithoutNoise({ archive }: NoisyPast, run: CmaRun, axes: CmaAxes): number[] {
  const sampler = new Sampler(run, axes)
  const model = modelOf(archive, run, { newest: remembered, reach: reachOfOptimum })
  const optimum = model && minimiserOf(model)
  const sample = optimum && sampler.inject(optimum, new Int32Array(0))
  return sampler.pointOf(sample ?? sampler.middle())
}

/** A run has stopped: where it came to rest is kept if it is the best of all. */
export function settle(past: NoisyPast, run: CmaRun, axes: CmaAxes): NoisyPast {
  const cost = run.medians.at(-1)
  if (cost === undefined || (past.settled !== null && past.settled.cost <= cost)) return past
  return { ...past, settled: { point: leastWithoutNoise(past, run, axes), cost } }
}

/** Where the search would settle now; undefined before anything is learned. */
export function settledIn(past: NoisyPast, run: CmaRun | null, axes: CmaAxes): readonly number[] | undefined {
  return (run === null ? past : settle(past, run, axes)).settled?.point
}

function modelOf(
  archive: Archive,
  { mean, sigma, shape }: CmaRun,
  { newest: multiple, reach }: { readonly newest: number; readonly reach: number },
): LqModel | undefined {
  if (archive.costs.length === 0) return undefined
  const units = deviationsOf(shape, mean.length).map((deviation) => Math.max(1e-300, sigma * deviation))
  const most = Math.min(mostRemembered, multiple * fullSize(mean.length))
  const model = fitModel(archive, mean, units, { reach, newest: most, isNoisy: true })
  return model?.type === 'full' ? model : undefined
}
