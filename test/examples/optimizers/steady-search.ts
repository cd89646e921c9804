import {
  type Asked,
  commonSettings,
  type Evaluation,
  Optimizer,
  type Problem,
  type Proposal,
  type Random,
} from 'twoloop'
import { allAxes, type Gene, genesOf, parseSettings, rank, z } from 'twoloop/kit'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(2).default(10).describe('How many of the best are bred from (mu)'),
  crossover: z.number().min(0).max(1).default(0.5).describe('How often a child has two parents'),
  mutationScale: z
    .number()
    .positive()
    .max(1)
    .default(0.3)
    .describe("The largest step, as a part of a parameter's range"),
  mutationDecades: z.number().min(0).max(15).default(5).describe('How many powers of ten smaller the smallest step is'),
})

type Settings = z.output<typeof settings>

type Member = { readonly point: readonly number[]; readonly score: number }

type SteadyState = {
  readonly asked: number
  /** The best so far, best first. */
  readonly members: readonly Member[]
}

/**
 * A (mu + 1) search: one child at a time is bred from the mu best, and takes the place of the worst of them if it is
 * better. Nobody waits for a generation, so that workers are busy however long each simulation takes.
 */
export default class SteadySearch<P = Record<string, unknown>> extends Optimizer<SteadyState, P, Settings> {
  static readonly type = 'steady-search'
  static readonly summary = 'Breeds one child at a time from the best so far; for any parameters'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #genes: readonly Gene[]

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}) {
    super(problem, parseSettings(settings, given, 'optimizer'))
    this.#genes = genesOf(this.space)
  }

  override start(): SteadyState {
    return { asked: 0, members: [] }
  }

  override ask({ asked, members }: SteadyState, room: number, random: Random): Asked<SteadyState, P> {
    const proposals = Array.from({ length: room }, (_, i) => this.#propose(members, asked + i, random))
    return { state: { asked: asked + room, members }, proposals }
  }

  /** What is told in any portions joins the members, whether it was asked for or known before. */
  override tell({ asked, members }: SteadyState, evaluations: readonly Evaluation<P>[]): SteadyState {
    const told = rank(this.objectives, evaluations).map(({ evaluation, score }) => ({
      point: this.space.encode(evaluation.individual.parameters),
      score,
    }))
    const all = [...members, ...told].sort((a, b) => b.score - a.score)
    return { asked, members: all.slice(0, this.settings.populationSize) }
  }

  override recommend({ members: [best] }: SteadyState) {
    return best ? [{ parameters: this.space.decode(best.point), by: 'seen' as const }] : []
  }

  override summarize({ asked, members }: SteadyState): Readonly<Record<string, unknown>> {
    return { asked, best: members[0]?.score ?? null, worst: members.at(-1)?.score ?? null }
  }

  /** The first are drawn anywhere, unless enough is known; and so are those that have nobody to be bred from. */
  #propose(members: readonly Member[], number: number, random: Random): Proposal<P> {
    const { populationSize } = this.settings
    const isFirst = number < populationSize && members.length < populationSize
    if (isFirst || members.length < 2) {
      return { parameters: this.createIndividual(random), origin: { operator: 'random' } }
    }
    return { parameters: this.space.decode(this.#breed(members, random)), origin: { operator: 'offspring' } }
  }

  #breed(members: readonly Member[], random: Random): number[] {
    const { crossover, mutationScale, mutationDecades } = this.settings
    const child = [...this.#select(members, random)]
    if (random.chance(crossover)) {
      const other = [...this.#select(members, random)]
      for (const gene of this.#genes) gene.cross(child, other, 0.5, random)
    }
    const step = mutationScale * 10 ** (-mutationDecades * random.uniform())
    const certain = random.integer(this.#genes.length) // a child that equals its parent would tell nothing
    this.#genes.forEach((gene, at) => {
      if (at === certain || random.chance(1 / this.#genes.length)) gene.mutate(child, step, random)
    })
    return child
  }

  /** The better of two drawn at random: members are sorted. */
  #select(members: readonly Member[], random: Random): readonly number[] {
    return members[Math.min(random.integer(members.length), random.integer(members.length))]!.point
  }
}
