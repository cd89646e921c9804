import type { Environment } from '../../src/system/process-group.ts'

/**
 * By these a process knows which one it is among those that `mpirun` or `srun` has started. They are the worker's own:
 * a simulation that found them would wait for companions that it does not have.
 */
const ranks =
  /^(PMI_|PMI2_|PMIX_(?!MCA_)|OMPI_COMM_WORLD_|OMPI_UNIVERSE_|OMPI_APP_CTX_|MV2_COMM_WORLD_|MPI_LOCAL|HYDI_|PALS_)/

export function withoutRanks(environment: Environment): Environment {
  return Object.fromEntries(Object.keys(environment).flatMap((name) => (ranks.test(name) ? [[name, undefined]] : [])))
}
