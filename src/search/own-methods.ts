import { ConfigurationError, RunHeldError, SearchFailedError, SettingsError, StorageFullError } from '../core/errors.ts'
import type { Evaluation } from '../core/evaluation.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { failureOf, OptimizerError } from '../core/optimizer-error.ts'
import type { Trajectory } from '../core/trajectory.ts'

// Most optimizers inherit these two methods. Of a class that has its own, what it throws there is told with its name and place.

/** Lets the optimizer tell the evaluations and expand the trajectory. @throws OptimizerError if the algorithm throws */
export function postProcess(optimizer: Optimizer, trajectory: Trajectory, evaluations: readonly Evaluation[]): void {
  callOwn(optimizer, 'postProcess', () => optimizer.postProcess(trajectory, evaluations), evaluations.length)
}

/** Lets the optimizer record its final results. @throws OptimizerError if the algorithm throws */
export function end(optimizer: Optimizer, trajectory: Trajectory): void {
  callOwn(optimizer, 'end', () => optimizer.end(trajectory))
}

function callOwn(optimizer: Optimizer, method: string, call: () => void, telling?: number): void {
  const { told } = optimizer.search
  try {
    call()
  } catch (error) {
    if (saysWhere(error)) throw error
    throw failureOf(optimizer, method, told, error, telling)
  }
}

/** What a method that is called from there has thrown, or the record that it expands or reads. */
function saysWhere(error: unknown): boolean {
  const isOfRecord = String((error as { readonly code?: unknown } | null)?.code).startsWith('SQLITE_')
  return isOfRecord || ownErrors.some((one) => error instanceof one)
}

const ownErrors = [
  OptimizerError,
  ConfigurationError,
  SettingsError,
  SearchFailedError,
  RunHeldError,
  StorageFullError,
] as const
