import { messageOf } from './errors.ts'
import type { Optimizer } from './optimizer.ts'
import { OptimizerError } from './optimizer-error.ts'
import { show } from './text.ts'

type Sizes = Pick<Optimizer, 'populationSize' | 'usualGenerations' | 'allGenerations'>

/**
 * How large a search is follows from numbers that a class from outside computes: they are looked at before anything is.
 * @throws OptimizerError if one of them is none
 */
export function checkSizes(type: string, optimizer: Sizes): void {
  for (const name of ['populationSize', 'allGenerations', 'usualGenerations'] as const) {
    const given = sizeOf(type, optimizer, name)
    const isEndless = name === 'allGenerations' && given === Number.POSITIVE_INFINITY
    if (isEndless || (Number.isSafeInteger(given) && given >= 1)) continue
    throw new OptimizerError(
      `The optimizer ${type} failed in ${name}: it needs to give a whole number from 1, and gave ${show(given)}`,
    )
  }
}

function sizeOf(type: string, optimizer: Sizes, name: keyof Sizes): number {
  try {
    return optimizer[name]
  } catch (error) {
    throw new OptimizerError(`The optimizer ${type} failed in ${name}: ${messageOf(error)}`, { cause: error })
  }
}
