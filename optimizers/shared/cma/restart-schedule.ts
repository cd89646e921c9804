import type { Random } from '../../../src/core/random.ts'

/**
 * Whether a run that has stopped is followed by others: never, each with the same population, each with twice that of the one
 * before, or large and small ones.
 */
export type RestartPolicy = 'none' | 'local' | 'ipop' | 'bipop'

/** Which runs there were, and what the present one is. */
export type RestartSchedule = {
  /** How many runs came before this one. */
  readonly restarts: number
  readonly regime: 'first' | 'large' | 'small'
  /** How often the large population has been doubled. */
  readonly doublings: number
  /** Evaluations of all runs of each regime, of the last large run, and of this run. */
  readonly large: number
  readonly small: number
  readonly lastLarge: number
  readonly spent: number
  readonly lambda: number
  readonly sigma: number
}

export function firstRun(lambda: number, sigma: number): RestartSchedule {
  return { restarts: 0, regime: 'first', doublings: 0, large: 0, small: 0, lastLarge: 0, spent: 0, lambda, sigma }
}

/** The run after one that has stopped. */
export function nextRun(
  old: RestartSchedule,
  policy: Exclude<RestartPolicy, 'none'>,
  { lambda, sigma }: { readonly lambda: number; readonly sigma: number },
  random: Random,
): RestartSchedule {
  const isLarge = old.regime !== 'small'
  const large = old.large + (old.regime === 'large' ? old.spent : 0)
  const small = old.small + (isLarge ? 0 : old.spent)
  const lastLarge = isLarge ? old.spent : old.lastLarge
  const next = { restarts: old.restarts + 1, large, small, lastLarge, spent: 0 }
  if (policy === 'bipop' && small < large) {
    // Hansen 2009, "Benchmarking a BI-Population CMA-ES on the BBOB-2009 Function Testbed", section 2.
    const growth = (0.5 * 2 ** old.doublings) ** (random.uniform() ** 2)
    return {
      ...next,
      regime: 'small',
      doublings: old.doublings,
      lambda: Math.floor(lambda * growth),
      sigma: sigma * 10 ** (-2 * random.uniform()),
    }
  }
  // Auger and Hansen 2005, "A Restart CMA Evolution Strategy With Increasing Population Size"; of runs that stay as large as
  // the first, "Performance Evaluation of an Advanced Local Search Evolutionary Algorithm".
  const doublings = policy === 'local' ? 0 : Math.min(9, old.doublings + 1)
  return { ...next, regime: 'large', doublings, lambda: lambda * 2 ** doublings, sigma }
}

/** A small run gets half of what the last large one took. */
export function isSpent({ regime, spent, lastLarge }: RestartSchedule): boolean {
  return regime === 'small' && spent > lastLarge / 2
}
