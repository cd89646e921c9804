import { nameOf } from '../core/individual.ts'
import { Objectives } from '../core/objectives.ts'
import type { RunSummary } from '../record/summary.ts'
import { plural, short } from './words.ts'

/** What a search has found, in sentences: of several objectives without weights no individual is called the best. */
export function foundInWords(summary: RunSummary): string {
  const { best, budget, objectives } = summary
  if (best === null) return 'No individual was simulated well.'
  const sentences = [
    ...(best.violation === undefined
      ? []
      : [`No individual keeps all constraints; the least that one violates them by is ${short(best.violation)}.`]),
    ...(best.budget === undefined || budget === null
      ? []
      : [
          `None has had the whole budget of ${budget.high} ${budget.name}; the most that one has had is ${best.budget}.`,
        ]),
    wantsFront(objectives) ? frontInWords(summary) : bestInWords(summary),
  ]
  return sentences.join(' ')
}

/** Whether none of its objectives counts more than another. */
export function wantsFront(objectives: RunSummary['objectives']): boolean {
  return Object.keys(objectives).length > 0 && new Objectives(objectives).wantsFront
}

function bestInWords({ best, budget, objectives }: RunSummary): string {
  const { fitness, standardError, aggregate, violation } = best!
  const values = Object.keys(objectives).map((name, i) => {
    const error = standardError?.[i] ?? null
    return `${name} = ${short(fitness[i]!)}${error === null ? '' : ` ± ${short(error)}`}`
  })
  const what = violation === undefined ? 'best individual' : 'individual that violates them least'
  const of = aggregate === undefined ? '' : ` (${aggregate})`
  const whole =
    budget === null || best!.budget !== undefined ? '' : ` with the whole budget of ${budget.high} ${budget.name}`
  return `The ${what}${whole}, ${nameOf(best!)}, has ${values.join(', ')}${of}.`
}

function frontInWords({ front, objectives }: RunSummary): string {
  const names = Object.keys(objectives).join(', ')
  if (front === null) return `Of ${names} none counts more than another: there is a front once a generation is whole.`
  const { individuals, hypervolume, reference } = front
  const values = Object.entries(reference ?? {}).map(([name, value]) => `${name} = ${short(value)}`)
  const volume =
    hypervolume === null
      ? ''
      : ` Their hypervolume is ${short(hypervolume)}${values.length === 0 ? '' : `, measured from the reference ${values.join(', ')}`}.`
  const verb = individuals === 1 ? 'is the front, which' : 'are the front, which'
  return `${plural(individuals, 'individual')} ${verb} no other dominates in ${names}.${volume}`
}
