import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { type KeyedPoint, keyedPoint } from './shared/fresh-point.ts'
import { Sampling } from './shared/sampling.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(1).default(32).describe('How many individuals a generation has'),
})

type Settings = z.output<typeof settings>

/**
 * Points drawn uniformly from the space: what every other method is to beat (Brooks 1958, "A discussion of random methods
 * for seeking maxima").
 */
export class RandomSearch<P = Record<string, unknown>> extends Sampling<P, Settings> {
  static readonly type = 'random-search'
  static readonly summary = 'Draws points uniformly from the space; what other methods are to beat'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'steady',
    searches: false,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  protected override draw(_number: number, random: Random): KeyedPoint {
    return keyedPoint(this.space, this.space.samplePoint(random))
  }
}
