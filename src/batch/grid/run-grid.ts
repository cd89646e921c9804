import { setTimeout } from 'node:timers/promises'
import { ConfigurationError } from '../../core/errors.ts'
import { describeGrid, describeNames } from './describe-grid.ts'
import type { GridDefinition } from './grid-definition.ts'
import type { GridOutcome, GridRunOptions } from './grid-outcome.ts'
import type { ThunkReference } from './module-function.ts'
import { PlannedGrid } from './planned-grid.ts'
import { bundleModules, checkModules } from './thunk-code.ts'

/** Runs all variants of a grid that have not been run yet; one that fails does not stop the others. */
export async function runGrid(
  definition: GridDefinition,
  given: ThunkReference,
  options: GridRunOptions = {},
): Promise<GridOutcome> {
  const { print = (text) => void process.stdout.write(text), dryRun = false, waitBeforeLaunch = 0 } = options
  const grid = planned(definition, given, options)
  const code = await bundleModules([...grid.thunks, ...grid.functions])
  await checkModules(grid.thunks, grid.functions, code)
  print(describeGrid(definition))
  print(`\n${describeNames(grid.experiments.map(({ name }) => name))}\n`)
  if (dryRun) return grid.outcome({ status: 'planned' }, grid.evaluationsSoFar())
  await launchIn(waitBeforeLaunch, print, options.signal)
  return grid.run(code)
}

/** @throws ConfigurationError or SettingsError with what cannot be run as it was asked for */
function planned(definition: GridDefinition, given: ThunkReference, options: GridRunOptions): PlannedGrid {
  try {
    return new PlannedGrid(definition, given, options)
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error
    throw new ConfigurationError(error.message, { cause: error })
  }
}

/** Gives people time to change their minds. */
async function launchIn(
  seconds: number,
  print: (text: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!(seconds > 0)) return
  print(`Launching in ${seconds} s...\n`)
  await setTimeout(seconds * 1000, undefined, signal ? { signal } : {}).catch(() => {}) // the run itself is then stopped
}
