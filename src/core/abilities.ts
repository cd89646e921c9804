import type { Problem } from './optimizee.ts'
import type { Axis } from './space.ts'

/**
 * When the results are told: a generation at once (`generations`); one by one in the order of asking, some of them ahead
 * (`ordered`), so that the search is the same whatever the timing; or as they come (`arrival`), in an order that is recorded.
 */
export type Order = 'generations' | 'ordered' | 'arrival'

export const orders = ['generations', 'ordered', 'arrival'] as const satisfies readonly Order[]

/** What an algorithm can do: checked before anything runs, listed by `twoloop optimizers`, tested by the contract suite. */
export interface Abilities {
  /** The kinds of axes that it searches. */
  readonly axes: readonly Axis['kind'][]
  /** `one` only, `weighted` sums of several, or `many` as they are: it looks for their front where none has a weight. */
  readonly objectives: 'one' | 'weighted' | 'many'
  /** `generation`: told all at once. `steady`: told in any portions, asked for as many as there is room for. */
  readonly pace: 'generation' | 'steady'
  /** How many axes it searches at most: with more it computes so long after each generation that everybody waits for it. */
  readonly mostAxes?: number | undefined
  /** Whether it searches parameters that are absent where they do not apply; not unless it says so. */
  readonly conditions?: boolean | undefined
  /** Whether it is expected to beat random search: not a grid, an archive or a sampler of a posterior. */
  readonly searches: boolean
  /** Whether it gives individuals parts of a budget, without which it is nothing. */
  readonly budgets?: boolean | undefined
  /** Whether it hears what individuals report on their way, and stops some: in the order of arrival, and with one objective. */
  readonly reports?: boolean | undefined
}

export const allAxes = ['real', 'integer', 'choice', 'boolean'] as const satisfies Abilities['axes']

export function takesOrder({ pace, reports }: Abilities, order: Order): boolean {
  // When a report comes depends on who is how fast: in the other orders a search must not.
  if (reports) return order === 'arrival'
  return order === 'generations' || pace === 'steady'
}

type AskedAbilities = Pick<Problem, 'space' | 'objectives' | 'budget' | 'replications' | 'canReport'>

/** What a problem asks for that an algorithm cannot do, as the end of a sentence that begins with the algorithm. */
export function findMissingAbility(
  abilities: Abilities,
  { space, objectives, budget, replications, canReport }: AskedAbilities,
  order: Order = 'generations',
): string | undefined {
  const axis = space.axes.find(({ kind }) => !abilities.axes.includes(kind))
  if (axis) return `cannot search ${axis.kind} parameters`
  const { mostAxes = Number.POSITIVE_INFINITY } = abilities
  if (space.dimension > mostAxes) return `searches at most ${mostAxes} axes, not ${space.dimension}`
  if (space.isConditional && abilities.conditions !== true) return 'cannot search parameters with a condition (`when`)'
  const { names, wantsFront } = objectives
  if (names.length > 1 && abilities.objectives === 'one') return `takes one objective, not ${names.length}`
  if (wantsFront && abilities.objectives === 'weighted') {
    const weights = names.map((name, i) => `${name}: ${objectives.weights[i]}`).join(', ')
    return `follows one number, and ${names.join(', ')} have directions without weights (with them, as ${weights}, it follows their sum)`
  }
  if (abilities.budgets && budget === undefined) {
    return 'spends a budget, and the simulation has none (say `budget: { name: steps, low: 1, high: 81 }`)'
  }
  if (abilities.reports && canReport === false) {
    return 'stops simulations by what they report, and a command reports nothing (a `program` can)'
  }
  if (abilities.reports && order !== 'arrival') {
    return `needs \`order: arrival\`, since it hears reports as they come, and cannot search in the order ${order}`
  }
  if (abilities.reports && replications) return 'stops single simulations by their reports, and takes no replications'
  if (!takesOrder(abilities, order)) return `works in generations only, not in the order ${order}`
  return undefined
}
