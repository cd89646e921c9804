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
})

type Settings = z.output<typeof settings>

/**
 * Successive halving from every rung on, since nobody knows how little of the budget says enough: from many points with
 * the least of it to few with the whole (Li et al. 2018, "Hyperband", JMLR 18, Algorithm 1). A generation is a rung.
 */
export class Hyperband<P = Record<string, unknown>> extends Halving<P, Settings> {
  static readonly type = 'hyperband'
  static readonly summary = 'Successive halving that begins with the least of the budget, with more, up to the whole'
  static override readonly version = 1
  static readonly settings = settings
  protected override readonly brackets: readonly [Bracket, ...Bracket[]]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { eta } = this.settings
    const budgets = rungBudgets(requireBudget(problem.budget, Hyperband.type), eta)
    this.brackets = budgets.map((_, i) => bracketFrom(budgets.slice(i), budgets.length, eta)) as unknown as [Bracket]
  }
}

/** A bracket as line 3 of Algorithm 1 has it; a little less than a whole number, by rounding, is that number. */
function bracketFrom(budgets: readonly number[], brackets: number, eta: number): Bracket {
  const s = budgets.length - 1
  const size = Math.ceil((brackets / (s + 1)) * eta ** s - 1e-9)
  const rungs = budgets.map((budget, i) => ({ size: Math.max(1, Math.floor(size * eta ** -i + 1e-9)), budget }))
  return rungs as unknown as Bracket
}
