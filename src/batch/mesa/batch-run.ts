import { aRecord, checkOptions, refuseSurplus } from '../../core/options.ts'
import { BatchRunner, type BatchRunnerOptions, batchRunnerOptions } from './batch-runner.ts'
import { allCombinations, type Swept } from './generators.ts'
import type { ModelClass } from './model.ts'
import type { BatchRow } from './rows.ts'
import { type ModelRunOptions, mesaWords, runOptions } from './run-configuration.ts'

export interface BatchRunOptions<P> extends ModelRunOptions, Omit<BatchRunnerOptions, 'configurations'> {
  /** A text or what is not iterable is one value, an iterable is swept. */
  readonly parameters: Swept<P>
}

/**
 * Runs a model with all combinations of its parameters, each with all seeds, as Mesa's `batch_run`: rows in the order of
 * the run ids.
 *
 * @example
 * const rows = await batchRun(Schelling, {
 *   parameters: { density: [0.7, 0.8, 0.9], homophily: 0.4 },
 *   rng: [1, 2, 3],
 *   maxSteps: 200,
 *   numberProcesses: null,
 * })
 */
export async function batchRun<P>(
  model: ModelClass<P>,
  given: BatchRunOptions<P>,
  ...surplus: []
): Promise<BatchRow[]> {
  refuseSurplus('batchRun', 2, surplus)
  const { configurations: _, ...known } = batchRunnerOptions
  checkOptions('batchRun', given, { parameters: aRecord, ...runOptions, ...known }, mesaWords)
  const { parameters, iterations, rng, maxSteps, dataCollectionPeriod, ...options } = given
  const runs = { iterations, rng, maxSteps, dataCollectionPeriod }
  const configurations = allCombinations('batchRun', model, { parameters, ...runs })
  return new BatchRunner({ ...options, configurations }).runAll()
}
