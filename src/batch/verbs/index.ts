/** verbs' batch runner: simulation functions in environments that begin from a snapshot or a cache. */

export { type BatchRunSimulationsOptions, batchRunSimulations } from './batch-run.ts'
export { type CacheData, type MissingEntry, MissingEntryError, ReadCache } from './read-cache.ts'
export { type ParameterSamples, readSamples, type SampleFailure } from './samples.ts'
export { defineSimFunc, type SimFunc } from './sim-func.ts'
export { type SimulationOptimizeeOptions, simulationOptimizee } from './sim-func-optimizee.ts'
export type { Beginning, SimulationEnvironment, SimulationEnvironmentClass } from './simulation-environment.ts'
