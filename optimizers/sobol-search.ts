import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { mostSobolAxes, mostSobolPoints, sobolUnit } from './designs/sobol.ts'
import { axisSeeds } from './designs/unit-design.ts'
import { type KeyedPoint, keyedPoint } from './shared/fresh-point.ts'
import { Sampling } from './shared/sampling.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(1)
    .default(32)
    .describe('How many individuals a generation has; the balance is exact at powers of two'),
  scramble: z
    .enum(['owen', 'shift', 'none'])
    .default('owen')
    .describe('How the sequence is randomized: by nested scrambling, by a digital shift, or not at all'),
})

type Settings = z.output<typeof settings>

/**
 * The scrambled Sobol' sequence, without an end: points that lie more evenly than random ones, for as long as the search
 * goes on (Sobol' 1967; Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"). As a design of a fixed size it
 * is `sobol`, with the same points.
 */
export class SobolSearch<P = Record<string, unknown>> extends Sampling<P, Settings> {
  static readonly type = 'sobol-search'
  static readonly summary = "Goes through the scrambled Sobol' sequence: more even than random points"
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'steady',
    searches: false,
  } as const

  readonly #pointAt: (index: number) => number[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { space } = this
    const most = mostSobolAxes()
    if (space.dimension > most) {
      throw new SettingsError(
        `optimizer: sobol-search needs a space of at most ${most} axes, got ${space.dimension}; random-search takes any number`,
      )
    }
    this.#pointAt = sobolUnit(axisSeeds(space, this.settings.seed, 'sobol'), this.settings.scramble)
  }

  protected override draw(number: number): KeyedPoint | undefined {
    return number < mostSobolPoints ? keyedPoint(this.space, this.#pointAt(number)) : undefined
  }
}
