import type { Algorithm, Asked, Recommendation } from './algorithm.ts'
import {
  refuseAsked,
  refuseGenerationSize,
  refuseNeeds,
  refuseProposals,
  refuseRecommendations,
  refuseReported,
  refuseSummary,
} from './answers.ts'
import type { Evaluation } from './evaluation.ts'
import type { Individual, IndividualId } from './individual.ts'
import { guarded, OptimizerError, whatFailed } from './optimizer-error.ts'
import { aRecord, checkArgument, type OptionCheck } from './options.ts'
import { findNotPlain, type State } from './plain-data.ts'
import type { Proposal } from './proposal.ts'
import { Random } from './random.ts'
import type { NumberedReport } from './record.ts'
import { repairProposals } from './repair-proposals.ts'
import { type MethodOfStates, refuseChange, StateWatch } from './state-watch.ts'
import { Tags } from './tags.ts'
import { counted, show } from './text.ts'

/** Where a search stood, as it is kept: telling what was told since gives where it stands. */
export interface SearchCheckpoint {
  readonly type: string
  readonly version: number
  readonly asked: number
  readonly told: number
  /** The number of the newest report that it has heard; left out where it hears none. */
  readonly heard?: number | undefined
  readonly state: State
  /** What the pending individuals carried, by their names. */
  readonly tags: { readonly [name: string]: State }
}

/**
 * Where a search stands for its optimizer: the state, how much was asked and told, and what the pending individuals
 * carried. The one place in which an algorithm is called: random streams go by counts, proposals are checked against the
 * space, what violates constraints of parameters is repaired, and what an algorithm throws is told with its name and place.
 */
export class SearchState<S extends State = State, P = Record<string, unknown>> {
  readonly #optimizer: Algorithm<S, P>
  readonly #tags: Tags<P>
  readonly #watch = new StateWatch()
  #state: S
  /** The method that gave the state, which is to blame if it is not plain. */
  #givenBy: 'start' | 'ask' | 'tell' | 'report' = 'start'
  #asked: number
  #told: number
  /** What the newest call of `tell` was given: so many evaluations, after so many. */
  #newestTold = 0
  #toldBefore = 0
  #heard = 0
  /** The proposals of the newest `ask` that have not become individuals yet. */
  #unplaced: readonly Proposal<P>[] = []
  /** What the user wants to be simulated before anything else. */
  #guesses: readonly P[] = []
  /** The state is looked through when so many have been told: rarely, as its size may grow with the history. */
  #checkAt: number

  private constructor(optimizer: Algorithm<S, P>, state: S, asked: number, told: number, tags: Tags<P>) {
    if (!(tags instanceof Tags)) {
      throw new TypeError(`SearchState.begin(optimizer) begins a search, and not new SearchState(${show(optimizer)})`)
    }
    this.#optimizer = optimizer
    this.#state = state
    this.#asked = asked
    this.#told = told
    this.#tags = tags
    this.#checkAt = told
    this.#watch.begin(told, state)
  }

  static begin<S extends State, P>(optimizer: Algorithm<S, P>): SearchState<S, P> {
    checkArgument('SearchState.begin', 'its argument', optimizer, anAlgorithm)
    const random = Random.of(optimizer.settings.seed, 'start')
    const state = guarded(optimizer, 'start', 0, () => optimizer.start(random))
    const search = new SearchState(optimizer, state, 0, 0, new Tags<P>())
    search.requirePlain()
    return search
  }

  /** @param checkpoint of the same algorithm, of the same version */
  static resume<S extends State, P>(optimizer: Algorithm<S, P>, checkpoint: SearchCheckpoint): SearchState<S, P> {
    checkArgument('SearchState.resume', 'the optimizer', optimizer, anAlgorithm)
    checkArgument('SearchState.resume', 'the checkpoint', (checkpoint as SearchCheckpoint | undefined)?.tags, aRecord)
    const { state, asked, told, heard = 0, tags } = checkpoint
    const search = new SearchState(optimizer, state as S, asked, told, new Tags<P>(tags))
    search.#heard = heard
    return search
  }

  get state(): S {
    return this.#state
  }

  /** How many proposals were taken from the optimizer. */
  get asked(): number {
    return this.#asked
  }

  /** How many evaluations it was told, those that it had not asked for included. */
  get told(): number {
    return this.#told
  }

  /** The number of the newest report that it has heard. */
  get heard(): number {
    return this.#heard
  }

  /** Has parameters proposed with the first that the optimizer proposes, ahead of them, as if they were known from elsewhere. */
  guess(parameters: readonly P[]): void {
    this.#guesses = parameters
  }

  /**
   * What to simulate next; `expect` says which individuals it has become.
   * @throws OptimizerError if the algorithm throws, or gives what is not in the space
   */
  ask(room: number): readonly Proposal<P>[] {
    return this.#askFor(room, false)
  }

  /** As `ask`, where others are pending: what there is no room for is refused. */
  askAtMost(room: number): readonly Proposal<P>[] {
    return this.#askFor(room, true)
  }

  #askFor(room: number, atMost: boolean): readonly Proposal<P>[] {
    const { budget } = this.#optimizer
    const guesses = this.#guesses.map(
      (parameters): Proposal<P> => ({ parameters, budget: budget?.high, origin: { operator: 'first guess' } }),
    )
    this.#guesses = []
    const left = room - guesses.length
    const proposals = guesses.length > 0 && left <= 0 ? [] : this.#askOptimizer(left)
    if (atMost && proposals.length > Math.max(0, left)) {
      this.#refuse('ask', `it gave ${counted(proposals.length, 'proposal')} where there was room for ${left}`)
    }
    this.#unplaced = guesses.length > 0 ? [...guesses, ...proposals] : proposals
    return this.#unplaced
  }

  /** How many individuals the optimizer would propose now, which goes on standing where it stands. */
  wouldAsk(room: number): number {
    return this.#answerTo(room).proposals.length
  }

  #askOptimizer(room: number): readonly Proposal<P>[] {
    const optimizer = this.#optimizer
    const { state, proposals } = this.#answerTo(room)
    const refusal = this.#guard('refuse', () => refuseProposals(optimizer, proposals))
    this.#accept('ask', refusal)
    const repaired = optimizer.constraints.constrainParameters
      ? this.#guard('ask', () => repairProposals(optimizer, proposals, this.#asked))
      : proposals
    const kept = this.#withBudgets(repaired)
    this.#state = state
    this.#givenBy = 'ask'
    this.#asked += proposals.length
    return kept
  }

  /** What the algorithm gives when it is asked here, as often as it is. */
  #answerTo(room: number): Asked<S, P> {
    const optimizer = this.#optimizer
    const random = Random.of(optimizer.settings.seed, 'ask', this.#asked)
    const asked = this.#call('ask', () => optimizer.ask(this.#state, room, random))
    this.#accept('ask', refuseAsked(asked))
    return asked
  }

  /** The same proposals, each with a budget: all of it where nothing is said. */
  #withBudgets(proposals: readonly Proposal<P>[]): readonly Proposal<P>[] {
    const { budget } = this.#optimizer
    if (budget === undefined) return proposals
    return proposals.map((proposal) => ({ ...proposal, budget: proposal.budget ?? budget.high }))
  }

  /**
   * The proposals of the newest `ask` are these individuals, in the same order.
   * @returns the proposals
   */
  expect(individuals: readonly Individual<P>[]): readonly Proposal<P>[] {
    const placed = this.#unplaced
    this.#tags.add(individuals, placed)
    this.#unplaced = []
    return placed
  }

  /** @throws OptimizerError if the algorithm throws */
  tell(evaluations: readonly Evaluation<P>[]): void {
    const optimizer = this.#optimizer
    const random = Random.of(optimizer.settings.seed, 'tell', this.#told)
    const tagged = this.#tags.giveTo(evaluations)
    this.#toldBefore = this.#told
    this.#newestTold = evaluations.length
    this.#state = this.#call('tell', () => optimizer.tell(this.#state, tagged, random))
    this.#givenBy = 'tell'
    this.#told += evaluations.length
    if (this.#told < this.#checkAt) return
    this.requirePlain()
    this.#checkAt = 2 * this.#told
    this.#watch.begin(this.#told, this.#state)
  }

  /** What a method gives that is given the state, and is to leave it as it is. */
  #call<T>(method: MethodOfStates, call: () => T): T {
    if (!this.#watch.takes(method)) return this.#guard(method, call)
    this.requirePlain()
    const before = structuredClone(this.#state)
    const answer = this.#guard(method, call)
    this.#accept(method, refuseChange(before, this.#state))
    return answer
  }

  /**
   * What a pending individual has reported on its way; gives those that need not go on.
   * @throws OptimizerError if the algorithm throws
   */
  report({ number, individual, step, value }: NumberedReport): readonly IndividualId[] {
    const optimizer = this.#optimizer
    this.#heard = number
    const random = Random.of(optimizer.settings.seed, 'report', number)
    if (optimizer.report === undefined) return []
    const heard = this.#call('report', () => optimizer.report!(this.#state, individual, step, value, random))
    this.#accept('report', refuseReported(heard))
    this.#state = heard.state
    this.#givenBy = 'report'
    return heard.stop
  }

  /** How many proposals the next generation has at most. @throws OptimizerError if the algorithm throws, or gives no number */
  generationSize(): number {
    const size = this.#call('generationSize', () => this.#optimizer.generationSize(this.#state))
    this.#accept('generationSize', refuseGenerationSize(size))
    return size
  }

  /** What it has found. @throws OptimizerError if the algorithm throws, or recommends what is not in the space */
  recommend(): readonly Recommendation<P>[] {
    const recommended = this.#call('recommend', () => this.#optimizer.recommend(this.#state))
    this.#accept('recommend', refuseRecommendations(this.#optimizer, recommended))
    return recommended
  }

  /** What the state says to people. @throws OptimizerError if the algorithm throws, or says what a record cannot hold */
  summarize(): Readonly<Record<string, unknown>> {
    const summary = this.#call('summarize', () => this.#optimizer.summarize(this.#state))
    this.#accept('summarize', refuseSummary(summary))
    return summary
  }

  /** The individuals that proposals to come may go on from. @throws OptimizerError if the algorithm throws */
  needs(): readonly IndividualId[] {
    const needed = this.#call('needs', () => this.#optimizer.needs(this.#state))
    this.#accept('needs', refuseNeeds(needed))
    return needed
  }

  /** @throws OptimizerError if the state is not plain */
  checkpoint(): SearchCheckpoint {
    this.requirePlain()
    const { type, version } = this.#optimizer
    const tags = this.#tags.byName
    const heard = this.#heard > 0 ? { heard: this.#heard } : {}
    return { type, version, asked: this.#asked, told: this.#told, ...heard, state: this.#state, tags }
  }

  /** @throws OptimizerError if the state is not what a record keeps */
  requirePlain(): void {
    const found = this.#guard(this.#givenBy, () => findNotPlain(this.#state))
    if (found !== undefined) this.#refuse(this.#givenBy, `its state must be plain data, but ${found}`)
  }

  #guard<T>(method: string, call: () => T): T {
    return method === 'tell'
      ? guarded(this.#optimizer, method, this.#toldBefore, call, this.#newestTold)
      : guarded(this.#optimizer, method, this.#told, call)
  }

  #accept(method: string, refusal: string | undefined): void {
    if (refusal !== undefined) this.#refuse(method, refusal)
  }

  #refuse(method: string, what: string): never {
    const [told, telling] = method === 'tell' ? [this.#toldBefore, this.#newestTold] : [this.#told]
    throw new OptimizerError(whatFailed(this.#optimizer, method, told, what, telling))
  }
}

const anAlgorithm: OptionCheck = (value) =>
  typeof (value as Partial<Algorithm> | null | undefined)?.tell === 'function'
    ? undefined
    : `needs an optimizer, as in new CmaEs(optimizee, { seed: 1 }), got ${show(value)}`
