import type { Individual } from '../src/core/individual.ts'
import { nearest } from '../src/core/nearest.ts'
import { Objectives } from '../src/core/objectives.ts'
import type { SimulationContext } from '../src/core/optimizee.ts'
import { Optimizee } from '../src/core/optimizee.ts'
import { real, space, vector } from '../src/core/space.ts'
import { show } from '../src/core/text.ts'
import { type FunctionName, type Landscape, landscapes } from './functions/landscapes.ts'

export interface FunctionOptions {
  readonly name: FunctionName
  /** The standard deviation of the normal noise on the cost. */
  readonly noise?: number | undefined
}

type Coordinates = { readonly coords: number[] }

/** A function to try optimizers on. Its noise is a new draw for each evaluation, from the individual's own stream. */
class BenchmarkFunction extends Optimizee<Coordinates> {
  readonly #landscape: Landscape
  readonly #noise: number

  constructor(options: FunctionOptions) {
    const { name, noise = 0 } = options
    const landscape = landscapeOf(name)
    if (!(noise >= 0 && noise < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`noise needs a standard deviation of at least 0, got ${show(noise)}`)
    }
    const [low, high] = landscape.box
    const coords = vector(real(low, high), landscape.dims)
    super(space<Coordinates>({ coords }), new Objectives({ cost: 'minimize' }), { module: import.meta.url, options })
    this.#landscape = landscape
    this.#noise = noise
  }

  override simulate({ parameters }: Individual<Coordinates>, context: SimulationContext): number {
    const cost = this.#landscape.cost(parameters.coords)
    return this.#noise === 0 ? cost : cost + context.random.normal(0, this.#noise)
  }
}

export default function benchmarkFunction(options: FunctionOptions): Optimizee<Coordinates> {
  return new BenchmarkFunction(options)
}

function landscapeOf(name: FunctionName): Landscape {
  if (Object.hasOwn(landscapes, name)) return landscapes[name]
  const known = Object.keys(landscapes)
  const meant = nearest(String(name), known)
  const hint = meant ? `did you mean ${meant}?` : `known are ${known.join(', ')}`
  throw new RangeError(`there is no benchmark function ${name}; ${hint}`)
}
