import { z } from 'zod'
import { allAxes } from '../src/core/abilities.ts'
import type { Asked, Recommendation } from '../src/core/algorithm.ts'
import type { Evaluation } from '../src/core/evaluation.ts'
import type { Objectives } from '../src/core/objectives.ts'
import type { Problem } from '../src/core/optimizee.ts'
import { checkProblem, commonSettings, Optimizer } from '../src/core/optimizer.ts'
import type { State } from '../src/core/plain-data.ts'
import type { Proposal } from '../src/core/proposal.ts'
import type { Random } from '../src/core/random.ts'
import { parseSettings } from '../src/core/settings.ts'
import { NsgaII } from './nsga-ii.ts'
import { chooseMembers, isNoisy } from './portfolio/choose-members.ts'
import { chosenByVersion1 } from './portfolio/chosen-by-version-1.ts'
import { describePlan, type Plan } from './portfolio/member.ts'
import { type Interest, type Memory, nothingRemembered, OpenMemory, recalled } from './portfolio/memory.ts'
import { afterTurn, inTurn, type Turns } from './portfolio/turns.ts'
import { type Best, betterOf, feasibleScore, recommendationOf } from './shared/best.ts'
import { freshPoint, keyedPoint } from './shared/fresh-point.ts'
import { keyOf } from './shared/known-points.ts'
import { costOf } from './shared/score.ts'

const settings = z.strictObject({
  ...commonSettings,
  generations: commonSettings.generations.describe(
    'How many generations to run at most; as many as is usual with the first of the chosen algorithms unless it is given, or a limit bounds the search',
  ),
  populationSize: z
    .int()
    .min(4)
    .optional()
    .describe(
      'How many individuals are simulated at once at least: give the number of workers; as few as teach most unless given',
    ),
  noise: z
    .boolean()
    .optional()
    .describe(
      'Whether the same parameters have another fitness each time: what is recommended is where a model says the least is, not what was luckiest; as there are replications unless given',
    ),
})

type Given = z.input<typeof settings>

export type AutoState = Together | Alone

type Together = {
  readonly kind: 'together'
  /** The turns of the members, in the order of the plan. */
  readonly members: readonly Turns[]
  /** That of the member that had the latest turn. */
  readonly clock: number
  readonly asked: number
  readonly memory: Memory
  readonly best: Best | null
}

/** The state of the one optimizer that searches: of a run that version 1 began, or for a front. */
type Alone = { readonly kind: 'alone'; readonly state: State }

/** The place of the member that has proposed it, if one has, what it said with it, and what its point is known by unless it may come again. */
type Tag = { readonly member: number | null; readonly tag: State; readonly key: number | null }

/**
 * The optimizer where none is named: it chooses by the space, the horizon and how many are simulated at once, says whom and
 * why, and lets several optimizers search together; a front is looked for by one.
 *
 * They take turns. What is better than all before is told to those that can use it, and no point is
 * simulated twice unless there is noise: whoever proposes one that is known is told what came of it.
 */
export class Auto<P = Record<string, unknown>> extends Optimizer<AutoState, P> {
  static readonly type = 'auto'
  static readonly summary = 'Chooses optimizers by the space and the horizon, lets them search together, and says why'
  static override readonly version = 8
  static readonly since = 1
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'steady',
    searches: true,
  } as const

  readonly #problem: Problem<P>
  readonly #populationSize: number | undefined
  readonly #noise: boolean | undefined
  readonly #isDiscrete: boolean
  /** Whether no point is simulated again: noise asks for that. */
  readonly #remembers: boolean
  /** What looks for a front, or what version 1 would have taken. */
  readonly #alone: Optimizer<State, P>
  #plan: Plan<P> | undefined

  constructor(problem: Problem<P>, given: Given = {}, ...surplus: readonly never[]) {
    const { noise, ...own } = parseSettings(settings, given, 'optimizer')
    checkProblem('auto', problem)
    const alone = problem.objectives.wantsFront
      ? (new NsgaII<P>(problem, own) as unknown as Optimizer<State, P>)
      : chosenByVersion1(problem, own)
    super(problem, { ...own, ...(noise !== undefined && { noise }) }, ...surplus)
    this.#problem = problem
    this.#populationSize = own.populationSize
    this.#noise = noise
    this.#alone = alone
    this.#isDiscrete = problem.space.isConditional || problem.space.axes.every(({ kind }) => kind !== 'real')
    this.#remembers = this.#isDiscrete || !isNoisy(problem, { noise })
  }

  override get populationSize(): number {
    return this.#alone.populationSize
  }

  override get usualGenerations(): number {
    return this.#alone.usualGenerations
  }

  override get horizon(): number {
    return super.horizon
  }

  override set horizon(evaluations: number) {
    super.horizon = evaluations
    this.#alone.horizon = evaluations
    this.#plan = undefined
  }

  /** Who searches, as soon as the horizon is settled. */
  get #chosen(): Plan<P> {
    const demands = { horizon: this.horizon, populationSize: this.#populationSize, noise: this.#noise }
    this.#plan ??= chooseMembers(this.#problem, demands)
    return this.#plan
  }

  override announce(): string {
    return describePlan(this.#chosen)
  }

  override upgrade(state: State, version: number): AutoState | undefined {
    if (version === 1) return { kind: 'alone', state }
    // Version 2 let others search under noise.
    const isOther = version === 2 && isNoisy(this.#problem, { noise: this.#noise })
    return isOther ? undefined : (state as AutoState)
  }

  override start(random: Random): AutoState {
    if (this.objectives.wantsFront) return { kind: 'alone', state: this.#alone.start(random) }
    const members = this.#chosen.members.map(({ optimizer }) => {
      return { state: optimizer.start(random), asked: 0, pending: 0, clock: 0 }
    })
    return { kind: 'together', members, clock: 0, asked: 0, memory: nothingRemembered, best: null }
  }

  override ask(old: AutoState, room: number, random: Random): Asked<AutoState, P> {
    if (old.kind === 'alone') {
      const { state, proposals } = this.#alone.ask(old.state, room, random)
      return { state: { kind: 'alone', state }, proposals }
    }
    let state: Together = old
    const memory = new OpenMemory(old.memory)
    const proposals: Proposal<P>[] = []
    const least = Math.min(room, this.#populationSize ?? 1) // one turn is enough, unless workers would be idle
    while (proposals.length < least) {
      const turn = this.#turn(state, memory, room - proposals.length, random)
      if (turn === undefined) break
      state = turn.state
      proposals.push(...turn.proposals)
    }
    return proposals.length > 0
      ? { state: { ...state, memory: memory.closed }, proposals }
      : this.#askAnything(old, memory, random)
  }

  /** The turn of the first who has something to propose. */
  #turn(state: Together, memory: OpenMemory, room: number, random: Random): Turn<P> | undefined {
    for (const place of inTurn(state, this.#chosen.members)) {
      const turn = this.#remembers
        ? this.#askForFresh(state, memory, place, room, random)
        : this.#askMember(state, place, room, random)
      if (turn.proposals.length > 0) return turn
    }
    return undefined
  }

  #askMember(state: Together, place: number, room: number, random: Random): Turn<P> {
    const { optimizer, share } = this.#chosen.members[place]!
    const asked = optimizer.ask(this.#stateOf(state, place, random), room, random)
    const count = asked.proposals.length
    const proposals = asked.proposals.map((proposal) => tagged(proposal, place, null))
    return { state: afterTurn(state, place, { state: asked.state, count, share }), proposals }
  }

  /**
   * The proposals of a member that nothing is known of. Of a point that is known it is told at once, and of one that is simulated
   * already as soon as that is told. In a discrete space, where many are known, it proposes one after the other.
   */
  #askForFresh(state: Together, memory: OpenMemory, place: number, room: number, random: Random): Turn<P> {
    const { optimizer, share } = this.#chosen.members[place]!
    const most = this.#isDiscrete ? room : 1
    const proposals: Proposal<P>[] = []
    const joined: (readonly [key: number, interest: Interest])[] = []
    let now: Together = { ...state, members: withState(state.members, place, this.#stateOf(state, place, random)) }
    for (let repeats = 0; proposals.length < most && repeats < mostRepeats; ) {
      const asked = optimizer.ask(now.members[place]!.state, this.#isDiscrete ? 1 : room, random)
      if (asked.proposals.length === 0) break
      now = { ...now, members: withState(now.members, place, asked.state) }
      for (const proposal of asked.proposals) {
        const { key } = keyedPoint(this.space, this.space.encode(proposal.parameters))
        const known = memory.lookUp(key)
        const own = now.members[place]!.state
        if (known === undefined) {
          proposals.push(tagged(proposal, place, key))
          memory.await(key)
          now = afterTurn(now, place, { state: own, count: 1, share })
        } else if (known === 'awaited') {
          repeats++
          joined.push([key, { member: place, tag: proposal.tag ?? null }])
          now = { ...now, members: withState(now.members, place, own, 1) }
        } else {
          repeats++
          const evaluation = recalled(this.objectives, proposal.parameters, known.score, proposal.tag)
          now = { ...now, members: withState(now.members, place, optimizer.tell(own, [evaluation], random)) }
        }
      }
    }
    if (proposals.length === 0) return { state, proposals }
    for (const [key, interest] of joined) memory.join(key, interest)
    return { state: now, proposals }
  }

  /** Where nobody has anything to propose, and nothing is waited for, whatever is left of a discrete space is. */
  #askAnything(state: Together, memory: OpenMemory, random: Random): Asked<AutoState, P> {
    const isWaiting = state.memory.awaited.length > 0
    const isTaken = (key: number) => memory.lookUp(key) !== undefined
    const found = this.#isDiscrete && !isWaiting ? freshPoint(this.space, isTaken, random) : undefined
    if (found === undefined) return { state, proposals: [] }
    const parameters = this.space.decode(found.point)
    const tag: Tag = { member: null, tag: null, key: found.key }
    memory.await(found.key)
    return { state: { ...state, asked: state.asked + 1, memory: memory.closed }, proposals: [{ parameters, tag }] }
  }

  /** The state of a member; one that joins is told the best first. */
  #stateOf({ members, best }: Together, place: number, random: Random): State {
    const { optimizer, from, hears } = this.#chosen.members[place]!
    const { state, asked } = members[place]!
    if (asked > 0 || from === 0 || best === null || hears === 'nothing') return state
    const { point, score } = best
    return optimizer.tell(state, [recalled(this.objectives, this.space.decode(point), score, undefined)], random)
  }

  override tell(old: AutoState, evaluations: readonly Evaluation<P>[], random: Random): AutoState {
    if (old.kind === 'alone') return { ...old, state: this.#alone.tell(old.state, evaluations, random) }
    let { best } = old
    const memory = new OpenMemory(old.memory)
    const heard: Evaluation<P>[][] = old.members.map(() => [])
    const answered = old.members.map(() => 0)
    for (const { tag: given, ...evaluation } of evaluations) {
      const tag = given as Tag | undefined
      const score = scoreOfTold(this.objectives, evaluation)
      const isBetter = score !== null && (best === null || score > best.score)
      best = betterOf(best, score, evaluation.individual, this.space)
      const interests: Interest[] =
        tag === undefined || tag.member === null ? [] : [{ member: tag.member, tag: tag.tag }]
      if (this.#remembers) {
        const simulated = keyOf(this.space.encode(evaluation.individual.parameters))
        interests.push(...memory.tell({ proposed: tag?.key ?? null, simulated }, score))
      }
      for (const { member, tag: own } of interests) {
        heard[member]!.push({ ...evaluation, ...(own !== null && { tag: own }) })
        answered[member]!++
      }
      this.#chosen.members.forEach(({ hears }, place) => {
        const isOwn = interests.some(({ member }) => member === place)
        const isForAll = tag === undefined || tag.member === null
        if (!isOwn && (isForAll || (isBetter && hears === 'improvements'))) heard[place]!.push(evaluation)
      })
    }
    const members = old.members.map((member, place) => {
      if (heard[place]!.length === 0) return member
      const state = this.#chosen.members[place]!.optimizer.tell(member.state, heard[place]!, random)
      return { ...member, state, pending: member.pending - answered[place]! }
    })
    return { ...old, members, memory: memory.closed, best }
  }

  override recommend(state: AutoState): Recommendation<P>[] {
    if (state.kind === 'alone') return [...this.#alone.recommend(state.state)]
    const modelled = this.#chosen.members.flatMap(({ optimizer }, place) =>
      optimizer.recommend(state.members[place]!.state).filter(({ by }) => by === 'model'),
    )
    return modelled.length > 0 ? modelled : recommendationOf(state.best, this.space)
  }

  /** Best is a weighted sum of the fitness: larger is better. */
  override summarize(state: AutoState): Readonly<Record<string, unknown>> {
    if (state.kind === 'alone') return { ...this.#alone.summarize(state.state), optimizer: this.#alone.type }
    const { best, members } = state
    const asked = members.map((member, place) => [this.#chosen.members[place]!.optimizer.type, member.asked] as const)
    return {
      best: feasibleScore(best),
      ...Object.fromEntries(asked.filter(([, count]) => count > 0)),
      pending: members.reduce((sum, { pending }) => sum + pending, 0),
    }
  }
}

/** What one member proposes, and the state after that. */
interface Turn<P> {
  readonly state: Together
  readonly proposals: readonly Proposal<P>[]
}

/** How many points that are known one member may propose in a turn. */
const mostRepeats = 100

function tagged<P>(proposal: Proposal<P>, member: number, key: number | null): Proposal<P> {
  const tag: Tag = { member, tag: proposal.tag ?? null, key }
  return { ...proposal, tag }
}

function withState(members: readonly Turns[], place: number, state: State, waiting = 0): readonly Turns[] {
  const member = members[place]!
  return members.with(place, { ...member, state, pending: member.pending + waiting })
}

function scoreOfTold<P>(objectives: Objectives, evaluation: Evaluation<P>): number | null {
  const cost = costOf(objectives, evaluation)
  return cost === null ? null : 0 - cost
}
