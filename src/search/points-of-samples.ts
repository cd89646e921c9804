import type { Evaluation } from '../core/evaluation.ts'
import { Individual } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import type { Replications } from '../core/replications.ts'
import { joinSamples } from '../core/samples.ts'

/**
 * Generation -1: of an individual that was simulated several times, what its samples come to together, as a search with
 * replications is told it.
 *
 * @param count how many samples a point has: with fewer, the run was stopped before it had all
 */
export function pointsOfSamples(
  samples: readonly Evaluation[],
  objectives: Objectives,
  { aggregate, quantile }: Pick<Replications, 'aggregate' | 'quantile'> = { aggregate: 'mean', quantile: null },
  count = 1,
): Evaluation[] {
  const points = new Map<string, Evaluation[]>()
  for (const sample of samples) {
    const { generation, index, parameters } = sample.individual
    const name = `${generation}.${index} ${JSON.stringify(parameters)}` // a table may be that of several runs
    const others = points.get(name)
    if (others) others.push(sample)
    else points.set(name, [sample])
  }
  return [...points.values()]
    .filter((samples) => samples.length >= count)
    .map((samples, index) => {
      const [first] = samples
      const point = samples.length === 1 ? first! : joinSamples(samples, objectives, { aggregate, quantile })
      const { parameters, seed } = point.individual
      return { ...point, individual: new Individual({ generation: -1, index, replicate: 0 }, parameters, seed) }
    })
}
