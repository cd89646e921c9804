import { type Individual, Objectives, Optimizee, real, type SimulationContext, space } from '../../src/index.ts'

type Parameters = Record<string, number>

/** A curved valley, at a part of its cost where an optimizer asks for less than all of a budget. */
class CurvedValley extends Optimizee<Parameters> {
  override readonly budget = { name: 'steps', low: 1, high: 27 }
  readonly #names: readonly string[]

  constructor(dimension: number) {
    const names = Array.from({ length: dimension }, (_, i) => `x${i}`)
    const source = { module: import.meta.url, options: { dimension } }
    super(
      space(Object.fromEntries(names.map((name) => [name, real(-5, 5)]))),
      new Objectives({ cost: 'minimize' }),
      source,
    )
    this.#names = names
  }

  override simulate({ parameters }: Individual<Parameters>, { budget = 27 }: SimulationContext): number {
    const x = this.#names.map((name) => parameters[name]!)
    let cost = 27 / budget - 1
    for (let i = 1; i < x.length; i++) cost += 100 * (x[i]! - x[i - 1]! ** 2) ** 2 + (1 - x[i - 1]!) ** 2
    return cost
  }
}

export default function curvedValley({ dimension = 10 }: { readonly dimension?: number } = {}): Optimizee<Parameters> {
  return new CurvedValley(dimension)
}
