import { cpus } from 'node:os'

/** Where this worker runs, as far as its environment says. */
export function ownProvenance(): Record<string, string> {
  const named = {
    slurmJob: process.env.SLURM_JOB_ID,
    slurmStep: process.env.SLURM_STEP_ID,
    slurmNode: process.env.SLURMD_NODENAME,
    slurmRestarts: process.env.SLURM_RESTART_COUNT,
    slurmMemory: process.env.SLURM_MEM_PER_NODE,
    slurmGpus: process.env.SLURM_STEP_GPUS,
    pilot: process.env.TWOLOOP_PILOT,
    gpuShare: process.env.TWOLOOP_GPU_SHARE,
    slurmCpus: process.env.SLURM_CPUS_PER_TASK,
    cpu: cpus()[0]?.model,
  }
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
