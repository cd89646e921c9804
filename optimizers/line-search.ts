import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { parseSettings } from '../src/core/settings.ts'
import { clipUnit } from '../src/core/space.ts'
import { canonical } from './shared/genes.ts'
import { failedCost, LocalSearch, localSettings, type Round, type Start } from './shared/local-search.ts'

const settings = z.strictObject({
  ...localSettings,
  tolerance: z
    .number()
    .gt(0)
    .default(1e-9)
    .describe('The width, as a part of the range, below which a part of a line is not divided any more'),
  samples: z
    .int()
    .min(4)
    .default(60)
    .describe('How many samples each line has at most before the search begins elsewhere, unless it still gains'),
  whileSeparable: z
    .boolean()
    .optional()
    .describe('Whether a search ends where it sees that parameters depend on each other; it goes on unless given'),
})

type Settings = z.output<typeof settings>

/** A sample of a line: where on the axis, and how much more it costs than the base. */
type Sample = { readonly at: number; readonly excess: number }

type Lines = {
  /** What the round asks: one sample of each line, all of the first samples together, or all of the best. */
  readonly stage: 'begin' | 'sample' | 'test' | 'combine'
  readonly base: readonly number[]
  /** The cost of the base; null as long as it is not known. */
  readonly cost: number | null
  /** The samples of each axis, sorted along it; the base is one of them. */
  readonly lines: readonly (readonly Sample[])[]
  /** The axes that the round has a sample of. */
  readonly asked: readonly number[]
  readonly rounds: number
  /** How many rounds in a row gained nothing. */
  readonly idle: number
}

/**
 * A line search along each axis, all of them at once: as if the parameters did not depend on each other. Each line is divided
 * where that is easiest (STEP: Langerman, Seront and Bersini 1994, "STEP: the easiest way to optimize a function") and where
 * a parabola has its minimum, in turn (Baudis and Posik 2015, "Global line search algorithm hybridized with quadratic
 * interpolation and its extension to separable functions").
 *
 * The best of all lines are tried together. If that is no better they do depend on each other: the search goes on from the
 * best of one line and forgets the others.
 */
export class LineSearch<P = Record<string, unknown>> extends LocalSearch<Lines, P, Settings> {
  static readonly type = 'line-search'
  static readonly summary =
    'Searches along each axis by itself, all of them at once: for separable costs and for polishing'
  static override readonly version = 2
  static readonly settings = settings
  static override readonly abilities = {
    axes: ['real', 'integer'],
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  protected override begin({ point }: Start): Round<Lines> {
    const lines = point.map((at) => [{ at, excess: 0 }])
    return {
      memory: { stage: 'begin', base: point, cost: null, lines, asked: [], rounds: 0, idle: 0 },
      points: [point],
    }
  }

  protected override next({ memory, points }: Round<Lines>, costs: readonly number[]): Round<Lines> | null {
    switch (memory.stage) {
      case 'begin':
        return costs[0] === failedCost ? null : this.#sample({ ...memory, cost: costs[0]! })
      case 'sample': {
        const known = withSamples(memory, points, costs)
        const isFirst = memory.rounds === 1 && points.length > 1
        return isFirst && this.settings.whileSeparable ? this.#test(known, points) : this.#combine(known)
      }
      case 'test':
        return areSeparable(memory, points[0]!, costs[0]!) ? this.#combine(memory) : null
      case 'combine':
        return this.#sample(this.#moved(memory, points[0]!, costs[0]!))
    }
  }

  #sample(memory: Lines): Round<Lines> | null {
    const { base, lines, rounds, idle } = memory
    const { samples, whileSeparable, tolerance } = this.settings
    if (idle > 0 && (rounds > samples || (idle > mostIdle && !whileSeparable))) return null
    const wanted = lines.map((line, axis) => nextOf(line, rounds, tolerance, (at) => this.#simulatedAt(base, axis, at)))
    const asked = wanted.flatMap((at, axis) => (at === undefined ? [] : [axis]))
    if (asked.length === 0) return null
    const points = asked.map((axis) => base.with(axis, wanted[axis]!))
    return { memory: { ...memory, stage: 'sample', asked, rounds: rounds + 1 }, points }
  }

  /** Where on an axis a sample is simulated: an integer has a place of its own. */
  #simulatedAt(base: readonly number[], axis: number, at: number): number {
    return this.space.axes[axis]!.kind === 'integer' ? canonical(this.space, base.with(axis, at))[axis]! : at
  }

  /** The first samples of all lines together. */
  #test(memory: Lines, points: readonly (readonly number[])[]): Round<Lines> {
    const point = memory.base.map((at, axis) => {
      const k = memory.asked.indexOf(axis)
      return k < 0 ? at : points[k]![axis]!
    })
    return { memory: { ...memory, stage: 'test' }, points: [point] }
  }

  /** All the best together, if more than one line has a better point than the base. */
  #combine(memory: Lines): Round<Lines> | null {
    const bests = memory.lines.map(bestOf)
    const better = bests.filter(({ excess }) => excess < 0)
    if (better.length === 0) return this.#sample({ ...memory, idle: memory.idle + 1 })
    const point = bests.map(({ at }) => at)
    return { memory: { ...memory, stage: 'combine' }, points: [point] }
  }

  /** From the combination if it is better than the best of every line; else from the best of one, without the other lines. */
  #moved(memory: Lines, point: readonly number[], cost: number): Lines {
    const { base, lines } = memory
    const bests = lines.map(bestOf)
    const least = Math.min(...bests.map(({ excess }) => excess))
    if (cost <= memory.cost! + least) {
      const shifted = lines.map((line, axis) => {
        const { excess } = bests[axis]!
        return line.map((sample) => ({ at: sample.at, excess: finiteCost(sample.excess - excess) }))
      })
      return { ...memory, base: point, cost, lines: shifted, idle: cost < memory.cost! ? 0 : memory.idle + 1 }
    }
    const axis = bests.findIndex(({ excess }) => excess === least)
    const moved = base.with(axis, bests[axis]!.at)
    const kept = lines.map((line, other) =>
      other === axis
        ? line.map((sample) => ({ at: sample.at, excess: finiteCost(sample.excess - least) }))
        : [{ at: moved[other]!, excess: 0 }],
    )
    return { ...memory, base: moved, cost: memory.cost! + least, lines: kept, idle: 0 }
  }
}

const mostIdle = 8

/** Whether what samples cost more than the base adds up where they are taken together. */
function areSeparable({ lines, asked, cost }: Lines, point: readonly number[], together: number): boolean {
  const excesses = asked.map((axis) => lines[axis]!.find(({ at }) => at === point[axis])!.excess)
  if (together === failedCost || excesses.includes(failedCost)) return false
  const size = excesses.reduce((sum, excess) => sum + Math.abs(excess), 0)
  const expected = excesses.reduce((sum, excess) => sum + excess, cost!)
  return Math.abs(together - expected) <= 1e-6 * size + 1e-12 * Math.abs(cost!)
}

function finiteCost(value: number): number {
  return Math.max(-failedCost, Math.min(failedCost, value))
}

function bestOf(line: readonly Sample[]): Sample {
  return line.reduce((best, sample) => (sample.excess < best.excess ? sample : best))
}

function withSamples(memory: Lines, points: readonly (readonly number[])[], costs: readonly number[]): Lines {
  const { asked, cost } = memory
  const lines = memory.lines.map((line, axis) => {
    const k = asked.indexOf(axis)
    if (k < 0) return line
    const excess = costs[k] === failedCost ? failedCost : finiteCost(costs[k]! - cost!)
    return [...line, { at: points[k]![axis]!, excess }].sort((a, b) => a.at - b.at)
  })
  return { ...memory, lines }
}

/** Where a line is sampled next: its ends first, then by a parabola or where it is easiest, in turn; nowhere if it is done. */
function nextOf(
  line: readonly Sample[],
  rounds: number,
  tolerance: number,
  simulatedAt: (at: number) => number,
): number | undefined {
  const [first, last] = [simulatedAt(0), simulatedAt(1)]
  if (line[0]!.at > first + tolerance) return first
  if (line.at(-1)!.at < last - tolerance) return last
  const byParabola = rounds % 2 === 0 ? lowestOfParabola(line, tolerance, simulatedAt) : undefined
  return byParabola ?? easiest(line, tolerance, simulatedAt)
}

/** The minimum of the parabola through the best sample and its neighbours. */
function lowestOfParabola(
  line: readonly Sample[],
  tolerance: number,
  simulatedAt: (at: number) => number,
): number | undefined {
  const at = line.indexOf(bestOf(line))
  const [a, b, c] = [line[at - 1], line[at], line[at + 1]]
  if (!a || !b || !c) return undefined
  const left = (b.at - a.at) * (b.excess - c.excess)
  const right = (b.at - c.at) * (b.excess - a.excess)
  const wanted = b.at - ((b.at - a.at) * left - (b.at - c.at) * right) / (2 * (left - right))
  if (!Number.isFinite(wanted)) return undefined
  const lowest = simulatedAt(clipUnit(wanted))
  const isInside = lowest > a.at + tolerance && lowest < c.at - tolerance && Math.abs(lowest - b.at) > tolerance
  return isInside ? lowest : undefined
}

/** The middle of the part whose parabola must bend least to lead below the best: difficulty of STEP. */
function easiest(line: readonly Sample[], tolerance: number, simulatedAt: (at: number) => number): number | undefined {
  const { excess: least } = bestOf(line)
  let found: number | undefined
  let lowest = Number.POSITIVE_INFINITY
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!]
    const width = b.at - a.at
    if (width < 2 * tolerance || (a.excess === failedCost && b.excess === failedCost)) continue
    const rise = (sample: Sample) => Math.sqrt(Math.max(0, sample.excess - least) + improvement)
    const difficulty = ((rise(a) + rise(b)) / width) ** 2
    const middle = simulatedAt((a.at + b.at) / 2)
    if (difficulty >= lowest || middle <= a.at || middle >= b.at) continue
    lowest = difficulty
    found = middle
  }
  return found
}

/** How much better than the best a part is to lead at least. */
const improvement = 1e-8
