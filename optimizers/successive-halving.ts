import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import { parseSettings } from '../src/core/settings.ts'
import { type Bracket, Halving } from './shared/halving.ts'
import { requireBudget, rungBudgets } from './shared/rungs.ts'

const settings = z.strictObject({
  ...commonSettings,
  eta: z
    .number()
    .gt(1)
    .default(3)
    .describe('Of the points of a rung one in so many goes on, with so many times the budget'),
  points: z
    .int()
    .min(1)
    .optional()
    .describe('How many points the lowest rung has; by default so many that one is left with the whole budget'),
})

type Settings = z.output<typeof settings>

/**
 * Many points with little of the budget, the best of them with more (Jamieson and Talwalkar 2016, "Non-stochastic best arm
 * identification and hyperparameter optimization"). A generation is a rung; when the highest is done, it begins anew.
 */
export class SuccessiveHalving<P = Record<string, unknown>> extends Halving<P, Settings> {
  static readonly type = 'successive-halving'
  static readonly summary = 'Simulates many points a little and the best of them further, up to the whole budget'
  static override readonly version = 1
  static readonly settings = settings
  protected override readonly brackets: readonly [Bracket]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { eta, points } = this.settings
    const budgets = rungBudgets(requireBudget(problem.budget, SuccessiveHalving.type), eta)
    const size = points ?? Math.round(eta ** (budgets.length - 1))
    const rungs = budgets.map((budget, i) => ({ size: Math.max(1, Math.floor(size * eta ** -i + 1e-9)), budget }))
    this.brackets = [rungs as unknown as Bracket]
  }
}
