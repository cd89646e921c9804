import { aFunction, anything, aRecord, checkArgument, checkOptions, refuseSurplus } from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { plainCopy } from '../plain-value.ts'
import type { Agent, Recorder, Recording } from './model.ts'

/** What is reported of a model or an agent: an attribute, a function of it, or such a function with further arguments. */
export type Reporter<T> =
  | (keyof T & string)
  | ((of: T) => unknown)
  // The further arguments are the business of the function and its user.
  | readonly [report: (of: T, ...more: never[]) => unknown, more: readonly unknown[]]

export type Reporters<T> = Readonly<Record<string, Reporter<T>>>

export interface DataCollectorOptions<M, A extends Agent> {
  readonly modelReporters?: Reporters<M>
  /** What is collected of every agent in `model.agents`. */
  readonly agentReporters?: Reporters<A>
  /** What is collected of the agents of some classes only; `reportersOfType` makes them. */
  readonly agentTypeReporters?: Iterable<AgentTypeReporters>
}

/** The class of some agents. */
export type AgentType<A extends Agent = Agent> = abstract new (...parameters: never[]) => A

export type AgentTypeReporters = readonly [type: AgentType, reporters: Reporters<never>]

/**
 * Reporters of the agents of one class.
 * @example agentTypeReporters: [reportersOfType(Sheep, { wool: 'wool' }), reportersOfType(Wolf, { hunger: 'hunger' })]
 */
export function reportersOfType<A extends Agent>(type: AgentType<A>, reporters: Reporters<A>): AgentTypeReporters {
  checkArgument('reportersOfType', 'type', type, aFunction)
  checkArgument('reportersOfType', 'reporters', reporters, aRecord)
  return [type, reporters as Reporters<never>]
}

/** As much of a model as its data collector needs. */
export interface CollectedModel<A extends Agent> {
  readonly steps: number
  readonly agents?: Iterable<A>
}

type Report = (of: unknown) => unknown

/**
 * Collects data of a model and its agents whenever it is told to, as copies that later steps do not change.
 *
 * @example
 * readonly dataCollector = new DataCollector<Forest, Tree>({
 *   modelReporters: { burnt: 'burnt', share: (forest) => forest.burnt / forest.agents.length },
 *   agentReporters: { state: 'state' },
 * })
 */
export class DataCollector<M extends CollectedModel<A>, A extends Agent = Agent> implements Recorder {
  readonly modelReporters: readonly string[]
  readonly agentReporters: readonly (readonly string[])[]
  readonly #reportsOfModel: readonly Report[]
  readonly #groups: readonly { readonly type: AgentType | undefined; readonly reports: readonly Report[] }[]
  readonly #recordings: Recording[] = []

  constructor(options: DataCollectorOptions<M, A> = {}, ...surplus: readonly never[]) {
    const known = { modelReporters: aRecord, agentReporters: aRecord, agentTypeReporters: anything }
    checkOptions('DataCollector', options, known, { agenttype_reporters: 'agentTypeReporters' })
    refuseSurplus('DataCollector', 1, surplus)
    const { modelReporters = {}, agentReporters = {}, agentTypeReporters = [] } = options
    this.modelReporters = Object.keys(modelReporters)
    this.#reportsOfModel = reportsOf('model', modelReporters)
    const all = Object.keys(agentReporters).length > 0 ? [[undefined, agentReporters as Reporters<never>] as const] : []
    const groups: readonly (readonly [AgentType | undefined, Reporters<never>])[] = [...all, ...agentTypeReporters]
    this.agentReporters = groups.map(([, reporters]) => Object.keys(reporters))
    this.#groups = groups.map(([type, reporters]) => ({ type, reports: reportsOf('agent', reporters) }))
  }

  get recordings(): readonly Recording[] {
    return this.#recordings
  }

  /** Records what the reporters say of the model now. */
  collect(model: M): void {
    this.#recordings.push({
      step: model.steps,
      model: this.#reportsOfModel.map((report) => report(model)),
      agents: this.#groups.map(({ type, reports }) =>
        this.#agentsOf(model, type).map((agent) => [idOf(agent), ...reports.map((report) => report(agent))]),
      ),
    })
  }

  /** Those of exactly that class; if there are none, those of classes derived from it. */
  #agentsOf({ agents }: M, type: AgentType | undefined): readonly A[] {
    if (agents === undefined) {
      throw new TypeError('agent reporters need a model with `agents`, a list of what has a `uniqueId`')
    }
    const all = [...agents]
    if (!type) return all
    const exact = all.filter((agent) => agent.constructor === type)
    return exact.length > 0 ? exact : all.filter((agent) => agent instanceof type)
  }
}

function idOf(agent: Agent): number | string {
  const { uniqueId } = agent
  if (typeof uniqueId === 'number' || typeof uniqueId === 'string') return uniqueId
  const other = Object.hasOwn(agent, 'unique_id') ? ' and has a unique_id' : ''
  throw new TypeError(`an agent needs a number or a text as its uniqueId, got ${show(uniqueId)}${other}`)
}

function reportsOf<T>(kind: 'model' | 'agent', reporters: Reporters<T>): Report[] {
  return Object.entries(reporters).map(([name, reporter]) => {
    const of = `the ${kind} reporter ${show(name)}`
    const report = reportOf(of, kind, reporter)
    return (subject: unknown) => plainCopy(report(subject), of)
  })
}

function reportOf<T>(of: string, kind: string, reporter: Reporter<T>): Report {
  if (typeof reporter === 'function') return reporter as Report
  if (typeof reporter === 'string') {
    return (subject) => {
      const known = subject as Readonly<Record<string, unknown>>
      if (reporter in known) return known[reporter]
      throw new TypeError(`${of} needs the attribute ${show(reporter)}, which the ${kind} does not have`)
    }
  }
  const [report, more] = Array.isArray(reporter) && reporter.length === 2 ? reporter : []
  if (typeof report !== 'function' || !Array.isArray(more)) {
    throw new TypeError(
      `${of} needs an attribute's name, a function, or [function, [arguments]], got ${show(reporter)}`,
    )
  }
  return (subject) => (report as (...all: readonly unknown[]) => unknown)(subject, ...(more as readonly unknown[]))
}
