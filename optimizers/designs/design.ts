import { z } from 'zod'
import { allAxes } from '../../src/core/abilities.ts'
import type { Asked } from '../../src/core/algorithm.ts'
import type { Problem } from '../../src/core/optimizee.ts'
import { checkProblem, commonSettings, Optimizer } from '../../src/core/optimizer.ts'
import type { PlainData, State } from '../../src/core/plain-data.ts'
import type { Proposal } from '../../src/core/proposal.ts'
import { parseSettings, SettingsError } from '../../src/core/settings.ts'
import { counted, show } from '../../src/core/text.ts'
import { checkNames } from './check.ts'
import { repeat } from './combine.ts'
import { designDefinition, designFrom, hasFile, seedPolicy } from './definition.ts'
import { DesignPoints } from './design-points.ts'
import { distinctPoints } from './distinct-points.ts'
import { seedOfReplicate } from './replication.ts'

const playing = {
  seed: commonSettings.seed,
  generations: z.int().min(1).optional().describe('How many generations to play at most; all of the design by default'),
  replications: z.int().min(1).optional().describe('How often each point is simulated; once by default'),
  seeds: seedPolicy.optional(),
  chunk: z
    .int()
    .min(1)
    .default(10_000)
    .describe('How many individuals a generation has at most; the replicates of a point stay together'),
}

const settings = z.strictObject({
  design: designDefinition.describe('Which points: their kind (latin-hypercube, sobol ...) and what that kind needs'),
  ...playing,
})
const settingsWithoutDesign = z.strictObject(playing)

type GivenSettings<P> =
  | z.input<typeof settings>
  | ({ readonly design: DesignPoints<P> } & z.input<typeof settingsWithoutDesign>)

interface Settings extends z.output<typeof settingsWithoutDesign> {
  readonly design: PlainData
}

export type DesignState = {
  /** The first point that has not been played yet. */
  readonly next: number
  /** How many simulations are waited for. */
  readonly pending: number
}

/**
 * Plays a design, whichever it is, in generations of consecutive points, so that a design larger than memory streams.
 * Nothing is learned from the results.
 *
 * @example new Design(problem, { design: sobol(problem.space, { points: 1024 }), replications: 5, seeds: 'common' })
 */
export class Design<P = Record<string, unknown>> extends Optimizer<DesignState, P, Settings> {
  static readonly type = 'design'
  static readonly summary = 'Simulates a fixed list of points: grid, Latin hypercube, Sobol, Morris, a table ...'
  static override readonly version = 2
  static readonly settings = settings
  static override readonly abilities = {
    axes: allAxes,
    conditions: true,
    objectives: 'many',
    pace: 'generation',
    searches: false,
  } as const

  /** What is played; its `size` and `runs` are known before anything is run. */
  readonly design: DesignPoints<unknown>
  /** For each parameter of the space, its place among the values of a point. */
  readonly #order: readonly number[]
  readonly #pointsAtOnce: number

  constructor(problem: Problem<P>, given: GivenSettings<P>, ...surplus: readonly never[]) {
    const { design, parsed } = readGiven(problem, given)
    const pointsAtOnce = Math.max(1, Math.floor(parsed.chunk / design.mostReplications))
    super(problem, parsed, ...surplus)
    if (problem.replications && design.stretches.some(({ replication }) => replication !== undefined)) {
      throw new SettingsError(
        'optimizer: the design repeats its points, and so do the replications of the optimizee; say in one place how often',
      )
    }
    this.design = design
    this.#order = orderOf(this.space.names, design.names)
    this.#pointsAtOnce = pointsAtOnce
    this.#parametersAt(0) // a design that was made for another space is refused before anything is run
  }

  override get populationSize(): number {
    return this.#pointsAtOnce
  }

  override get mostAtOnce(): number {
    return Math.min(this.#pointsAtOnce, this.design.size) * this.design.mostReplications
  }

  override get allGenerations(): number {
    return Math.ceil(this.design.size / this.#pointsAtOnce)
  }

  override get sharesSeeds(): boolean {
    const isCommon = this.design.stretches.some(({ replication }) => replication?.seeds === 'common')
    return super.sharesSeeds || (isCommon && this.budget === undefined)
  }

  override generationSize({ next }: DesignState): number {
    let size = 0
    for (let point = next; point < this.#endOf(next); point++) {
      if (!(this.constraints.constrainParameters && this.constraints.violationBy(this.#parametersAt(point)) > 0))
        size += this.design.replicationAt(point).replications
    }
    return size
  }

  /** The state of version 1 named the first point of the generation that it waited for. */
  override upgrade(state: State, version: number): DesignState | undefined {
    if (version !== 1) return undefined
    const { next } = state as DesignState
    return { ...this.ask({ next, pending: 0 }).state }
  }

  override start(): DesignState {
    return { next: 0, pending: 0 }
  }

  override ask(state: DesignState): Asked<DesignState, P> {
    if (state.pending > 0) return { state, proposals: [] }
    let { next } = state
    let proposals = this.#proposalsFrom(next)
    for (; proposals.length === 0 && next < this.design.size; proposals = this.#proposalsFrom(next))
      next = this.#endOf(next)
    if (proposals.length === 0 && state.next === 0) {
      throw new RangeError(`all ${this.design.size} points of the design violate constraints`)
    }
    return { state: { next: this.#endOf(next), pending: proposals.length }, proposals }
  }

  /** The individuals of the points from there to the end of a generation; those that violate constraints are left out. */
  #proposalsFrom(next: number): Proposal<P>[] {
    const end = this.#endOf(next)
    const proposals: Proposal<P>[] = []
    for (let point = next; point < end; point++) {
      const parameters = this.#parametersAt(point)
      if (this.constraints.violationBy(parameters) > 0) continue
      const { replications, seeds } = this.design.replicationAt(point)
      for (let replicate = 0; replicate < replications; replicate++) {
        const seed = seedOfReplicate(seeds, this.settings.seed, point, replicate)
        proposals.push({ parameters, seed, replicate, index: point - next })
      }
    }
    return proposals
  }

  override tell({ next }: DesignState): DesignState {
    return { next, pending: 0 }
  }

  override announce(): string {
    const { size } = this.design
    const runs = this.design.runs * (this.replications?.count ?? 1)
    const all = this.allGenerations
    const { generations = all } = this.settings
    const played = generations < all ? `; ${counted(generations, 'generation')} of ${all} will be run` : ''
    return `The design has ${counted(size, 'point')}, ${counted(runs, 'simulation')} in all${played}.${this.#announceLeftOut()}`
  }

  #announceLeftOut(): string {
    const left = this.#leftOut(0, this.design.size)
    if (left.length === 0) return ''
    const named = left.slice(0, mostNamed).join(', ')
    const which = `${left.length === 1 ? 'point' : 'points'} ${named}${left.length > mostNamed ? ', ...' : ''}, counted from 0`
    return ` ${left.length} of them ${left.length === 1 ? 'violates' : 'violate'} constraints and ${left.length === 1 ? 'is' : 'are'} left out (${which}).`
  }

  /** The points of a stretch that violate constraints of parameters. */
  #leftOut(from: number, to: number): number[] {
    if (!this.constraints.constrainParameters) return []
    const left: number[] = []
    for (let point = from; point < to; point++) {
      if (this.constraints.violationBy(this.#parametersAt(point)) > 0) left.push(point)
    }
    return left
  }

  /** Points are counted from 0; `to` is not played any more. */
  override summarize({ next }: DesignState): Readonly<Record<string, unknown>> {
    const { size, runs } = this.design
    const from = Math.floor((next - 1) / this.#pointsAtOnce) * this.#pointsAtOnce
    const left = this.constraints.constrainParameters ? { leftOut: this.#leftOut(from, next).length } : {}
    return { from, to: next, points: size, runs, ...left }
  }

  #endOf(next: number): number {
    return Math.min(next + this.#pointsAtOnce, this.design.size)
  }

  #parametersAt(point: number): P {
    const values = this.design.valuesAt(point)
    const parameters = this.space.fromValues(this.#order.map((place) => values[place]))
    const refusal = this.space.refuse(parameters)
    if (refusal !== undefined) throw new RangeError(`point ${point} of the design: ${refusal}`)
    return parameters
  }
}

/** The most points that are named of those that are left out. */
const mostNamed = 10

function readGiven<P>(problem: Problem<P>, given: GivenSettings<P>) {
  checkProblem(Design.type, problem)
  if (given?.design instanceof DesignPoints) {
    const { design, ...others } = given
    const parsed = parseSettings(settingsWithoutDesign, others, 'optimizer')
    const points = replicated(distinctPoints(problem.space, design), parsed)
    return { design: points, parsed: { ...parsed, design: design.description } }
  }
  const parsed = parseSettings(settings, given, 'optimizer')
  const points = distinctPoints(problem.space, designFrom(parsed.design, problem.space, parsed.seed))
  // A file's content when it was read is remembered by its hash, and not row by row.
  const described = hasFile(parsed.design) ? points.description : (parsed.design as unknown as PlainData)
  return { design: replicated(points, parsed), parsed: { ...parsed, design: described } }
}

function replicated(
  design: DesignPoints<unknown>,
  { replications, seeds }: z.output<typeof settingsWithoutDesign>,
): DesignPoints<unknown> {
  return replications === undefined && seeds === undefined ? design : repeat(design, replications, seeds)
}

function orderOf(names: readonly string[], given: readonly string[]): number[] {
  checkNames('a design', given, names)
  const missing = names.filter((name) => !given.includes(name))
  if (missing.length > 0) {
    throw new RangeError(`a design needs a value for every parameter, got none for ${missing.map(show).join(', ')}`)
  }
  return names.map((name) => given.indexOf(name))
}
