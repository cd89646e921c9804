import { z } from 'zod'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import { type Chain, ChainSearch, type ChainState, stepSettings } from './shared/chain-search.ts'
import { coolingSchedules, temperatureAt } from './shared/cooling.ts'
import { stopAt } from './shared/starts.ts'

const settings = z.strictObject({
  ...commonSettings,
  nParallelRuns: z.int().min(1).default(5).describe('How many chains there are, each with a temperature of its own'),
  ...stepSettings,
  coolingSchedules: z
    .array(z.enum(coolingSchedules))
    .optional()
    .describe('How each temperature falls, hottest first; by the schedule default unless given'),
  temperatureBounds: z
    .array(z.tuple([z.number().positive(), z.number().min(0)]))
    .optional()
    .describe(
      'Each temperature at first and at the horizon, in units of the weighted fitness; from how much first moves differ unless given',
    ),
  decayParameters: z
    .array(z.number().gt(0).max(1))
    .optional()
    .describe('What each move leaves of each temperature, of the schedule default'),
  stopAt,
})

type Settings = z.output<typeof settings>

/**
 * Parallel tempering: chains at several temperatures, neighbours of which change places (Geyer 1991, "Markov chain Monte Carlo maximum
 * likelihood"; Earl and Deem 2005, "Parallel tempering", Eq. 3). All temperatures fall, the coldest the fastest.
 *
 * After as many results as there are chains, every second pair of neighbours tries to swap, then the others (Syed et al.
 * 2022, "Non-reversible parallel tempering"). Chains swap temperatures and not points: so a move that is under way stays theirs.
 */
export class ParallelTempering<P = Record<string, unknown>> extends ChainSearch<P, Settings> {
  static readonly type = 'parallel-tempering'
  static readonly summary =
    'Chains at several temperatures that swap: hot ones explore, cold ones refine; for any parameters'
  static override readonly version = 1
  static readonly settings = settings
  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { nParallelRuns } = this.settings
    for (const name of ['coolingSchedules', 'temperatureBounds', 'decayParameters'] as const) {
      const list = this.settings[name]
      if (list === undefined || list.length === nParallelRuns) continue
      throw new SettingsError(`optimizer: ${name} needs one for each of ${nParallelRuns} chains, got ${list.length}`)
    }
  }

  protected override temperature(rung: number, moves: number, steps: number, scale: number): number {
    const { coolingSchedules: schedules, temperatureBounds, decayParameters, nParallelRuns } = this.settings
    const [start, end] = temperatureBounds?.[rung] ?? [scale, 0]
    const coldness = nParallelRuns === 1 ? 1 : rung / (nParallelRuns - 1)
    const usual = 10 ** ((-decades * (hottestShare + (1 - hottestShare) * coldness)) / steps)
    const decay = decayParameters?.[rung] ?? usual
    return temperatureAt({ schedule: schedules?.[rung] ?? 'default', start, end, decay }, moves, steps)
  }

  protected override exchange(state: ChainState, toldBefore: number, random: Random): readonly Chain[] {
    const { nParallelRuns: count } = this.settings
    let { chains } = state
    for (let sweep = Math.floor(toldBefore / count) + 1; sweep <= Math.floor(state.told / count); sweep++) {
      for (let rung = sweep % 2; rung + 1 < count; rung += 2) {
        const [hot, cold] = [chains.findIndex((c) => c.rung === rung), chains.findIndex((c) => c.rung === rung + 1)]
        if (this.#swaps(chains[hot]!, chains[cold]!, state, random)) chains = swapped(chains, hot, cold)
      }
    }
    return chains
  }

  /** Always if the colder chain gets the better point. */
  #swaps(hot: Chain, cold: Chain, state: ChainState, random: Random): boolean {
    if (!hot.at || !cold.at) return false
    const inverse = (chain: Chain) => 1 / Math.max(Number.MIN_VALUE, this.temperatureOf(chain, state))
    const gain = (hot.at.score - cold.at.score) * (inverse(cold) - inverse(hot)) // Eq. 3, with energies as negative scores
    return gain >= 0 || random.chance(Math.exp(gain))
  }
}

function swapped(chains: readonly Chain[], a: number, b: number): readonly Chain[] {
  return chains.map((chain, i) => (i === a || i === b ? { ...chain, rung: chains[i === a ? b : a]!.rung } : chain))
}

/** By how many powers of ten the coldest temperature falls, and by which part of them the hottest. */
const decades = 12
const hottestShare = 0.4
