import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipUnit } from '../src/core/space.ts'
import { failedCost, LocalSearch, localSettings, type Round, type Start } from './shared/local-search.ts'
import { dot, norm } from './shared/vector.ts'

const settings = z.strictObject({
  ...localSettings,
  memorySize: z
    .int()
    .min(1)
    .default(20)
    .describe('How many steps the curvature is learned from (m; 3 to 20 in the paper)'),
  difference: z
    .number()
    .gt(0)
    .max(0.1)
    .default(3e-9)
    .describe(
      'How far apart the points of a forward difference are, as a part of each range: more for costs with errors. Central ' +
        'differences, which take over at the end, are a hundred times as wide',
    ),
  step: z.number().gt(0).max(1).default(0.1).describe('How long the first step is, as a part of the range'),
  trials: z
    .int()
    .min(1)
    .default(1)
    .describe('How many points on the line are tried at once; more than one for idle workers only'),
})

type Settings = z.output<typeof settings>

/** A step and the change of the gradient along it. */
type Pair = { readonly step: readonly number[]; readonly change: readonly number[] }

type Descent = {
  /** What the round asks: the neighbours of the point, or points on a line from it. */
  readonly stage: 'begin' | 'gradient' | 'line'
  readonly isCentral: boolean
  readonly point: readonly number[]
  /** The cost of the point; null as long as it is not known. */
  readonly cost: number | null
  /** The gradient at the point, in the stage of the line; before that, at the point before. */
  readonly gradient: readonly number[] | null
  /** How the point was reached from the one before. */
  readonly came: readonly number[] | null
  readonly pairs: readonly Pair[]
  readonly direction: readonly number[]
  /** How far along the direction the first point of the round lies. */
  readonly length: number
  readonly backtracks: number
  /** How many steps in a row gained next to nothing. */
  readonly slow: number
  /** Axes that are left alone since whatever lies along them failed. */
  readonly held: readonly number[]
}

/**
 * L-BFGS-B by finite differences: Byrd, Lu, Nocedal and Zhu 1995, "A limited memory algorithm for bound constrained
 * optimization", with the two loops of Nocedal 1980 on the variables that are not held at a bound and a line search that
 * follows the bounds (Bertsekas 1982, "Projected Newton methods").
 *
 * The points of a difference are asked for at once, so that as many workers as there are parameters have something to do.
 * Differences are forward ones until they do not lead downhill any more, then central ones.
 */
export class LBfgsB<P = Record<string, unknown>> extends LocalSearch<Descent, P, Settings> {
  static readonly type = 'l-bfgs-b'
  static readonly summary = 'Quasi-Newton descent by finite differences within bounds; restarts elsewhere'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real'],
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  protected override begin({ point, spread }: Start): Round<Descent> {
    const memory: Descent = {
      stage: 'begin',
      isCentral: false,
      point,
      cost: null,
      gradient: null,
      came: null,
      pairs: [],
      direction: [],
      length: Math.min(this.settings.step, spread ?? 1),
      backtracks: 0,
      slow: 0,
      held: [],
    }
    return { memory, points: [point, ...this.#neighbours(memory)] }
  }

  protected override next({ memory, points }: Round<Descent>, costs: readonly number[]): Round<Descent> | null {
    switch (memory.stage) {
      case 'begin':
        if (costs[0] === failedCost) return null
        return this.#afterGradient({ ...memory, cost: costs[0]! }, costs.slice(1))
      case 'gradient':
        return this.#afterGradient(memory, costs)
      case 'line':
        return this.#afterLine(memory, points, costs)
    }
  }

  /** The points of the differences, for each axis one or two. */
  #neighbours({ point, isCentral }: Descent): number[][] {
    return point.flatMap((x, axis) =>
      offsetsAt(x, this.settings.difference, isCentral).map((offset) => withMoved(point, axis, offset)),
    )
  }

  #afterGradient(memory: Descent, costs: readonly number[]): Round<Descent> | null {
    const { point, cost, gradient: before, came, isCentral } = memory
    const gradient = gradientFrom(point, cost!, costs, this.settings.difference, isCentral)
    if (!gradient.every(Number.isFinite)) return null
    const change = before && gradient.map((g, i) => g - before[i]!)
    const bends =
      came !== null &&
      change !== null &&
      !costs.includes(failedCost) &&
      dot(came, change) > 1e-10 * norm(came) * norm(change)
    const pairs = bends ? [...memory.pairs, { step: came, change }].slice(-this.settings.memorySize) : memory.pairs
    return this.#descend(
      { ...memory, gradient, pairs, came: null },
      came !== null && !bends ? 2 * norm(came) : memory.length,
    )
  }

  /**
   * A line that leads downhill; none if the point is at rest.
   *
   * @param reach how long the first step is, where no curvature is known
   */
  #descend(memory: Descent, reach: number): Round<Descent> | null {
    const { point, gradient, held } = memory
    const free = point.map(
      (x, i) => !(x <= 0 && gradient![i]! > 0) && !(x >= 1 && gradient![i]! < 0) && !held.includes(i),
    )
    const downhill = gradient!.map((g, i) => (free[i] ? -g : 0))
    const size = norm(downhill)
    if (!(size > 0)) return this.#refine(memory)
    const learned = towards(downhill, memory.pairs, free)
    const isSound = learned?.every(Number.isFinite) === true && dot(learned, gradient!) < -1e-12 * norm(learned) * size
    const direction = isSound ? learned : downhill.map((d) => (d / size) * reach)
    if (-dot(direction, gradient!) <= leastGain * Math.abs(memory.cost!)) return this.#refine(memory)
    const longest = Math.max(...direction.map(Math.abs))
    return this.#line({ ...memory, stage: 'line', direction, length: Math.min(1, 1 / longest), backtracks: 0 })
  }

  /** Points on the line, brought within the bounds. */
  #line(memory: Descent): Round<Descent> {
    const { point, direction, length } = memory
    const points = Array.from({ length: this.settings.trials }, (_, trial) =>
      point.map((x, i) => clipUnit(x + length * shorter ** trial * direction[i]!)),
    )
    return { memory, points }
  }

  #afterLine(memory: Descent, points: readonly (readonly number[])[], costs: readonly number[]): Round<Descent> | null {
    const { point, cost, gradient, length, backtracks } = memory
    const best = costs.indexOf(Math.min(...costs))
    const came = points[best]!.map((x, i) => x - point[i]!)
    const slope = dot(gradient!, came)
    const gain = cost! - costs[best]!
    if (slope < 0 && gain >= -sufficient * slope && gain > 0) {
      const slow = gain <= 1e-13 * Math.abs(cost!) ? memory.slow + 1 : 0
      const next = { ...memory, point: points[best]!, cost: costs[best]!, came, slow }
      return slow > mostSlow ? this.#refine({ ...next, gradient: null, came: null }) : this.#gradient(next)
    }
    const tried = length * shorter ** (points.length - 1)
    if (backtracks >= mostBacktracks || tried * norm(memory.direction) < 1e-13)
      return this.#afterFailedLine(memory, costs)
    // The minimum of the parabola through what is known of the line.
    const parabola = (-slope * tried) / (2 * (costs.at(-1)! - cost! - slope))
    const shortened = Math.min(0.5 * tried, Math.max(0.1 * tried, Number.isFinite(parabola) ? parabola : 0))
    return this.#line({ ...memory, length: shortened, backtracks: backtracks + 1 })
  }

  /** Once more without what was learned, which may mislead, or without the axis that leads to failures. */
  #afterFailedLine(memory: Descent, costs: readonly number[]): Round<Descent> | null {
    const { pairs, held, direction } = memory
    if (costs.every((cost) => cost === failedCost)) {
      const steepest = direction.reduce((most, d, i) => (Math.abs(d) > Math.abs(direction[most]!) ? i : most), 0)
      return this.#descend({ ...memory, pairs: [], held: [...held, steepest] }, this.settings.step)
    }
    return pairs.length > 0 ? this.#descend({ ...memory, pairs: [] }, 1e-3) : this.#refine(memory)
  }

  #gradient(memory: Descent): Round<Descent> {
    const asking: Descent = { ...memory, stage: 'gradient', length: this.settings.step }
    return { memory: asking, points: this.#neighbours(asking) }
  }

  /** Goes on with central differences, if it has not done so yet. */
  #refine(memory: Descent): Round<Descent> | null {
    if (memory.isCentral) return null
    return this.#gradient({ ...memory, isCentral: true, gradient: null, came: null, slow: 0 })
  }
}

/** Armijo's condition: the part of the expected gain that a step must have. */
const sufficient = 1e-4
const mostBacktracks = 12
/** The part of the cost that a line is expected to gain at least, as less is lost in rounding. */
const leastGain = 1e-15
const mostSlow = 3
/** How much shorter each of several trials on a line is than the one before. */
const shorter = 0.25
const widerIfCentral = 100

/** Where the neighbours of a coordinate lie: on the side where there is room. */
function offsetsAt(x: number, difference: number, isCentral: boolean): number[] {
  if (!isCentral) return [x + difference > 1 ? -difference : difference]
  const h = widerIfCentral * difference
  if (x - h < 0) return [h, 2 * h]
  if (x + h > 1) return [-h, -2 * h]
  return [h, -h]
}

/** What is not known because it failed has no slope; of a central difference, one side is enough. */
function gradientFrom(
  point: readonly number[],
  cost: number,
  costs: readonly number[],
  difference: number,
  isCentral: boolean,
): number[] {
  return point.map((x, axis) => {
    const [first, second] = offsetsAt(x, difference, isCentral) as [number, number | undefined]
    const forward = (costs[isCentral ? 2 * axis : axis]! - cost) / first
    const hasFirst = costs[isCentral ? 2 * axis : axis] !== failedCost
    if (second === undefined) return hasFirst ? forward : 0
    const hasSecond = costs[2 * axis + 1] !== failedCost
    const other = (costs[2 * axis + 1]! - cost) / second
    if (!hasFirst || !hasSecond) return hasFirst ? forward : hasSecond ? other : 0
    return (second * forward - first * other) / (second - first) // exact for a parabola through the three points
  })
}

function withMoved(point: readonly number[], axis: number, offset: number): number[] {
  return point.map((x, i) => (i === axis ? clipUnit(x + offset) : x))
}

/** The inverse Hessian that the pairs tell of, times `downhill`, on the free axes: the two loops of Nocedal (1980). */
function towards(downhill: readonly number[], pairs: readonly Pair[], free: readonly boolean[]): number[] | null {
  const kept = pairs
    .map(({ step, change }) => ({ step: masked(step, free), change: masked(change, free) }))
    .map((pair) => ({ ...pair, product: dot(pair.step, pair.change) }))
    .filter(({ step, change, product }) => product > 1e-10 * norm(step) * norm(change))
  const newest = kept.at(-1)
  if (!newest) return null
  const q = [...downhill]
  const weights = kept.map(() => 0)
  for (let k = kept.length - 1; k >= 0; k--) {
    const { step, change, product } = kept[k]!
    weights[k] = dot(step, q) / product
    for (let i = 0; i < q.length; i++) q[i]! -= weights[k]! * change[i]!
  }
  const scale = newest.product / dot(newest.change, newest.change)
  for (let i = 0; i < q.length; i++) q[i]! *= scale
  kept.forEach(({ step, change, product }, k) => {
    const weight = weights[k]! - dot(change, q) / product
    for (let i = 0; i < q.length; i++) q[i]! += weight * step[i]!
  })
  return q
}

function masked(vector: readonly number[], free: readonly boolean[]): number[] {
  return vector.map((value, i) => (free[i] ? value : 0))
}
