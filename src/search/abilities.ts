import { optimizers } from '../../optimizers/index.ts'
import { type Abilities, findMissingAbility, type Order } from '../core/abilities.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'

/** @throws ConfigurationError if the optimizer cannot do what the search asks of it, naming those that can */
export function checkAbilities(optimizer: Optimizer, optimizee: Optimizee, order: Order): void {
  const missing = findMissingAbility(optimizer.abilities, optimizee, order)
  if (missing === undefined) return
  const able = Object.entries<{ readonly abilities: Abilities }>(optimizers)
    .filter(([, { abilities }]) => findMissingAbility(abilities, optimizee, order) === undefined)
    .map(([type]) => type)
  const others = able.length > 0 ? `; those that can are ${able.join(', ')}` : ''
  throw new ConfigurationError(`The optimizer ${optimizer.type} ${missing}${others}.`)
}
