import { type Order, orders } from '../core/abilities.ts'
import { withoutNegativeZeros } from '../core/as-recorded.ts'
import { violationOf } from '../core/constraints.ts'
import type { Evaluation } from '../core/evaluation.ts'
import { Individual } from '../core/individual.ts'
import type { Optimizer } from '../core/optimizer.ts'
import {
  aFunction,
  aList,
  aRecord,
  checkArgument,
  checkOptions,
  needOptions,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  wholeFrom,
} from '../core/options.ts'
import type { State } from '../core/plain-data.ts'
import { Random } from '../core/random.ts'
import { type Replications, replicatesOf } from '../core/replications.ts'
import { Replicates } from '../core/samples.ts'
import { type SearchCheckpoint, SearchState } from '../core/search-state.ts'
import { show } from '../core/text.ts'

/** The parameters of any problem, by name. */
export type AnyParameters = Record<string, unknown>

/**
 * What a simulation answers: one number per objective; undefined is a failure. `n` counts the individuals from 0, `budget` is
 * how much of the simulation is wanted where there is a choice.
 */
export type Simulate<P = AnyParameters> = (parameters: P, n: number, budget?: number) => readonly number[] | undefined

export interface DriveOptions<P = AnyParameters> {
  /** No generation or individual is begun that would be beyond it. */
  readonly evaluations: number
  /** The order of the search; by default generations. */
  readonly order?: Order
  /** How many may be pending in a steady order; the population unless it is given. */
  readonly window?: number
  /** What becomes of the state between two steps. */
  readonly pass?: (checkpoint: SearchCheckpoint) => SearchCheckpoint
  /** Known before the search: told first, without having been asked for. */
  readonly known?: readonly Evaluation<P>[]
  /** Each individual is simulated so often; its samples come in an order that follows from `turn`. */
  readonly replications?: Replications
  readonly turn?: number
}

/** One turn of a search: what was proposed, and what was told before the next. */
export interface Step<P = AnyParameters> {
  readonly state: State
  readonly proposed: readonly P[]
  /** What the proposals have become. */
  readonly individuals: readonly Individual<P>[]
  readonly told: readonly Evaluation<P>[]
}

/** A search in memory, as an environment plays it: turns of asking, simulating and telling, until it ends. */
export function drive<P>(optimizer: Optimizer<State, P>, simulate: Simulate<P>, options: DriveOptions<P>): Step<P>[] {
  return [...steps(optimizer, simulate, options)]
}

export function* steps<P>(
  optimizer: Optimizer<State, P>,
  simulate: Simulate<P>,
  options: DriveOptions<P>,
): Generator<Step<P>> {
  checkDrive(optimizer, simulate, options)
  const { evaluations, order = 'generations', window = optimizer.populationSize, pass, known } = options
  let search = SearchState.begin(optimizer)
  const { seed } = optimizer.settings
  const arrival = Random.of(seed, 'arrival')
  const size = order === 'generations' ? Number.MAX_SAFE_INTEGER : optimizer.populationSize
  const pending: Evaluation<P>[] = []
  let generation = -1
  let n = 0
  if (known) search.tell(known)
  for (;;) {
    if (pass) search = SearchState.resume(optimizer, pass(search.checkpoint()))
    const room = order === 'generations' ? optimizer.populationSize : Math.min(window - pending.length, evaluations - n)
    const proposals = room <= 0 ? [] : order === 'generations' ? search.ask(room) : search.askAtMost(room)
    if (proposals.length > 0) generation++
    const individuals = proposals.map((proposal, i) => {
      const { parameters, index, replicate, seed: own } = proposal
      const place = n + i
      const id =
        order === 'generations'
          ? { generation, index: index ?? i, replicate: replicate ?? 0 }
          : { generation: Math.floor(place / size), index: place % size, replicate: 0 }
      return new Individual(id, withoutNegativeZeros(parameters), own ?? place, proposal)
    })
    search.expect(individuals)
    for (const [i, individual] of individuals.entries()) {
      pending.push(evaluateAll(optimizer, individual, simulate, n + i, options))
    }
    n += individuals.length
    if (pending.length === 0 || (order === 'generations' && n > evaluations)) return
    const told = takeTold(pending, order, arrival)
    const { state } = search
    search.tell(told)
    yield { state, proposed: proposals.map(({ parameters }) => parameters), individuals, told }
  }
}

function checkDrive<P>(optimizer: Optimizer<State, P>, simulate: Simulate<P>, options: DriveOptions<P>): void {
  checkArgument('drive', 'the first argument', optimizer, anOptimizer)
  checkArgument('drive', 'the second argument, which simulates,', simulate, aFunction)
  checkOptions('drive', options, driveOptions)
  needOptions('drive', options, 'evaluations')
}

const anOptimizer: OptionCheck = (value) =>
  typeof (value as Partial<Optimizer> | null | undefined)?.ask === 'function'
    ? undefined
    : `needs an optimizer, got ${show(value)}`

const driveOptions: OptionChecks = {
  evaluations: wholeFrom(0),
  order: oneOf(...orders),
  window: wholeFrom(1),
  pass: aFunction,
  known: aList,
  replications: aRecord,
  turn: wholeFrom(0),
}

/** Removes from what is pending what is told next. */
function takeTold<P>(pending: Evaluation<P>[], order: Order, random: Random): Evaluation<P>[] {
  switch (order) {
    case 'generations':
      return pending.splice(0)
    case 'ordered':
      return pending.splice(0, 1)
    case 'arrival':
      return pending.splice(random.integer(pending.length), 1)
  }
}

/** What is told of an individual: of its samples together, where it is simulated several times. */
function evaluateAll<P>(
  optimizer: Optimizer<State, P>,
  individual: Individual<P>,
  simulate: Simulate<P>,
  n: number,
  { replications, turn = 0 }: DriveOptions<P>,
): Evaluation<P> {
  const all = replicatesOf(individual, replications, 0)
  const samples = all.map((one, i) => evaluate(optimizer, one, simulate, n * all.length + i)) as readonly Evaluation[]
  const [point] = new Replicates(replications, optimizer.objectives).join(
    Random.of(turn, 'samples', n).shuffle(samples),
  )
  return point as Evaluation<P>
}

function evaluate<P>(
  { objectives, constraints }: Optimizer<State, P>,
  individual: Individual<P>,
  simulate: Simulate<P>,
  n: number,
): Evaluation<P> {
  const { parameters, budget } = individual
  const fitness = simulate(parameters, n, budget)
  if (fitness && constraints.size === 0) return { individual, outcome: 'done', fitness }
  if (fitness) {
    const results = Object.fromEntries(objectives.names.map((name, i) => [name, fitness[i]]))
    const violation = violationOf(constraints.judge(parameters, results))
    return { individual, outcome: 'done', fitness, ...(violation > 0 && { violation }) }
  }
  return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'It was to fail.' } }
}

/** All evaluations of a search, in the order of telling. */
export function toldIn<P>(steps: readonly Step<P>[]): Evaluation<P>[] {
  checkArgument('toldIn', 'its argument', steps, aList)
  return steps.flatMap(({ told }) => told)
}

/** The evaluations of a search in the order of telling, until one of a turn is enough: what is sought is found, and the rest costs time. */
export function toldUntil<P>(
  steps: Iterable<Step<P>>,
  isEnough: (evaluation: Evaluation<P>) => boolean,
): Evaluation<P>[] {
  const all: Evaluation<P>[] = []
  for (const { told } of steps) {
    all.push(...told)
    if (told.some(isEnough)) break
  }
  return all
}

/** Whether the first element of the fitness is less. */
export function isBelow<P>(limit: number): (evaluation: Evaluation<P>) => boolean {
  return (evaluation) => evaluation.outcome === 'done' && evaluation.fitness[0]! < limit
}

/** The parameters that a search proposed, in the order of asking. */
export function proposedIn<P>(steps: readonly Step<P>[]): P[] {
  checkArgument('proposedIn', 'its argument', steps, aList)
  return steps.flatMap(({ proposed }) => proposed)
}

/** The least first element of the fitness. */
export function leastOf<P>(evaluations: readonly Evaluation<P>[]): number {
  checkArgument('leastOf', 'its argument', evaluations, aList)
  return evaluations.reduce(
    (least, evaluation) => (evaluation.outcome === 'done' ? Math.min(least, evaluation.fitness[0]!) : least),
    Number.POSITIVE_INFINITY,
  )
}
