import type { Random } from '../../../src/core/random.ts'
import { clipUnit, coordinateOf } from '../../../src/core/space.ts'
import { type CmaAxes, stretchesOf } from './axes.ts'
import { drawLevels } from './categories.ts'
import type { CmaRun, CmaSample } from './run.ts'
import { deviationsOf, squareOf, stretch, unstretch } from './shape.ts'

/** Draws from the run's distribution; what does not change within a generation is prepared once. */
export class Sampler {
  readonly #run: CmaRun
  readonly #axes: CmaAxes
  readonly #deviations: Float64Array
  readonly #stretches: Float64Array

  constructor(run: CmaRun, axes: CmaAxes) {
    this.#run = run
    this.#axes = axes
    this.#deviations = deviationsOf(run.shape, run.mean.length)
    this.#stretches = stretchesOf(run, axes, this.#deviations)
  }

  /** Eqs. (38) to (40). */
  draw(random: Random): CmaSample {
    const { shape, mean, categories } = this.#run
    const z = new Float64Array(mean.length)
    for (let i = 0; i < z.length; i++) z[i] = random.normal()
    return this.#complete(z, stretch(shape, z), drawLevels(categories, random), false)
  }

  /** A step that was not drawn: it is shortened to what could have been (Hansen 2011, "Injecting External Solutions"). */
  inject(x: Float64Array, levels: Int32Array): CmaSample | undefined {
    const { shape, mean, sigma } = this.#run
    const n = mean.length
    const y = x.map((value, i) => (value - mean[i]!) / (sigma * this.#stretches[i]!))
    const z = unstretch(shape, y)
    if (z === undefined) return undefined
    const length = Math.sqrt(squareOf(z))
    const longest = Math.sqrt(n) + (2 * n) / (n + 2)
    if (length > longest) {
      for (let i = 0; i < n; i++) {
        z[i]! *= longest / length
        y[i]! *= longest / length
      }
    }
    return this.#complete(z, y, levels, true)
  }

  /** The middle of the distribution, with the likeliest levels. */
  middle(): CmaSample {
    const { mean, categories } = this.#run
    const still = new Float64Array(mean.length)
    const levels = Int32Array.from(categories, (probabilities) => probabilities.indexOf(Math.max(...probabilities)))
    return this.#complete(still, still, levels, true)
  }

  /** Where a sample lies, as a point of the whole space: at the nearest bound if it lies beyond. */
  pointOf({ y, levels }: CmaSample): number[] {
    const { mean, sigma } = this.#run
    const { ordered, categories } = this.#axes
    const point = new Array<number>(ordered.length + categories.length).fill(0)
    ordered.forEach((at, i) => {
      point[at] = clipUnit(mean[i]! + sigma * this.#stretches[i]! * y[i]!)
    })
    categories.forEach((category, i) => {
      point[category.at] = coordinateOf(levels[i]!, category.levels)
    })
    return point
  }

  #complete(z: Float64Array, y: Float64Array, levels: Int32Array, isForeign: boolean): CmaSample {
    const { mean, sigma, generation } = this.#run
    const free = freeBeyond(y.length)
    let beyond = 0
    for (let i = 0; i < y.length; i++) {
      const deviation = sigma * this.#stretches[i]!
      const x = mean[i]! + deviation * y[i]!
      const distance = Math.abs(x - clipUnit(x)) / (deviation * this.#deviations[i]!)
      if (distance > free) beyond += (distance - free) ** 2 / y.length
    }
    return { generation, z, y, beyond, levels, isForeign }
  }
}

/**
 * So many standard deviations beyond a bound are no matter: with none, the mean stays so near to an optimum on several
 * bounds that samples are seldom beyond all of them; with many, those beyond teach nothing. The more axes there are, the
 * farther the mean must be for a sample to be beyond all of their bounds as often.
 */
function freeBeyond(dimension: number): number {
  return 0.75 + 0.6 * Math.max(0, Math.log(dimension / 5))
}
