import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation, Reported } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import { type IndividualId, nameOf } from '../src/core/individual.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { feasibleScore, recommendationOf } from './shared/best.ts'
import { type Drawn, drawFresh, note, nothingDrawn } from './shared/rungs.ts'
import { plainNumber } from './shared/score.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(1).default(32).describe('How many individuals a block has'),
  grace: z.number().min(0).default(0).describe('Nobody is stopped by a report of this step, or of an earlier one'),
  completed: z.int().min(1).default(5).describe('So many simulations have come to their end before anybody is stopped'),
})

type Settings = z.output<typeof settings>

/** What an individual has reported, larger is better: the steps, and the mean of all values up to each of them. */
type Curve = {
  readonly steps: readonly number[]
  readonly means: readonly number[]
  readonly best: number
}

type State = {
  /** The curves of pending individuals, by their names. */
  readonly running: { readonly [name: string]: Curve }
  /** The curves of individuals that have come to their end. */
  readonly completed: readonly Curve[]
  readonly drawn: Drawn
}

const nothingReported: Curve = { steps: [], means: [], best: -Number.MAX_VALUE }

/**
 * Points drawn uniformly, each of which is stopped when its best value so far is worse than the median of what others had
 * reached on average by the same step (Golovin et al. 2017, "Google Vizier", section 3.2.2).
 */
export class MedianStopping<P = Record<string, unknown>> extends Optimizer<State, P, Settings> {
  static readonly type = 'median-stopping'
  static readonly summary = 'Draws points uniformly, and stops those that report worse than the median of the others'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    objectives: 'one',
    pace: 'steady',
    searches: false,
    conditions: true,
    reports: true,
  } as const

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
  }

  override start(): State {
    return { running: {}, completed: [], drawn: nothingDrawn }
  }

  override ask(state: State, room: number, random: Random): Asked<State, P> {
    const { drawn, proposals } = drawFresh(state.drawn, this.space, room, undefined, random)
    return { state: { ...state, drawn }, proposals }
  }

  override tell(state: State, evaluations: readonly Evaluation<P>[]): State {
    let { completed, drawn } = state
    const running = new Map(Object.entries(state.running))
    for (const evaluation of evaluations) {
      drawn = note(drawn, evaluation, this)
      const name = nameOf(evaluation.individual)
      const curve = running.get(name)
      running.delete(name)
      if (curve && evaluation.outcome === 'done') completed = [...completed, curve]
    }
    return { running: Object.fromEntries(running), completed, drawn }
  }

  override report(state: State, individual: IndividualId, step: number, value: number): Reported<State> {
    const name = nameOf(individual)
    const before = state.running[name] ?? nothingReported
    if (step <= (before.steps.at(-1) ?? Number.NEGATIVE_INFINITY)) return { state, stop: [] } // a further attempt repeats it
    const curve = withReport(before, step, plainNumber(this.objectives.weights[0]! * value))
    const isWorse = state.completed.length >= this.settings.completed && curve.best < medianAt(state.completed, step)
    return {
      state: { ...state, running: { ...state.running, [name]: curve } },
      stop: isWorse && step > this.settings.grace ? [individual] : [],
    }
  }

  override recommend({ drawn: { best } }: State): Recommendation<P>[] {
    return recommendationOf(best, this.space)
  }

  override summarize({ running, completed, drawn }: State): Readonly<Record<string, unknown>> {
    const reporting = Object.keys(running).length
    return { best: feasibleScore(drawn.best), failed: drawn.failed, reporting, completed: completed.length }
  }
}

function withReport({ steps, means, best }: Curve, step: number, value: number): Curve {
  const before = means.at(-1) ?? 0
  const mean = before + (value - before) / (steps.length + 1)
  return { steps: [...steps, step], means: [...means, plainNumber(mean)], best: Math.max(best, value) }
}

/** The median of what they had reached on average by a step; of those that had reported nothing by then, nothing counts. */
function medianAt(curves: readonly Curve[], step: number): number {
  const means = curves.flatMap(({ steps, means }) => {
    const last = steps.findLastIndex((one) => one <= step)
    return last < 0 ? [] : [means[last]!]
  })
  if (means.length === 0) return -Number.MAX_VALUE
  means.sort((a, b) => a - b)
  const middle = means.length / 2
  const upper = means[Math.floor(middle)]!
  return means.length % 2 === 1 ? upper : means[middle - 1]! / 2 + upper / 2
}
