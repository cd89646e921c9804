import { type DoneEvaluation, type Evaluation, isFailed } from './evaluation.ts'
import { Individual } from './individual.ts'
import type { Objectives } from './objectives.ts'
import type { Replications } from './replications.ts'

/** Puts the samples of points together, in whatever order they come. */
export class Replicates {
  readonly #replications: Replications | undefined
  readonly #objectives: Objectives
  readonly #incomplete = new Map<string, Evaluation[]>()

  /** @param replications without any, every evaluation is a point */
  constructor(replications: Replications | undefined, objectives: Objectives) {
    this.#replications = replications
    this.#objectives = objectives
  }

  /** The evaluation of a point, once its last sample has come. */
  add(sample: Evaluation): Evaluation | undefined {
    const replications = this.#replications
    if (replications === undefined) return sample
    const name = `${sample.individual.generation}.${sample.individual.index}`
    const samples = this.#incomplete.get(name) ?? []
    samples.push(sample)
    if (samples.length < replications.count) {
      this.#incomplete.set(name, samples)
      return undefined
    }
    this.#incomplete.delete(name)
    return joinSamples(samples, this.#objectives, replications)
  }

  /** The points of which all samples have come, in the order of their last ones. */
  join(samples: Iterable<Evaluation>): Evaluation[] {
    const points: Evaluation[] = []
    for (const sample of samples) {
      const point = this.add(sample)
      if (point) points.push(point)
    }
    return points
  }
}

/** One evaluation of all samples of a point: the same in whichever order they are given. */
export function joinSamples(
  given: readonly Evaluation[],
  objectives: Objectives,
  replications: Pick<Replications, 'aggregate' | 'quantile'>,
): Evaluation {
  const samples = [...given].sort((a, b) => a.individual.replicate - b.individual.replicate)
  const first = samples[0]!.individual
  const { generation, index, parameters, seed } = first
  const individual = new Individual({ generation, index, replicate: 0 }, parameters, seed, first)
  const done = samples.filter((sample): sample is DoneEvaluation => sample.outcome === 'done')
  const vectors = done.map(({ fitness }) => fitness)
  const fitness = fitnessOf(vectors, objectives, { ...replications, count: samples.length })
  if (fitness === undefined) {
    const failed = samples.find(isFailed)!
    const message = `${samples.length - done.length} of ${samples.length} replicates failed: ${failed.cause.message}`
    return { individual, outcome: 'failed', cause: { ...failed.cause, message } }
  }
  const violation = meanOf(done.map(({ violation }) => violation ?? 0))
  return {
    individual,
    outcome: 'done',
    fitness,
    ...(violation > 0 && { violation }),
    standardError: standardErrorsOf(vectors),
    samples: vectors,
    ...(done[0]?.outputs && { outputs: done[0].outputs }),
  }
}

/** The fitness of a point of which so many samples are done; undefined if it has failed. */
export function fitnessOf(
  done: readonly (readonly number[])[],
  objectives: Objectives,
  replications: Pick<Replications, 'aggregate' | 'quantile' | 'count'>,
): number[] | undefined {
  if (done.length < leastDone(replications)) return undefined
  return objectives.weights.map((weight, i) =>
    aggregate(
      done.map((sample) => sample[i]!),
      weight,
      replications,
    ),
  )
}

/** How many samples of a point must be done: half of them for a mean, else as many as there are up to the rank. */
export function leastDone(replications: Pick<Replications, 'aggregate' | 'quantile' | 'count'>): number {
  const { aggregate, count } = replications
  return aggregate === 'mean' ? Math.max(1, Math.ceil(count / 2)) : 1 + Math.ceil((count - 1) * rankOf(replications))
}

/** For each objective, the standard error of the mean of its samples; null of a single sample. */
export function standardErrorsOf(samples: readonly (readonly number[])[]): (number | null)[] {
  return (samples[0] ?? []).map((_, i) => standardErrorOf(samples.map((sample) => sample[i]!)))
}

/** Which part of the samples the aggregate is at least as good as. */
function rankOf({ aggregate, quantile }: Pick<Replications, 'aggregate' | 'quantile'>): number {
  switch (aggregate) {
    case 'mean':
    case 'median':
      return 0.5
    case 'quantile':
      return quantile ?? 1
    case 'worst':
      return 1
  }
}

/** The sample of a rank, between the two next to it: the best has rank 0 and the last rank 1. */
function aggregate(
  done: readonly number[],
  weight: number,
  replications: Pick<Replications, 'aggregate' | 'quantile' | 'count'>,
): number {
  if (replications.aggregate === 'mean') return meanOf(done)
  const sorted = [...done].sort((a, b) => (weight > 0 ? b - a : a - b))
  const place = (replications.count - 1) * rankOf(replications)
  const better = sorted[Math.floor(place)]!
  const worse = sorted[Math.ceil(place)]!
  const weightOfWorse = place - Math.floor(place)
  return better === worse ? better : better * (1 - weightOfWorse) + worse * weightOfWorse
}

/** The mean; exactly the number that all of them are, if they are one. */
export function meanOf(values: ArrayLike<number>): number {
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += (values[i]! - mean) / (i + 1)
  if (Number.isFinite(mean)) return mean
  let sum = 0 // the difference of two values can overflow where their mean does not
  for (let i = 0; i < values.length; i++) sum += values[i]! / values.length
  return sum
}

/** The standard error of the samples' mean; null of a single sample. */
function standardErrorOf(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const error = Math.sqrt(squares / (values.length - 1) / values.length)
  return Number.isFinite(error) ? error : null
}
