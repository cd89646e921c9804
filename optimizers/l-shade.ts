import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings, SettingsError } from '../src/core/settings.ts'
import {
  areTogether,
  hasGenome,
  isBetter,
  type Member,
  withMember,
  withReplaced,
} from './shared/differential/members.ts'
import { drawFrom, emptyMemory, remember, type SuccessMemory } from './shared/differential/success-memory.ts'
import { leastMembers, trialOf } from './shared/differential/trial.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from './shared/fresh-point.ts'
import { canonical } from './shared/genes.ts'
import { scoreAt } from './shared/known-points.ts'
import { PendingKeys } from './shared/pending-keys.ts'
import { nothingSeen, recommendBest, type Seen, type SeenPoint, see, summarizeSeen } from './shared/seen.ts'

const settings = z.strictObject({
  ...commonSettings,
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe(
      'How many members there are at first (N_init): unless given, half the root of the horizon, and at most 18 for ' +
        'each axis, as in the paper, which had 10,000 evaluations for each',
    ),
  leastPopulation: z
    .int()
    .min(4)
    .default(4)
    .describe('How many members are left at the horizon (N_min): as many as there are workers keeps all of them busy'),
  memorySize: z.int().min(1).default(6).describe('How many means of what succeeded are remembered (H)'),
  archiveRate: z
    .number()
    .min(0)
    .default(1)
    .describe('How many replaced members are kept for differences, for each member (2.6 in the paper)'),
  bestFraction: z
    .number()
    .gt(0)
    .max(1)
    .default(0.11)
    .describe('From which part of the members, the best, one is drawn that a trial moves towards (p)'),
})

type Settings = z.output<typeof settings>

/** What a trial carries until it is told. */
type Trial = {
  /** The member that it is to replace; null for one of the first population. */
  readonly target: number | null
  readonly genome: readonly number[]
  /** F and CR. */
  readonly scale: number
  readonly rate: number
}

export type LShadeState = SuccessMemory & {
  readonly seen: Seen
  /** Best first. */
  readonly members: readonly Member[]
  /** The members that wait for a trial, in turn. */
  readonly turns: readonly number[]
  readonly archive: readonly (readonly number[])[]
  /** How many trials of the present generation were told. */
  readonly trials: number
  readonly generation: number
  /** What the points are known by that are waited for. */
  readonly pending: readonly number[]
  /** How many of the first population are still to be asked. */
  readonly missing: number
  readonly told: number
  readonly born: number
  /** How many were told when this population began, and over how many it is to shrink. */
  readonly begun: number
  readonly span: number
}

/** What stays when a population comes to rest and another begins. */
type Lasting = SuccessMemory & Pick<LShadeState, 'seen' | 'generation' | 'pending' | 'told' | 'born'>

/**
 * L-SHADE: differential evolution that learns its F and CR from what succeeded, with a population that shrinks over the
 * horizon (Tanabe and Fukunaga 2014, "Improving the search performance of SHADE using linear population size reduction",
 * CEC, with the equations of SHADE, CEC 2013).
 *
 * A trial replaces its target as soon as it is told, and every member has one trial at a time: so it is asked for any
 * portions, and told all at once it is the method of the paper. Integers are real genes that are rounded where they are
 * simulated; a choice takes the donor's value, that of one of the best, or any.
 */
export class LShade<P = Record<string, unknown>> extends Optimizer<LShadeState, P, Settings> {
  static readonly type = 'l-shade'
  static readonly summary = 'Differential evolution that adapts itself and shrinks its population over the horizon'
  static override readonly version = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  } as const

  readonly #pendingKeys = new PendingKeys<number>((pending) => new Set(pending))

  constructor(problem: Problem<P>, given: z.input<typeof settings> = {}, ...surplus: readonly never[]) {
    super(problem, parseSettings(settings, given, 'optimizer'), ...surplus)
    const { populationSize, leastPopulation } = this.settings
    if (populationSize !== undefined && populationSize < leastPopulation) {
      throw new SettingsError(
        `optimizer: populationSize needs a number at least leastPopulation (${leastPopulation}), got ${populationSize}`,
      )
    }
  }

  /** How many are asked for at once: a larger population is asked for in parts. */
  override get populationSize(): number {
    return (
      this.settings.populationSize ?? Math.max(this.settings.leastPopulation, Math.min(mostAtOnce, this.#mostMembers))
    )
  }

  get #mostMembers(): number {
    return 18 * this.space.dimension
  }

  /** N_init of a run over so many evaluations: more members would spend it on finding out where to go. */
  #firstPopulation(span: number): number {
    const { populationSize, leastPopulation } = this.settings
    if (populationSize !== undefined) return populationSize
    return Math.max(leastPopulation, 8, Math.min(this.#mostMembers, Math.round(Math.sqrt(span) / 2)))
  }

  override start(): LShadeState {
    return this.#begin({
      ...emptyMemory(this.settings.memorySize),
      seen: nothingSeen,
      generation: 0,
      pending: [],
      told: 0,
      born: 0,
    })
  }

  /** A population of its own, over what is left of the horizon; over another one when that has passed. */
  #begin(state: Lasting): LShadeState {
    const left = this.horizon - state.told
    const span = left > 0 ? left : this.horizon
    const missing = this.#firstPopulation(span)
    return { ...state, begun: state.told, span, missing, members: [], turns: [], archive: [], successes: [], trials: 0 }
  }

  override ask(state: LShadeState, room: number, random: Random): Asked<LShadeState, P> {
    const taken = this.#pendingKeys.take(state.pending)
    const added: number[] = []
    const isTaken = (key: number) => taken.has(key) || scoreAt(state.seen.known, key) !== undefined
    const proposals: Proposal<P>[] = []
    const turns = [...state.turns]
    let { missing } = state
    while (proposals.length < room) {
      const made = missing > 0 ? this.#first(isTaken, random) : this.#next(state, turns, isTaken, random)
      if (!made) break
      if (missing > 0) missing--
      if (!taken.has(made.key)) added.push(made.key)
      taken.add(made.key)
      proposals.push(made.proposal)
    }
    const pending = state.pending.concat(added)
    this.#pendingKeys.settle(pending)
    return { state: { ...state, pending, turns, missing }, proposals }
  }

  override tell(state: LShadeState, evaluations: readonly Evaluation<P>[], random: Random): LShadeState {
    let next = state
    const keys: SeenPoint[] = []
    for (const evaluation of evaluations) {
      const { seen, told } = see(next.seen, evaluation, this.space, this.objectives)
      keys.push(told)
      const pending = next.pending.filter((key) => key !== told.key)
      next = { ...next, seen, pending, told: next.told + 1 }
      const trial = evaluation.tag as Trial | undefined
      if (trial === undefined)
        next = this.#learn(next, this.pointOf(evaluation.individual.parameters, random), told.score)
      else if (trial.target === null) next = join(next, trial.genome, told.score)
      else next = this.#select(next, trial, told.score, random)
      if (next.missing === 0 && next.trials >= next.members.length) next = this.#endGeneration(next)
    }
    this.#pendingKeys.tell(state.pending, next.pending, keys)
    return next
  }

  override recommend({ seen }: LShadeState): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  override summarize({ seen, members, generation, pending }: LShadeState): Readonly<Record<string, unknown>> {
    return { ...summarizeSeen(seen), generation, members: members.length, pending: pending.length }
  }

  #first(isTaken: (key: number) => boolean, random: Random): Made<P> | undefined {
    const genome = this.createPoint(random)
    const { point, key } = keyedPoint(this.space, genome)
    if (!isTaken(key)) return this.#propose({ target: null, genome, scale: 0, rate: 0 }, point, key)
    const fresh = this.#freshGenome(isTaken, random)
    return fresh && this.#propose({ target: null, genome: fresh.point, scale: 0, rate: 0 }, fresh.point, fresh.key)
  }

  /** A trial for the member whose turn it is. */
  #next(state: LShadeState, turns: number[], isTaken: (key: number) => boolean, random: Random): Made<P> | undefined {
    const { members } = state
    if (members.length < leastMembers) return this.#first(isTaken, random)
    const at = members.findIndex(({ id }) => id === turns[0])
    const made = at < 0 ? undefined : this.#breed(state, at, isTaken, random)
    if (made) turns.shift()
    return made
  }

  #breed(state: LShadeState, at: number, isTaken: (key: number) => boolean, random: Random): Made<P> | undefined {
    const { bestFraction } = this.settings
    const { axes } = this.space
    const target = state.members[at]!.id
    for (let attempt = 0; attempt < breedingAttempts; attempt++) {
      const { scale, rate } = drawFrom(state, random)
      const genome = trialOf(state, at, { scale, rate, bestFraction, axes }, random)
      const { point, key } = keyedPoint(this.space, genome)
      if (!isTaken(key)) return this.#propose({ target, genome, scale, rate }, point, key)
    }
    const fresh = this.#freshGenome(isTaken, random)
    return fresh && this.#propose({ target, genome: fresh.point, scale: 0, rate: 0 }, fresh.point, fresh.key)
  }

  /** The genomes, all alike on the axes of what does not apply. */
  #shown(members: readonly Member[]): readonly (readonly number[])[] {
    const genomes = members.map(({ genome }) => genome)
    return this.space.isConditional ? genomes.map((genome) => canonical(this.space, genome)) : genomes
  }

  #freshGenome(isTaken: (key: number) => boolean, random: Random): KeyedPoint | undefined {
    const fresh = freshPoint(this.space, isTaken, random)
    if (fresh) this.space.fillHidden(fresh.point, random)
    return fresh
  }

  #propose(trial: Trial, point: readonly number[], key: number): Made<P> {
    const operator = trial.target === null ? 'random' : 'current-to-pbest/1/bin'
    return { key, proposal: { parameters: this.space.decode(point), tag: trial, origin: { operator } } }
  }

  /** What was not asked for joins the first population, at most half of it, or replaces the worst. */
  #learn(state: LShadeState, genome: readonly number[], score: number | null): LShadeState {
    const { members, missing } = state
    if (score === null || hasGenome(members, genome)) return state
    if (missing > members.length) return join({ ...state, missing: missing - 1 }, genome, score)
    const worst = members.at(-1)
    if (!worst || !isBetter(score, worst.score)) return state
    return { ...state, members: withMember(members.slice(0, -1), { id: worst.id, genome, score }) }
  }

  /** Selection, Eq. (7): the trial replaces its target unless that is better. */
  #select(
    state: LShadeState,
    { target, genome, scale, rate }: Trial,
    score: number | null,
    random: Random,
  ): LShadeState {
    const { members } = state
    const next = { ...state, trials: state.trials + 1 }
    const parent = members.find(({ id }) => id === target)
    if (!parent) return next
    const turns = [...state.turns, parent.id]
    if (score === null || isBetter(parent.score, score)) return { ...next, turns }
    const others = members.filter((member) => member !== parent)
    const replaced = { ...next, turns, members: withMember(others, { id: parent.id, genome, score }) }
    if (!isBetter(score, parent.score)) return replaced
    const room = Math.round(this.settings.archiveRate * members.length)
    const archive = withReplaced(state.archive, parent.genome, room, random)
    if (parent.score === null || scale === 0) return { ...replaced, archive }
    const gain = Math.min(Number.MAX_VALUE, score - parent.score)
    return { ...replaced, archive, successes: [...state.successes, { scale, rate, gain }] }
  }

  /** Learns from what succeeded, and shrinks the population; begins with another one when it has come to rest. */
  #endGeneration(state: LShadeState): LShadeState {
    const { leastPopulation, archiveRate } = this.settings
    const first = this.#firstPopulation(state.span)
    const share = Math.min(1, (state.told - state.begun) / state.span)
    const size = Math.max(leastPopulation, Math.round(first + (leastPopulation - first) * share)) // LPSR, Eq. (10)
    const members = state.members.slice(0, size)
    const archive = state.archive.slice(0, Math.round(archiveRate * members.length))
    const turns = state.turns.filter((turn) => members.some(({ id }) => id === turn))
    const next = { ...remember(state), members, turns, archive, trials: 0, generation: state.generation + 1 }
    return areTogether(this.#shown(members)) ? this.#begin(next) : next
  }
}

interface Made<P> {
  readonly key: number
  readonly proposal: Proposal<P>
}

const mostAtOnce = 64
const breedingAttempts = 16

function join(state: LShadeState, genome: readonly number[], score: number | null): LShadeState {
  const member = { id: state.born, genome, score }
  const members = withMember(state.members, member)
  return { ...state, members, turns: [...state.turns, member.id], born: state.born + 1 }
}
