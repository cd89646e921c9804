import { aFunction, aRecord, aText, checkArgument, checkOptions, wholeFrom } from '../core/options.ts'
import { lawsOfAnswers } from './laws/answers.ts'
import { lawsOfBudgets } from './laws/budgets.ts'
import { lawsOfConditions } from './laws/conditions.ts'
import { lawsOfConstraints } from './laws/constraints.ts'
import { lawsOfObjectives } from './laws/objectives.ts'
import { lawsOfProgress } from './laws/progress.ts'
import { lawsOfPurity } from './laws/pure-functions.ts'
import { lawsOfSameSearch } from './laws/same-search.ts'
import { lawsOfSpaces } from './laws/spaces.ts'
import { lawsOfStateSize } from './laws/state-size.ts'
import { describe, expect, test } from './peers.ts'
import { type MakeOptimizer, type Tested, testedFrom } from './tested.ts'

export interface OptimizerContract {
  /** How many evaluations it may spend when it is compared with random search; no law that is long spends more. */
  readonly evaluations?: number
  /** Laws that do not hold for it, by their names, each with the reason. */
  readonly excused?: Readonly<Record<string, string>>
}

/** Every subject of the contract; which of its laws apply follows from an optimizer's abilities. */
const subjects: readonly ((tested: Tested) => void)[] = [
  lawsOfSameSearch,
  lawsOfPurity,
  lawsOfSpaces,
  lawsOfAnswers,
  lawsOfConditions,
  lawsOfConstraints,
  lawsOfObjectives,
  lawsOfProgress,
  lawsOfBudgets,
  lawsOfStateSize,
]

/**
 * What every optimizer has to keep to, as tests. An optimizer joins with one line.
 *
 * @example testOptimizer('cross-entropy', (problem, settings) => new CrossEntropy(problem, settings))
 */
export function testOptimizer(name: string, make: MakeOptimizer, contract: OptimizerContract = {}): void {
  checkArgument('testOptimizer', 'the name', name, aText)
  checkArgument('testOptimizer', 'the second argument, which makes an optimizer,', make, aFunction)
  checkOptions('testOptimizer', contract, { evaluations: wholeFrom(1), excused: aRecord })
  const { evaluations = 2000, excused = {} } = contract
  const known = new Set<string>()
  const law = (title: string, check: () => void) => {
    known.add(title)
    if (!Object.hasOwn(excused, title)) test(title, check)
  }
  const tested = testedFrom(make, evaluations, law)

  describe(`${name} keeps the contract of optimizers`, () => {
    for (const lay of subjects) lay(tested)

    test('no law is excused that there is not', () => {
      expect(Object.keys(excused).filter((title) => !known.has(title))).toEqual([])
    })
  })
}
