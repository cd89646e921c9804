import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { type Archived, archiveWith, recommendArchive } from './shared/archive.ts'
import { freshPoint } from './shared/fresh-point.ts'
import { canonical } from './shared/genes.ts'
import { type KnownPoints, keyOf, scoreAt, withPoint } from './shared/known-points.ts'
import { scoresAmong, survivorsAmong } from './shared/ranking.ts'
import { plainNumber } from './shared/score.ts'
import { variationOf } from './shared/simulated-binary.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z.int().min(4).default(100).describe('How many individuals a population has'),
  crossoverProbability: z.number().min(0).max(1).default(0.9).describe('How often two parents are crossed'),
  crossoverIndex: z
    .number()
    .positive()
    .default(15)
    .describe('How near children lie to their parents: the larger, the nearer (eta of SBX)'),
  mutations: z.number().positive().default(1).describe('How many coordinates of a child are mutated on average'),
  mutationIndex: z
    .number()
    .positive()
    .default(20)
    .describe('How little a mutation moves: the larger, the less (eta of polynomial mutation)'),
})

type Settings = z.output<typeof settings>

/** An individual whose evaluation is known; a fitness of null is a failed evaluation. */
type Member = {
  readonly genome: readonly number[]
  readonly fitness: readonly number[] | null
  readonly violation?: number
}

/** A genome that is being simulated, by the tag of its proposal. */
type Pending = {
  readonly serial: number
  readonly genome: readonly number[]
}

export type NsgaIIState = {
  /** How many generations have been bred; blocks of as many in a steady search. */
  readonly generation: number
  /** Whether it was asked for less than a generation: then each answer changes the population that is bred from. */
  readonly isSteady: boolean
  /** The population; in a search in generations, with the children that were told since. */
  readonly members: readonly Member[]
  readonly pending: readonly Pending[]
  /** All points that were told, none of which is simulated again. */
  readonly known: KnownPoints
  /** How many genomes were proposed. */
  readonly proposed: number
  /** What nothing told is better than: a population forgets what is crowded, and would take for good what that dominates. */
  readonly archive: readonly Archived[]
  /** How many evaluations have failed since the last generation was bred. */
  readonly failed: number
}

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II"): parents
 * and children compete for the places of the next population, by fronts and on the last of these by crowding distance, which
 * counts anew whenever one has left; what violates constraints comes behind.
 *
 * Asked while individuals are pending it is a steady search: each child that is told competes with the population at
 * once, and one of them leaves it (Nebro and Durillo 2009, "On the effect of applying a steady-state selection scheme in the
 * multi-objective genetic algorithm NSGA-II").
 */
export class NsgaII<P = Record<string, unknown>> extends Optimizer<NsgaIIState, P, Settings> {
  static readonly type = 'nsga-ii'
  static readonly summary =
    'Finds a front of several objectives: non-dominated sorting, crowding, simulated binary crossover'
  static override readonly version = 2
  static readonly since = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'steady',
    searches: true,
  } as const

  readonly #variation: ReturnType<typeof variationOf>

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    this.#variation = variationOf(this.space, this.settings)
  }

  /** Takes states of the first version as they are: it knew no points with a real coordinate. */
  override upgrade(state: State, version: number): NsgaIIState | undefined {
    return version === 1 ? (state as unknown as NsgaIIState) : undefined
  }

  override start(): NsgaIIState {
    return {
      generation: 0,
      isSteady: false,
      members: [],
      pending: [],
      known: [],
      proposed: 0,
      archive: [],
      failed: 0,
    }
  }

  override ask(state: NsgaIIState, room: number, random: Random): Asked<NsgaIIState, P> {
    const { populationSize } = this.settings
    const { proposed, pending, members } = state
    if (proposed === 0) {
      // The best individuals known from elsewhere are half of the first population.
      const known = this.#survivors(members, Math.floor(populationSize / 2))
      return this.#propose({ ...state, members: known }, Math.min(room, populationSize - known.length), random)
    }
    if (state.isSteady || pending.length > 0 || room < populationSize) {
      const next = this.#propose({ ...state, isSteady: true }, room, random)
      const generation = Math.floor(next.state.proposed / populationSize)
      const failed = generation > state.generation ? 0 : state.failed
      return { ...next, state: { ...next.state, generation, failed } }
    }
    const bred = { ...state, generation: state.generation + 1, members: this.#survivors(members), failed: 0 }
    return this.#propose(bred, populationSize, random)
  }

  /** Proposes `count` genomes, unlike all members and all that is pending; children, once there are parents enough. */
  #propose(state: NsgaIIState, count: number, random: Random): Asked<NsgaIIState, P> {
    const { populationSize } = this.settings
    const { members, proposed } = state
    const scores = scoresAmong(this.objectives, members)
    const taken = new Set([...members, ...state.pending].map(({ genome }) => keyOf(genome)))
    const isTaken = (key: number) => taken.has(key) || scoreAt(state.known, key) !== undefined
    const added: (Pending & { readonly operator: string })[] = []
    let twins: readonly number[][] = []
    while (added.length < count) {
      const serial = proposed + added.length
      const isFirst = serial < populationSize || members.length * 2 < populationSize
      let genome: number[] | undefined
      if (isFirst) genome = canonical(this.space, this.createPoint(random))
      else {
        const [child, ...others] = twins.length > 0 ? twins : this.#children(members, scores, random)
        twins = others
        genome = canonical(this.space, child!)
        for (let turn = 0; turn < mostMoves && isTaken(keyOf(genome)); turn++) {
          this.space.fillHidden(genome, random)
          this.#variation.move(genome, random)
          genome = canonical(this.space, genome)
        }
      }
      if (isTaken(keyOf(genome))) genome = freshPoint(this.space, isTaken, random)?.point
      if (!genome) break
      taken.add(keyOf(genome))
      added.push({ serial, genome, operator: isFirst ? 'random' : 'offspring' })
    }
    return {
      state: {
        ...state,
        proposed: proposed + added.length,
        pending: [...state.pending, ...added.map(({ serial, genome }) => ({ serial, genome }))],
      },
      proposals: added.map(({ serial, genome, operator }) => ({
        parameters: this.space.decode(genome),
        tag: serial,
        origin: { operator },
      })),
    }
  }

  override tell(state: NsgaIIState, evaluations: readonly Evaluation<P>[]): NsgaIIState {
    const { space, objectives } = this
    const answered = new Set(evaluations.map(({ tag }) => tag))
    const told = evaluations.map((evaluation) => this.#memberOf(evaluation))
    const members = [...state.members, ...told]
    return {
      ...state,
      pending: state.pending.filter(({ serial }) => !answered.has(serial)),
      members: state.isSteady ? this.#survivors(members) : members,
      known: told.reduce((known, { genome }) => withPoint(known, keyOf(genome), null), state.known),
      archive: evaluations.reduce((all, one) => archiveWith(all, one, space, objectives), state.archive),
      failed: state.failed + told.filter(({ fitness }) => fitness === null).length,
    }
  }

  override recommend({ archive }: NsgaIIState): Recommendation<P>[] {
    return recommendArchive(archive, this.space)
  }

  /** Where a front is looked for, how many points it has; else the best, a weighted sum of the fitness. */
  override summarize({
    generation,
    members,
    pending,
    archive,
    failed,
  }: NsgaIIState): Readonly<Record<string, unknown>> {
    const feasible = archive.filter(({ violation }) => violation === undefined)
    const [first] = feasible
    const found = this.objectives.wantsFront
      ? { front: feasible.length }
      : { best: first ? plainNumber(this.objectives.weigh(first.fitness)) : null }
    return { generation, ...found, failed, members: members.length, pending: pending.length }
  }

  #memberOf(evaluation: Evaluation<P>): Member {
    const genome = this.space.encode(evaluation.individual.parameters)
    if (evaluation.outcome === 'failed') return { genome, fitness: null }
    const { fitness, violation } = evaluation
    return violation === undefined ? { genome, fitness } : { genome, fitness, violation }
  }

  /** The best that were done, best first; of equals, the first. */
  #survivors(members: readonly Member[], count = this.settings.populationSize): readonly Member[] {
    const done = members.filter(({ fitness }) => fitness !== null)
    if (done.length <= count) return done
    return survivorsAmong(this.objectives, done, count).map((i) => done[i]!)
  }

  #children(members: readonly Member[], scores: readonly number[], random: Random): readonly [number[], number[]] {
    const select = () => {
      const [a, b] = [random.integer(members.length), random.integer(members.length)]
      const isFirst = scores[a]! === scores[b]! ? random.chance(0.5) : scores[a]! > scores[b]!
      return members[isFirst ? a : b]!.genome
    }
    const [mother, father] = [[...select()], [...select()]]
    this.space.fillHidden(mother, random, father)
    this.space.fillHidden(father, random, mother)
    return this.#variation.children(mother, father, random)
  }
}

/** How often a child that is known already is moved before any point is taken in its place. */
const mostMoves = 16
