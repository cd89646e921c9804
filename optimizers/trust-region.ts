import { LuDecomposition, Matrix } from 'ml-matrix'
import { z } from 'zod'
import { mostInfeasible } from '../src/core/objectives.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipUnit } from '../src/core/space.ts'
import { failedCost, LocalSearch, localSettings, type Round, type Start } from './shared/local-search.ts'
import { diagonal, type SquareMatrix } from './shared/matrix.ts'
import { changeAlong, lowestStep, type Quadratic } from './shared/trust-region-step.ts'
import { dot, norm } from './shared/vector.ts'

const settings = z.strictObject({
  ...localSettings,
  radius: z
    .number()
    .gt(0)
    .max(0.25)
    .default(0.1)
    .describe('How far from the start the first points lie, as a part of each range (rhobeg)'),
  precision: z
    .number()
    .gt(0)
    .default(1e-9)
    .describe('The radius, as a part of each range, at which a search has come to rest (rhoend)'),
})

type Settings = z.output<typeof settings>

type Sample = { readonly point: readonly number[]; readonly cost: number }

type Region = {
  /** What the round asks: the first points, the lowest point of the model, or one that improves the model. */
  readonly stage: 'begin' | 'step' | 'geometry'
  /** The points that the model goes through. */
  readonly samples: readonly Sample[]
  /** The curvature of the model. */
  readonly curvature: SquareMatrix
  /** How far the model is trusted, and the least that this may be at present. */
  readonly radius: number
  readonly rho: number
  /** What the model expects the step that is asked for to gain. */
  readonly expected: number
  /** Which sample a point that improves the model replaces. */
  readonly replaces: number
}

/**
 * A trust region around a parabola through 2n + 1 points, whose curvature changes as little as the points allow: Powell
 * 2009, "The BOBYQA algorithm for bound constrained optimization without derivatives".
 *
 * The system of the model is solved anew each time, as that costs next to nothing beside a simulation, so that there is no
 * factorization to be rescued. The first points are asked for at once.
 */
export class TrustRegion<P = Record<string, unknown>> extends LocalSearch<Region, P, Settings> {
  static readonly type = 'trust-region'
  static readonly summary = 'Descends by a parabola through the newest points, without derivatives; restarts elsewhere'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real'],
    mostAxes: 300, // it decomposes square matrices of twice as many
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  protected override begin({ point, spread }: Start): Round<Region> {
    const radius = Math.max(this.settings.precision, Math.min(this.settings.radius, spread === null ? 1 : 2 * spread))
    const neighbours = point.flatMap((x, axis) =>
      offsetsAt(x, radius).map((offset) => point.map((y, i) => (i === axis ? clipUnit(y + offset) : y))),
    )
    const curvature = diagonal(point.map(() => 0))
    const memory: Region = { stage: 'begin', samples: [], curvature, radius, rho: radius, expected: 0, replaces: 0 }
    return { memory, points: [point, ...neighbours] }
  }

  protected override next({ memory, points }: Round<Region>, given: readonly number[]): Round<Region> | null {
    // No parabola goes through the costs of what violates constraints either.
    const costs = given.map((cost) => (cost >= -mostInfeasible ? failedCost : cost))
    switch (memory.stage) {
      case 'begin': {
        if (costs[0] === failedCost) return null
        // What failed counts as the worst: no parabola goes through the largest number.
        const worst = Math.max(...costs.filter((cost) => cost !== failedCost))
        return this.#step({
          ...memory,
          samples: points.map((point, i) => ({ point, cost: Math.min(worst, costs[i]!) })),
        })
      }
      case 'step':
        return this.#afterStep(memory, { point: points[0]!, cost: costs[0]! })
      case 'geometry': {
        const sample = { point: points[0]!, cost: costs[0]! }
        if (sample.cost === failedCost) return this.#shrink(memory)
        return this.#step({ ...memory, samples: memory.samples.with(memory.replaces, sample) })
      }
    }
  }

  /** Asks for the lowest point of the model, or for a better model where that is too close. */
  #step(memory: Region): Round<Region> | null {
    const model = modelOf(memory)
    if (!model) return null
    const { base, quadratic } = model
    const next = { ...memory, curvature: quadratic.curvature }
    const step = lowestStep(quadratic, base.point, memory.radius)
    const expected = -changeAlong(quadratic, step)
    if (norm(step) < memory.rho / 2 || !(expected > 1e-16 * Math.abs(base.cost))) return this.#improve(next, model)
    const point = base.point.map((x, i) => clipUnit(x + step[i]!))
    return { memory: { ...next, stage: 'step', expected }, points: [point] }
  }

  /** The radius goes by how much of what was expected has come true (Powell's 0.1 and 0.7). */
  #afterStep(memory: Region, sample: Sample): Round<Region> | null {
    const base = bestOf(memory.samples)
    const length = distance(sample.point, base.point)
    if (sample.cost === failedCost) return this.#shrink(memory)
    const ratio = (base.cost - sample.cost) / memory.expected
    const halved = memory.radius / 2
    const wanted =
      ratio <= 0.1 ? Math.min(halved, length) : ratio <= 0.7 ? Math.max(halved, length) : Math.max(halved, 2 * length)
    const radius = wanted <= 1.5 * memory.rho ? memory.rho : Math.min(0.5, wanted)
    const model = modelOf(memory)
    if (!model) return null
    const samples = memory.samples.with(replacedBy(model, memory, sample), sample)
    const next = { ...memory, samples, radius }
    if (ratio > 0.1) return this.#step(next)
    const renewed = modelOf(next)
    if (!renewed) return null
    if (farthest(next, renewed.base) !== undefined || length <= memory.rho) return this.#improve(next, renewed)
    return this.#step(next)
  }

  /** Moves the farthest point to where it tells most; if all are near, looks closer. */
  #improve(memory: Region, { base, basis }: Model): Round<Region> | null {
    const far = farthest(memory, base)
    if (far === undefined) return this.#closer(memory)
    const reach = Math.max(Math.min(0.1 * distance(memory.samples[far]!.point, base.point), memory.radius), memory.rho)
    const up = basis(far)
    const down = { slope: up.slope.map((g) => -g), curvature: up.curvature.map((row) => row.map((value) => -value)) }
    const steps = [lowestStep(up, base.point, reach), lowestStep(down, base.point, reach)]
    const [first, second] = steps.map((step) => Math.abs(changeAlong(up, step))) as [number, number]
    const step = steps[first >= second ? 0 : 1]!
    if (!(norm(step) > 0)) return this.#closer(memory)
    const point = base.point.map((x, i) => clipUnit(x + step[i]!))
    return { memory: { ...memory, stage: 'geometry', replaces: far }, points: [point] }
  }

  /** A smaller rho, by Powell's rule; none below the precision. */
  #closer(memory: Region): Round<Region> | null {
    const { precision } = this.settings
    const { rho } = memory
    if (rho <= precision) return null
    const ratio = rho / precision
    const smaller = ratio <= 16 ? precision : ratio <= 250 ? Math.sqrt(rho * precision) : rho / 10
    return this.#step({ ...memory, rho: smaller, radius: Math.max(rho / 2, smaller) })
  }

  #shrink(memory: Region): Round<Region> | null {
    const radius = memory.radius / 2
    return radius < this.settings.precision
      ? null
      : this.#step({ ...memory, radius, rho: Math.min(memory.rho, radius) })
  }
}

interface Model {
  /** The best sample, around which the model is written. */
  readonly base: Sample
  readonly quadratic: Quadratic
  /** The parabola that is 1 at one sample and 0 at the others, written around the base. */
  readonly basis: (index: number) => Quadratic
  /** The values of all these at a point. */
  readonly basisAt: (point: readonly number[]) => readonly number[]
}

/** The parabola through the samples whose curvature differs least from the old one (BOBYQA, section 2); none if they lie too badly. */
function modelOf({ samples, curvature, radius }: Region): Model | undefined {
  const base = bestOf(samples)
  const n = base.point.length
  const m = samples.length
  const scaled = (point: readonly number[]) => point.map((x, i) => (x - base.point[i]!) / radius)
  const steps = samples.map(({ point }) => scaled(point))
  const system = Matrix.zeros(m + n + 1, m + n + 1)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      const value = dot(steps[i]!, steps[j]!) ** 2 / 2
      system.set(i, j, value)
      system.set(j, i, value)
    }
    steps[i]!.concat(1).forEach((value, k) => {
      system.set(i, m + k, value)
      system.set(m + k, i, value)
    })
  }
  const lu = new LuDecomposition(system)
  if (lu.isSingular()) return undefined
  const solve = (right: readonly number[]) => lu.solve(Matrix.columnVector([...right])).to1DArray()
  const old = { slope: base.point.map(() => 0), curvature }
  const rest = samples.map(({ point, cost }) => {
    return (
      cost -
      base.cost -
      changeAlong(
        old,
        point.map((x, i) => x - base.point[i]!),
      )
    ) // prettier-ignore
  })
  const written = (solution: readonly number[], added: SquareMatrix): Quadratic => ({
    slope: solution.slice(m, m + n).map((g) => g / radius),
    curvature: added.map((row, i) =>
      row.map((value, j) => {
        let sum = value
        for (let k = 0; k < m; k++) sum += (solution[k]! * steps[k]![i]! * steps[k]![j]!) / radius ** 2
        return sum
      }),
    ),
  })
  const padded = (values: readonly number[]) => [...values, ...new Array<number>(n + 1).fill(0)]
  const quadratic = written(solve(padded(rest)), curvature)
  const isPlain =
    quadratic.slope.every(Number.isFinite) && quadratic.curvature.every((row) => row.every(Number.isFinite))
  if (!isPlain) return undefined
  const flat = diagonal(base.point.map(() => 0))
  return {
    base,
    quadratic,
    basis: (index) => written(solve(padded(samples.map((_, i) => (i === index ? 1 : 0)))), flat),
    basisAt: (point) => {
      const step = scaled(point)
      return solve([...steps.map((other) => dot(other, step) ** 2 / 2), ...step, 1]).slice(0, m) // the system is symmetric
    },
  }
}

/** Which sample a new one takes the place of: one that is far away, and without which the system stays sound. */
function replacedBy({ base, basisAt }: Model, { samples, radius }: Region, sample: Sample): number {
  const isBetter = sample.cost < base.cost
  const centre = isBetter ? sample.point : base.point
  const weights = basisAt(sample.point).map((value, i) => {
    if (!isBetter && samples[i] === base) return -1
    return Math.abs(value) * Math.max(1, distance(samples[i]!.point, centre) / radius) ** 4
  })
  return weights.reduce((most, weight, i) => (weight > weights[most]! ? i : most), 0)
}

/** The sample that is farthest from the base, if it is too far for the model to tell of what is near. */
function farthest({ samples, radius, rho }: Region, base: Sample): number | undefined {
  const distances = samples.map(({ point }) => distance(point, base.point))
  const most = distances.reduce((far, value, i) => (value > distances[far]! ? i : far), 0)
  return distances[most]! > Math.max(2 * radius, 10 * rho) ? most : undefined
}

/** The best of the samples; the oldest of equals. */
function bestOf(samples: readonly Sample[]): Sample {
  return samples.reduce((best, sample) => (sample.cost < best.cost ? sample : best))
}

/** Where the two neighbours of a coordinate lie: on either side, or on the side where there is room. */
function offsetsAt(x: number, radius: number): readonly [number, number] {
  if (x - radius < 0) return [radius, 2 * radius]
  if (x + radius > 1) return [-radius, -2 * radius]
  return [radius, -radius]
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0))
}
