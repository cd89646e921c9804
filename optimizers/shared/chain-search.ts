import { z } from 'zod'
import { type Abilities, allAxes } from '../../src/core/abilities.ts'
import type { Asked, Recommendation } from '../../src/core/algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { mostInfeasible } from '../../src/core/objectives.ts'
import type { Problem } from '../../src/core/optimizee.ts'
import { type CommonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import type { Random } from '../../src/core/random.ts'
import { feasibleScore } from './best.ts'
import { ChainMoves } from './chain-moves.ts'
import { freshPoint, type KeyedPoint, keyedPoint } from './fresh-point.ts'
import { scoreAt } from './known-points.ts'
import { meanScore } from './score.ts'
import { nothingSeen, recommendBest, type Seen, see } from './seen.ts'

/** One walk through the space, which has one move under way at most. */
export type Chain = {
  /** Where it stands; null before its first point is known. */
  readonly at: { readonly point: readonly number[]; readonly score: number } | null
  /** How large its steps are. */
  readonly step: number
  /** How many of its moves were decided. */
  readonly moves: number
  readonly accepted: number
  /** What the point is known by that it waits for. */
  readonly waitsFor: number | null
  /** Which of the temperatures it has. */
  readonly rung: number
}

export type ChainState = {
  readonly chains: readonly Chain[]
  /** Newest states of all chains. */
  readonly past: readonly (readonly number[])[]
  /** How much the scores of the first moves differed. */
  readonly differences: readonly number[]
  readonly told: number
  readonly seen: Seen
  readonly hasEnded: boolean
}

/** How chains move, whatever their temperatures. */
export const stepSettings = {
  noisyStep: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe("How large steps are at first, as a part of each parameter's range"),
  adaptiveStep: z
    .boolean()
    .default(true)
    .describe('Whether the step follows how many moves are accepted; else it is as small as the temperature'),
}

export interface ChainSettings extends CommonSettings {
  readonly nParallelRuns: number
  readonly noisyStep: number
  readonly adaptiveStep: boolean
  readonly stopAt?: number | undefined
}

/**
 * Chains that walk through the space and take worse points by their temperature (Metropolis et al. 1953, "Equation of state
 * calculations by fast computing machines"). An algorithm says what the temperatures are.
 *
 * No point is simulated twice: a move to a point that is known is decided at once.
 */
export abstract class ChainSearch<P, Settings extends ChainSettings> extends Optimizer<ChainState, P, Settings> {
  static override readonly abilities: Abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'weighted',
    pace: 'steady',
    searches: true,
  }

  readonly #moves: ChainMoves<P>

  constructor(problem: Problem<P>, settings: Settings, ...surplus: readonly never[]) {
    super(problem, settings, ...surplus)
    this.#moves = new ChainMoves(this.space)
  }

  override get populationSize(): number {
    return this.settings.nParallelRuns
  }

  /** The temperature of a chain after so many of `steps` moves. @param scale by how much scores differ from move to move */
  protected abstract temperature(rung: number, moves: number, steps: number, scale: number): number

  /** The chains after what they do with one another, after results. */
  protected exchange(state: ChainState, _toldBefore: number, _random: Random): readonly Chain[] {
    return state.chains
  }

  override start(): ChainState {
    const { nParallelRuns, noisyStep } = this.settings
    const chains = Array.from({ length: nParallelRuns }, (_, rung): Chain => {
      return { at: null, step: noisyStep, moves: 0, accepted: 0, waitsFor: null, rung }
    })
    return { chains, past: [], differences: [], told: 0, seen: nothingSeen, hasEnded: false }
  }

  override ask(state: ChainState, room: number, random: Random): Asked<ChainState, P> {
    if (state.hasEnded) return { state, proposals: [] }
    const chains = [...state.chains]
    const taken = new Set(chains.flatMap(({ waitsFor }) => (waitsFor === null ? [] : [waitsFor])))
    const proposals: Proposal<P>[] = []
    for (let i = 0; i < chains.length && proposals.length < room; i++) {
      if (chains[i]!.waitsFor !== null) continue
      const { chain, next } = this.#walk(chains[i]!, state, taken, random)
      if (!next) continue
      taken.add(next.key)
      chains[i] = { ...chain, waitsFor: next.key }
      proposals.push({
        parameters: this.space.decode(next.point),
        tag: i,
        origin: { operator: chain.at ? 'move' : 'random' },
      })
    }
    return { state: proposals.length > 0 ? { ...state, chains } : state, proposals }
  }

  /** Goes on through what is known until a point is not, which is to be simulated; there is none where all is known. */
  #walk(from: Chain, state: ChainState, taken: ReadonlySet<number>, random: Random) {
    const isTaken = (key: number) => taken.has(key) || scoreAt(state.seen.known, key) !== undefined
    let chain = from
    for (let steps = 0; steps < mostKnownSteps; steps++) {
      const next = this.#nextOf(chain, state, random)
      if (!isTaken(next.key)) return { chain, next }
      const score = scoreAt(state.seen.known, next.key)
      if (chain.at && typeof score === 'number' && this.#isAccepted(score - chain.at.score, chain, state, random)) {
        chain = { ...chain, at: { point: next.point, score } }
      }
    }
    return { chain, next: freshPoint(this.space, isTaken, random) }
  }

  #nextOf(chain: Chain, { past }: ChainState, random: Random): KeyedPoint {
    if (!chain.at) return keyedPoint(this.space, this.createPoint(random))
    return this.#moves.from({ point: chain.at.point, step: this.#stepOf(chain) }, past, random)
  }

  override tell(state: ChainState, evaluations: readonly Evaluation<P>[], random: Random): ChainState {
    let next = state
    const known: { point: number[]; score: number }[] = []
    for (const evaluation of evaluations) {
      const { seen, told } = see(next.seen, evaluation, this.space, this.objectives)
      next = { ...next, seen }
      const { point, score } = told
      if (typeof evaluation.tag === 'number') next = this.#decide(next, evaluation.tag, point, score, random)
      else if (score !== null) known.push({ point, score })
    }
    const { stopAt } = this.settings
    const hasEnded = stopAt !== undefined && next.seen.best !== null && next.seen.best.score >= stopAt
    next = { ...next, chains: startFrom(next.chains, known) }
    return { ...next, chains: this.exchange(next, state.told, random), hasEnded }
  }

  #decide(state: ChainState, place: number, point: number[], score: number | null, random: Random): ChainState {
    const chain = { ...state.chains[place]!, waitsFor: null }
    const told = state.told + 1
    const withChain = (changed: Chain, more: Partial<ChainState> = {}) => {
      return { ...state, told, ...more, chains: state.chains.map((one, i) => (i === place ? changed : one)) }
    }
    if (!chain.at) return withChain(score === null ? chain : { ...chain, at: { point, score } })
    const difference = score === null ? Number.NEGATIVE_INFINITY : score - chain.at.score
    const isAccepted = this.#isAccepted(difference, chain, state, random)
    const rate = 1 / (1 + this.space.dimension / 2)
    const step = Math.exp(Math.log(chain.step) + ((isAccepted ? 1 : 0) - wantedAcceptance) * rate)
    const moved: Chain = {
      ...chain,
      at: isAccepted ? { point, score: score! } : chain.at,
      moves: chain.moves + 1,
      accepted: chain.accepted + (isAccepted ? 1 : 0),
      step: Math.max(leastStep, Math.min(mostStep, step)),
    }
    const differences =
      isFeasible(score) && isFeasible(chain.at.score) && state.differences.length < pilotMoves
        ? [...state.differences, Math.abs(difference)]
        : state.differences
    const past = [...state.past, moved.at!.point].slice(-Math.min(1000, Math.max(30, 10 * this.space.dimension)))
    return withChain(moved, { differences, past })
  }

  /** The first moves are all accepted: they tell how much scores differ. */
  #isAccepted(difference: number, chain: Chain, state: ChainState, random: Random): boolean {
    if (difference >= 0) return true
    if (difference === Number.NEGATIVE_INFINITY) return false
    return random.chance(Math.exp(difference / Math.max(Number.MIN_VALUE, this.temperatureOf(chain, state))))
  }

  /** The temperature of a chain as the search stands. */
  protected temperatureOf({ rung, moves }: Chain, { differences }: ChainState): number {
    const steps = Math.max(1, Math.ceil(this.horizon / this.settings.nParallelRuns))
    return this.temperature(rung, moves, steps, meanScore(differences) ?? 1)
  }

  #stepOf({ rung, moves, step }: Chain): number {
    const { adaptiveStep, noisyStep, nParallelRuns } = this.settings
    if (adaptiveStep) return step
    const steps = Math.max(1, Math.ceil(this.horizon / nParallelRuns))
    return (noisyStep * this.temperature(rung, moves, steps, 1)) / this.temperature(rung, 0, steps, 1) // as L2L's
  }

  override recommend({ seen }: ChainState): Recommendation<P>[] {
    return recommendBest(seen, this.space)
  }

  /** Best is a weighted sum of the fitness: larger is better. */
  override summarize(state: ChainState): Readonly<Record<string, unknown>> {
    const { chains, seen } = state
    const temperatures = chains.map((chain) => this.temperatureOf(chain, state))
    const moves = chains.reduce((sum, chain) => sum + chain.moves, 0)
    const accepted = chains.reduce((sum, chain) => sum + chain.accepted, 0)
    return {
      moves,
      best: feasibleScore(seen.best),
      accepted: moves === 0 ? null : accepted / moves,
      coldest: Math.min(...temperatures),
      hottest: Math.max(...temperatures),
      failed: seen.failed,
      individuals: chains.filter(({ waitsFor }) => waitsFor !== null).length,
    }
  }
}

/** What violates constraints has a score that says nothing of how much others differ. */
function isFeasible(score: number | null): boolean {
  return score !== null && score > mostInfeasible
}

/** Chains that stand nowhere begin at the best points that are known. */
function startFrom(chains: readonly Chain[], known: readonly { point: number[]; score: number }[]): readonly Chain[] {
  const best = known.toSorted((a, b) => b.score - a.score)
  return chains.map((chain) => {
    if (chain.at || chain.waitsFor !== null) return chain
    const at = best.shift()
    return at ? { ...chain, at } : chain
  })
}

/** The part of its moves that a chain accepts which walks far (Roberts, Gelman and Gilks 1997). */
const wantedAcceptance = 0.25
const leastStep = 1e-10
const mostStep = 0.5
const pilotMoves = 20
/** How far a chain goes through known points before any other point will do. */
const mostKnownSteps = 200
