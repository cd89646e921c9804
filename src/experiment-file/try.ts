import { Individual } from '../core/individual.ts'
import { nearest } from '../core/nearest.ts'
import type { Explanation } from '../core/optimizee.ts'
import { Random, seedOf } from '../core/random.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { show } from '../core/text.ts'
import { type SimulatedHere, simulateHere } from '../search/simulate-here.ts'
import { loadExperiment } from './load.ts'
import { readSetting } from './overrides.ts'
import { refuse } from './place.ts'

/** One individual of an experiment, simulated without a run. */
export interface Trial extends SimulatedHere {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly objectives: readonly string[]
  /** What is started for it, as far as the simulation says. */
  readonly started: Explanation['facts']
  /** What looks wrong, a sentence each. */
  readonly warnings: readonly string[]
}

/** @param set parameters as `name=value`; the others are drawn as the experiment's seed wants them */
export async function tryExperiment(file: string, set: readonly string[]): Promise<Trial> {
  const { optimizee, optimizer, runner } = await loadExperiment(file)
  const { space, objectives } = optimizee
  const { seed } = optimizer.settings
  const drawn = optimizee.createIndividual(Random.of(seed, 'try'))
  const parameters = { ...drawn, ...Object.fromEntries(set.map(readSetting)) }
  const unknown = Object.keys(parameters).find((name) => !space.names.includes(name))
  if (unknown !== undefined) {
    const meant = nearest(unknown, space.names)
    const hint = meant ? `did you mean ${meant}?` : `there are ${space.names.join(', ')}`
    refuse({ file, path: '' }, `has no parameter ${show(unknown)}; ${hint}`)
  }
  const refusal = space.refuse(parameters)
  if (refusal !== undefined) refuse({ file, path: '' }, refusal)
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, parameters, seedOf(seed, 'try'))
  const { facts = [], unused = [] } = optimizee.explain?.(individual) ?? {}
  const snapshot = await optimizee.snapshot()
  const { timeout } = runnerSettings.parse(runner)
  const here = await simulateHere(optimizee, individual, { attempt: 1, timeout, snapshot: () => snapshot, name: 'try' })
  return {
    parameters,
    seed: individual.seed,
    objectives: objectives.names,
    started: facts,
    warnings: unused.map((name) => `Nothing tells the simulation its parameter ${show(name)}.`),
    ...here,
  }
}
