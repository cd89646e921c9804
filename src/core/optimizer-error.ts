import type { Algorithm } from './algorithm.ts'
import { messageOf } from './errors.ts'
import { counted, printable } from './text.ts'

/** An algorithm has failed: what it does not allow was not asked of it, so the fault is its own. */
export class OptimizerError extends Error {
  override readonly name = 'OptimizerError'
}

type Named = Pick<Algorithm, 'type' | 'populationSize'>

/** What a method of an algorithm gives. @throws OptimizerError with its name and place if it throws */
export function guarded<T>(optimizer: Named, method: string, told: number, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw new OptimizerError(`${placeOf(optimizer, method, told)}: ${messageOf(error)}`, { cause: error })
  }
}

/** The sentence of what an algorithm has done that it must not. */
export function whatFailed(optimizer: Named, method: string, told: number, what: string): string {
  return `${placeOf(optimizer, method, told)}: ${printable(what)}.`
}

function placeOf({ type, populationSize }: Named, method: string, told: number): string {
  const generation = Math.floor(told / populationSize)
  return `The optimizer ${type} failed in ${method} after ${counted(told, 'evaluation')} (generation ${generation})`
}
