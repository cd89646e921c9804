import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { Objectives } from '../core/objectives.ts'
import { joinSamples } from '../core/samples.ts'

/** The points of a generation that a design simulates several times, each time an individual to it, while they come in. */
export class DesignPoints {
  readonly #objectives: Objectives
  readonly #points: ReadonlyMap<string, Point>

  private constructor(objectives: Objectives, points: ReadonlyMap<string, Point>) {
    this.#objectives = objectives
    this.#points = points
  }

  /** Undefined of a generation in which each individual is a point of its own. */
  static of(individuals: readonly Individual[], objectives: Objectives): DesignPoints | undefined {
    if (!individuals.some(({ replicate }) => replicate > 0)) return undefined
    const points = new Map<string, Point>()
    for (const individual of individuals) {
      const point = points.get(keyOf(individual))
      if (point) point.size++
      else points.set(keyOf(individual), { size: 1, samples: [] })
    }
    return new DesignPoints(objectives, points)
  }

  /** What a point came to on average, once its last replicate has come; it has failed where one of them has. */
  add(sample: Evaluation): Evaluation | undefined {
    const point = this.#points.get(keyOf(sample.individual))
    if (point === undefined || point.size === 1) return sample // what stands in for another is simulated once
    point.samples.push(sample)
    if (point.samples.length < point.size) return undefined
    const failed = point.samples.find(({ outcome }) => outcome !== 'done')
    return failed ?? joinSamples(point.samples, this.#objectives, { aggregate: 'mean', quantile: null })
  }

  /** Whether replicates of an individual's point are still to come. */
  isOpen(individual: Individual): boolean {
    const point = this.#points.get(keyOf(individual))
    return point !== undefined && point.samples.length < point.size
  }
}

interface Point {
  size: number
  readonly samples: Evaluation[]
}

function keyOf({ generation, index }: Individual): string {
  return `${generation}.${index}`
}
