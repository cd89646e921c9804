import { optimizers } from '../../optimizers/index.ts'
import { type Abilities, findMissingAbility, type Order } from '../core/abilities.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import type { RunnerSettings } from '../core/runner-settings.ts'
import { show } from '../core/text.ts'
import type { SearchPlan } from './searched.ts'

/** @throws ConfigurationError if the search cannot be what its plan says: by its optimizer, its space or its limits */
export function checkPlan(
  optimizer: Optimizer,
  optimizee: Optimizee,
  plan: SearchPlan & { readonly onFailure?: RunnerSettings['onFailure'] | undefined },
): void {
  const { order = 'generations', window, start = [], limits = {}, onFailure } = plan
  checkAbilities(optimizer, optimizee, order)
  if (optimizee.replications && onFailure === 'replace') {
    throw new ConfigurationError(
      'onFailure: replace is for individuals that are simulated once, and with replications what fails is one sample of a point; leave out one of the two.',
    )
  }
  if (window !== undefined && order === 'generations') {
    throw new ConfigurationError(
      'window is for the orders ordered and arrival, and this search is in generations; say `order: ordered`, or leave it out.',
    )
  }
  if (window !== undefined && !(Number.isSafeInteger(window) && window >= 1)) {
    throw new ConfigurationError(`window needs a whole number of at least 1, got ${show(window)}.`)
  }
  start.forEach((guess, i) => {
    const refusal = optimizee.space.refuse(guess)
    if (refusal !== undefined) throw new ConfigurationError(`start[${i}] ${refusal}.`)
  })
  const { populationSize } = optimizer
  const { evaluations } = limits
  if (order === 'generations' && evaluations !== undefined && evaluations < populationSize) {
    throw new ConfigurationError(
      `limits.evaluations needs at least one generation of ${populationSize}, got ${evaluations}.`,
    )
  }
}

/** An optimizer that cannot do what the search asks of it is refused, and those that can are named. */
function checkAbilities(optimizer: Optimizer, optimizee: Optimizee, order: Order): void {
  const missing = findMissingAbility(optimizer.abilities, optimizee, order)
  if (missing === undefined) return
  const able = Object.entries<{ readonly abilities: Abilities }>(optimizers)
    .filter(([, { abilities }]) => findMissingAbility(abilities, optimizee, order) === undefined)
    .map(([type]) => type)
  const others = able.length > 0 ? `; those that can are ${able.join(', ')}` : ''
  throw new ConfigurationError(`The optimizer ${optimizer.type} ${missing}${others}.`)
}
