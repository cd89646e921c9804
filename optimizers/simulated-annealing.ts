import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import { parseSettings } from '../src/core/settings.ts'
import { ChainSearch, stepSettings } from './shared/chain-search.ts'
import { coolingSchedules, temperatureAt } from './shared/cooling.ts'
import { stopAt } from './shared/starts.ts'

const settings = z.strictObject({
  ...commonSettings,
  nParallelRuns: z
    .int()
    .min(1)
    .default(4)
    .describe('How many chains there are; none knows of the others but their past'),
  ...stepSettings,
  coolingSchedule: z
    .enum(coolingSchedules)
    .default('default')
    .describe('How the temperature falls; the additive ones reach the end at the horizon'),
  tempDecay: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'What each move leaves of the temperature, of the schedule default; ten powers of ten less at the horizon unless given',
    ),
  startTemperature: z
    .number()
    .positive()
    .optional()
    .describe(
      'The temperature at first, in units of the weighted fitness; by default as much as the first moves differ',
    ),
  endTemperature: z.number().min(0).default(0).describe('The temperature that additive schedules end at'),
  stopAt,
})

type Settings = z.output<typeof settings>

/**
 * Simulated annealing with several chains (Kirkpatrick, Gelatt and Vecchi 1983, "Optimization by simulated annealing"): a worse
 * point is accepted with probability exp(-difference / temperature), and the temperature falls.
 *
 * Steps do not shrink with the temperature but follow how many moves are accepted, so that neither starves the other.
 */
export class SimulatedAnnealing<P = Record<string, unknown>> extends ChainSearch<P, Settings> {
  static readonly type = 'simulated-annealing'
  static readonly summary =
    'Chains that accept worse points ever less often, by nine cooling schedules; for any parameters'
  static override readonly version = 1
  static readonly settings = settings
  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  protected override temperature(_rung: number, moves: number, steps: number, scale: number): number {
    const { coolingSchedule: schedule, tempDecay, startTemperature, endTemperature: end } = this.settings
    const start = startTemperature ?? scale
    return temperatureAt({ schedule, start, end, decay: tempDecay ?? 10 ** (-10 / steps) }, moves, steps)
  }
}
