import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipToCube } from './shared/bounds.ts'
import { failedCost, LocalSearch, localSettings, type Round, type Start } from './shared/local-search.ts'

const settings = z.strictObject({
  ...localSettings,
  edge: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .describe("How long the first simplex is, as a part of each parameter's range"),
  adaptive: z
    .boolean()
    .default(true)
    .describe('Whether the coefficients go by the dimension (Gao and Han), or are 1, 2, 1/2 and 1/2 (Nelder and Mead)'),
  tolerance: z
    .number()
    .gt(0)
    .default(1e-10)
    .describe('The length, as a part of each range, below which a simplex has come to rest'),
})

type Settings = z.output<typeof settings>

type Vertex = { readonly point: readonly number[]; readonly cost: number }

type Simplex = {
  /** What the round asks. */
  readonly move: 'begin' | 'reflect' | 'expand' | 'contract outside' | 'contract inside' | 'shrink'
  /** Best first. */
  readonly vertices: readonly Vertex[]
  /** The reflected vertex, once it is known. */
  readonly reflected: Vertex | null
  readonly iterations: number
}

/**
 * The simplex method of Nelder and Mead (1965) with coefficients that go by the dimension: Gao and Han 2012, "Implementing
 * the Nelder-Mead simplex algorithm with adaptive parameters", Eq. (4.1).
 *
 * A simplex has one point to ask for at a time, but for its first and when it shrinks; `searches` lets several go on. What
 * lies beyond a bound is mirrored at it, so that a simplex does not become flat there. Integers are rounded where they are
 * simulated: the first simplex reaches the next ones.
 */
export class NelderMead<P = Record<string, unknown>> extends LocalSearch<Simplex, P, Settings> {
  static readonly type = 'nelder-mead'
  static readonly summary = 'Walks downhill with a simplex, without derivatives; restarts elsewhere'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real', 'integer'],
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #coefficients: Coefficients

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#coefficients = coefficientsFor(this.settings.adaptive ? Math.max(2, this.space.dimension) : 2)
  }

  protected override begin({ point, spread }: Start): Round<Simplex> {
    const edge = Math.min(this.settings.edge, spread === null ? 1 : 2 * spread)
    const memory: Simplex = { move: 'begin', vertices: [], reflected: null, iterations: 0 }
    const others = this.space.axes.map((axis, at) =>
      moved(point, at, axis.kind === 'real' ? edge : Math.max(edge, 1 / axis.levels)),
    )
    return { memory, points: [point, ...others] }
  }

  protected override next({ memory, points }: Round<Simplex>, costs: readonly number[]): Round<Simplex> | null {
    const told = points.map((point, i): Vertex => ({ point, cost: costs[i]! }))
    const { vertices, reflected } = memory
    const worst = vertices.at(-1)
    switch (memory.move) {
      case 'begin':
        return this.#reflect(memory, told)
      case 'shrink':
        return this.#reflect(memory, [vertices[0]!, ...told])
      case 'reflect':
        return this.#afterReflection(memory, told[0]!)
      case 'expand':
        return this.#accept(memory, told[0]!.cost < reflected!.cost ? told[0]! : reflected!)
      case 'contract outside':
        return told[0]!.cost <= reflected!.cost ? this.#accept(memory, told[0]!) : this.#shrink(memory)
      case 'contract inside':
        return told[0]!.cost < worst!.cost ? this.#accept(memory, told[0]!) : this.#shrink(memory)
    }
  }

  #afterReflection(memory: Simplex, reflected: Vertex): Round<Simplex> | null {
    const { vertices } = memory
    const { expansion, contraction } = this.#coefficients
    const [best, second, worst] = [vertices[0]!, vertices.at(-2)!, vertices.at(-1)!]
    if (reflected.cost < best.cost) return this.#try({ ...memory, move: 'expand', reflected }, expansion)
    if (reflected.cost < second.cost) return this.#accept(memory, reflected)
    if (reflected.cost < worst.cost) return this.#try({ ...memory, move: 'contract outside', reflected }, contraction)
    return this.#try({ ...memory, move: 'contract inside', reflected }, -contraction)
  }

  /** The next iteration; none if the simplex has come to rest. */
  #reflect(memory: Simplex, unsorted: readonly Vertex[]): Round<Simplex> | null {
    const vertices = unsorted.toSorted((a, b) => a.cost - b.cost) // equals stay in their order
    const iterations = memory.iterations + 1
    if (this.#isAtRest(vertices, iterations)) return null
    return this.#try({ move: 'reflect', vertices, reflected: null, iterations }, 1)
  }

  /** The point on the line from the worst vertex through the centre of the others: 1 is its reflection. */
  #try(memory: Simplex, factor: number): Round<Simplex> {
    const worst = memory.vertices.at(-1)!.point
    const others = memory.vertices.slice(0, -1)
    const point = worst.map((x, i) => {
      const centre = others.reduce((sum, vertex) => sum + vertex.point[i]!, 0) / others.length
      return mirrored(centre + factor * (centre - x))
    })
    return { memory, points: [point] }
  }

  #accept(memory: Simplex, vertex: Vertex): Round<Simplex> | null {
    return this.#reflect(memory, [...memory.vertices.slice(0, -1), vertex])
  }

  #shrink(memory: Simplex): Round<Simplex> {
    const best = memory.vertices[0]!.point
    const points = memory.vertices
      .slice(1)
      .map(({ point }) => point.map((x, i) => best[i]! + this.#coefficients.shrinkage * (x - best[i]!)))
    return { memory: { ...memory, move: 'shrink' }, points }
  }

  #isAtRest(vertices: readonly Vertex[], iterations: number): boolean {
    const [best, worst] = [vertices[0]!, vertices.at(-1)!]
    if (best.cost === failedCost || iterations > mostIterations * this.space.dimension) return true
    if (worst.cost - best.cost <= 1e-15 * Math.abs(best.cost)) return true
    const { tolerance } = this.settings
    return vertices.every(({ point }) => point.every((x, i) => Math.abs(x - best.point[i]!) < tolerance))
  }
}

/** The most iterations for each axis: a simplex that has not come to rest by then has become too flat to move. */
const mostIterations = 4000

interface Coefficients {
  readonly expansion: number
  readonly contraction: number
  readonly shrinkage: number
}

/** Beta, gamma and delta; in two dimensions they are those of Nelder and Mead. */
function coefficientsFor(n: number): Coefficients {
  return { expansion: 1 + 2 / n, contraction: 0.75 - 1 / (2 * n), shrinkage: 1 - 1 / n }
}

/** The point, moved along one axis away from the nearer bound. */
function moved(point: readonly number[], at: number, edge: number): number[] {
  return clipToCube(point.map((x, i) => (i === at ? x + (x > 0.5 ? -edge : edge) : x)))
}

function mirrored(x: number): number {
  const turned = Math.abs(x) % 2
  return turned > 1 ? 2 - turned : turned
}
