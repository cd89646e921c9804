import type { Algorithm } from './algorithm.ts'
import { messageOf } from './errors.ts'
import { counted, printable } from './text.ts'

/** An algorithm has failed: what it does not allow was not asked of it, so the fault is its own. */
export class OptimizerError extends Error {
  override readonly name = 'OptimizerError'
}

type Named = Pick<Algorithm, 'type' | 'populationSize'>

/**
 * What a method of an algorithm gives.
 *
 * @param told how many evaluations it had been told before
 * @param telling how many it was being told, if it was
 * @throws OptimizerError with its name and place if it throws
 */
export function guarded<T>(optimizer: Named, method: string, told: number, call: () => T, telling = 0): T {
  try {
    return call()
  } catch (error) {
    throw failureOf(optimizer, method, told, error, telling)
  }
}

/** What a method has thrown, with its name and place. */
export function failureOf(optimizer: Named, method: string, told: number, error: unknown, telling = 0): OptimizerError {
  return new OptimizerError(`${placeOf(optimizer, method, told, telling)}: ${messageOf(error)}`, { cause: error })
}

/** The sentence of what an algorithm has done that it must not. */
export function whatFailed(optimizer: Named, method: string, told: number, what: string, telling = 0): string {
  return `${placeOf(optimizer, method, told, telling)}: ${printable(what)}.`
}

function placeOf({ type, populationSize }: Named, method: string, told: number, telling: number): string {
  const generation = Math.floor(told / populationSize)
  const when = telling === 0 ? `after ${counted(told, 'evaluation')}` : `of ${numbered(told + 1, told + telling)}`
  return `The optimizer ${type} failed in ${method} ${when} (generation ${generation})`
}

function numbered(first: number, last: number): string {
  return first === last ? `evaluation ${first}` : `evaluations ${first} to ${last}`
}
