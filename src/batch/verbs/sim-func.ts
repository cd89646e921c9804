import { aFunction, aText, checkOptions, needOptions } from '../../core/options.ts'
import type { SimulationEnvironment, SimulationEnvironmentClass } from './simulation-environment.ts'

/** What a simulation function is given beside its environment: the parameters of its sample and the batch's own. */
export type SimParameters = Readonly<Record<string, unknown>>

/** A simulation function: acts in an environment for some steps, and gives its result as plain data. */
export interface SimFunc<E extends SimulationEnvironment = never, P = never, R = unknown> {
  (environment: E, seed: number, nSteps: number, parameters: P): R | Promise<R>
  /** Where workers find it: a module whose default export it is. */
  readonly module: string
  readonly environment: SimulationEnvironmentClass<E>
}

/**
 * A simulation function that workers can find, with the class of its environments.
 *
 * @example
 * export default defineSimFunc({
 *   module: import.meta.url,
 *   environment: Market,
 *   run(market, seed, nSteps, { fee }: { fee: number }) { ... },
 * })
 */
export function defineSimFunc<E extends SimulationEnvironment<S>, S, P, R>(definition: {
  readonly module: string
  readonly environment: SimulationEnvironmentClass<E, S>
  run(environment: E, seed: number, nSteps: number, parameters: P): R | Promise<R>
}): SimFunc<E, P, R> {
  checkOptions('defineSimFunc', definition, { module: aText, environment: aFunction, run: aFunction })
  needOptions('defineSimFunc', definition, 'module', 'environment', 'run')
  const { module, environment } = definition
  const run = (...given: [E, number, number, P]) => definition.run(...given)
  return Object.assign(run, { module, environment: environment as SimulationEnvironmentClass<E> })
}
