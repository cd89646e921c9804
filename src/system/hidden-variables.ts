import type { Variables } from './process-group.ts'

/**
 * By these a process knows which one it is among those that `mpirun` or `srun` has started. They are the worker's own:
 * a simulation that found them would wait for companions that it does not have.
 */
const ranks =
  /^(PMI_|PMI2_|PMIX_(?!MCA_)|OMPI_COMM_WORLD_|OMPI_UNIVERSE_|OMPI_APP_CTX_|MV2_COMM_WORLD_|MPI_LOCAL|HYDI_|PALS_)/

/**
 * What job scripts, runners and workers tell one another, and what they tell of an individual: a runner that a simulation
 * starts would take the warning of the job for its own, and the outer one would never hear it.
 */
const told = /^TWOLOOP_(?!WORKER$)/

/** Hides from a simulation, and from all that it starts, what in the environment of its worker is not meant for it. */
export function hiddenVariables(environment: Variables): Variables {
  const names = Object.keys(environment).filter((name) => ranks.test(name) || told.test(name))
  return Object.fromEntries(names.map((name) => [name, undefined]))
}
