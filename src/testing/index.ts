/**
 * For those who write optimizers: the laws that every optimizer keeps, as a suite for vitest, and a search in memory to
 * try one with. Needs `vitest` and `fast-check` beside this package.
 *
 * @module twoloop/testing
 */
export {
  type AnyParameters,
  type DriveOptions,
  drive,
  leastOf,
  proposedIn,
  type Simulate,
  type Step,
  steps,
  toldIn,
} from './drive.ts'
export { type OptimizerContract, testOptimizer } from './optimizer-contract.ts'
export type { MakeOptimizer } from './tested.ts'
