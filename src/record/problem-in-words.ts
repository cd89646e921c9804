import type { BudgetRange } from '../core/budget.ts'
import type { Limits } from '../core/limits.ts'
import type { ObjectiveMap } from '../core/objectives.ts'
import { aggregateInWords, type Replications } from '../core/replications.ts'
import type { RunSummary } from './summary.ts'

/** What a search was asked for beside its space, fact by fact, for people: the same wherever a run is told of. */
export function problemInWords({
  objectives,
  constraints,
  replications,
  budget,
  limits,
}: Pick<RunSummary, 'objectives' | 'constraints' | 'replications' | 'budget' | 'limits'>): (readonly [
  name: string,
  words: string,
])[] {
  const facts: readonly (readonly [string, string])[] = [
    ['objectives', objectivesInWords(objectives).join(', ')],
    ['constraints', constraints.join(', ')],
    ['replications', replications ? replicationsInWords(replications) : ''],
    ['budget', budget ? budgetInWords(budget) : ''],
    ['limits', limitsInWords(limits).join(', ')],
  ]
  return facts.filter(([, words]) => words !== '')
}

export function objectivesInWords(objectives: ObjectiveMap): string[] {
  return Object.entries(objectives).map(([name, aim]) =>
    typeof aim === 'number' ? `${name} with weight ${aim}` : `${aim} ${name}`,
  )
}

/** `worst of 3, with seeds of its own at every point` */
export function replicationsInWords(replications: Replications): string {
  const seeds = replications.seeds === 'common' ? 'the same seeds' : 'seeds of its own'
  return `${aggregateInWords(replications, replications.count)}, with ${seeds} at every point`
}

/** `1 to 27 epochs` */
export function budgetInWords({ name, low, high }: BudgetRange): string {
  return `${low} to ${high} ${name}`
}

/** What ends the search, limit by limit. */
export function limitsInWords({ generations, evaluations, simulations, target, stagnation, time }: Limits): string[] {
  const counted = { generations, evaluations, simulations }
  const values =
    typeof target === 'object' ? Object.entries(target).map(([name, value]) => `${name} ${value}`) : [String(target)]
  return [
    ...Object.entries(counted).flatMap(([name, most]) => (most === undefined ? [] : [`${most} ${name}`])),
    ...(target === undefined ? [] : [`a target of ${values.join(' and ')}`]),
    ...(stagnation === undefined ? [] : [`${stagnation} evaluations without a better one`]),
    ...(time === undefined ? [] : [`a time of ${/^\d+$/.test(String(time)) ? `${time} s` : time}`]),
  ]
}
