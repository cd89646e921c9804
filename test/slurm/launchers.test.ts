import { afterAll, beforeAll, vi } from 'vitest'
import { testLauncher } from '../contracts/launcher.ts'
import { clusterOfFile, slurm } from './cluster.ts'

const cluster = clusterOfFile()

beforeAll(async () => {
  if (!slurm) return
  surround(cluster.environment)
  await cluster.run('salloc', '--no-shell', '--nodes=1', '--ntasks=2')
  const [job, node] = cluster.ask('squeue', '--noheader', '--format=%A %N').split(' ')
  surround({ SLURM_JOB_ID: job, SLURM_JOB_NODELIST: node, SLURM_JOB_CPUS_PER_NODE: '2' })
})

afterAll(() => {
  vi.unstubAllEnvs()
})

/** Launchers learn from the environment of this process where Slurm is, and in which job they are. */
function surround(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

const directory = () => cluster.directory()

testLauncher('srun', { directory, settings: { launcher: 'srun' }, isHere: slurm })
testLauncher('sbatch', { directory, settings: { launcher: 'sbatch', slurmInterval: '1s' }, isHere: slurm })
