import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import type { Axis } from '../src/core/space.ts'
import { CmaEs } from './cma-es.ts'
import { GeneticAlgorithm } from './genetic-algorithm.ts'
import { LqCmaEs } from './lq-cma-es.ts'

const settings = z.strictObject({
  ...commonSettings,
  generations: z
    .int()
    .min(1)
    .optional()
    .describe('How many generations to run at most; as the chosen algorithm has it unless given'),
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe('How many individuals make a generation; as the chosen algorithm has it unless given'),
})

type Given = z.input<typeof settings>

/**
 * The optimizer where none is named: it chooses by the space, says what and why, and leaves the search to what it chose.
 *
 * Numbers are searched by the linear-quadratic CMA-ES as long as a quadratic model of them is cheap, else by CMA-ES, both with
 * restarts; CMA-ES takes mixtures of numbers and choices as well, and a genetic algorithm what has no numbers.
 */
export class Auto<P = Record<string, unknown>> extends Optimizer<State, P> {
  static readonly type = 'auto'
  static readonly summary = 'Chooses an optimizer by the space, and says which and why'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #chosen: Optimizer<State, P>
  readonly #reason: string

  constructor(problem: Problem<P>, given: Given = {}) {
    const own = parseSettings(settings, given, 'optimizer')
    const { chosen, reason } = choose(problem, own)
    super(problem, { ...own, generations: chosen.settings.generations })
    this.#chosen = chosen
    this.#reason = reason
  }

  override get populationSize(): number {
    return this.#chosen.populationSize
  }

  override get horizon(): number {
    return this.#chosen.horizon
  }

  override set horizon(evaluations: number) {
    this.#chosen.horizon = evaluations
  }

  override announce(): string {
    return `auto takes ${this.#chosen.type}: ${this.#reason}.`
  }

  override start(random: Random): State {
    return this.#chosen.start(random)
  }

  override ask(state: State, room: number, random: Random): Asked<State, P> {
    return this.#chosen.ask(state, room, random)
  }

  override tell(state: State, evaluations: readonly Evaluation<P>[], random: Random): State {
    return this.#chosen.tell(state, evaluations, random)
  }

  override recommend(state: State): readonly Recommendation<P>[] {
    return this.#chosen.recommend(state)
  }

  override summarize(state: State): Readonly<Record<string, unknown>> {
    return { ...this.#chosen.summarize(state), optimizer: this.#chosen.type }
  }
}

/** Above so many axes the surrogate's full model asks for more points than it saves. */
const mostModelled = 20

function choose<P>(
  problem: Problem<P>,
  passed: z.output<typeof settings>,
): { chosen: Optimizer<State, P>; reason: string } {
  const { axes } = problem.space
  const numbers = axes.filter(isNumber).length
  if (numbers === 0) {
    return {
      chosen: asMember(new GeneticAlgorithm<P>(problem, passed)),
      reason: 'no parameter is a number that a distribution could follow',
    }
  }
  if (numbers < axes.length) {
    return {
      chosen: asMember(new CmaEs<P>(problem, passed)),
      reason: `${numbers} of ${axes.length} axes are numbers, and the others get probabilities of their own`,
    }
  }
  if (axes.length > mostModelled) {
    return {
      chosen: asMember(new CmaEs<P>(problem, passed)),
      reason: `of ${axes.length} axes, a quadratic model would need more simulations than it saves`,
    }
  }
  const them = axes.length === 1 ? 'its one axis is a number' : `all of its ${axes.length} axes are numbers`
  return {
    chosen: asMember(new LqCmaEs<P>(problem, { ...passed, restarts: 'bipop' })),
    reason: `${them}, of which a quadratic model is soon learned; restarts look for other optima`,
  }
}

function isNumber({ kind }: Axis): boolean {
  return kind === 'real' || kind === 'integer'
}

/** Its state is its own: nobody else looks into it. */
function asMember<S extends State, P>(optimizer: Optimizer<S, P>): Optimizer<State, P> {
  return optimizer as unknown as Optimizer<State, P>
}
