/**
 * What whoever loads a simulation has for it of this package, under the names by which simulations import it: their bundles
 * need not have it in them.
 */
export { Batch } from './batch.ts'
export { Constraints } from './constraints.ts'
export { defineOptimizee } from './define-optimizee.ts'
export { ConfigurationError } from './errors.ts'
export { SimulationFailure } from './evaluation.ts'
export { Individual } from './individual.ts'
export { Objectives } from './objectives.ts'
export { Optimizee } from './optimizee.ts'
export { Random } from './random.ts'
export { boolean, choice, integer, matrix, ordinal, real, Space, space, vector, when } from './space.ts'
