import { z } from 'zod'
import { ConfigurationError } from './errors.ts'
import { anything, checkOptions, oneOf } from './options.ts'
import { duration, parseSettings } from './settings.ts'

/** How workers are run and what is done about their failures. None of it but the failure policy changes a search's results. */
export const runnerSettings = z.strictObject({
  workers: z
    .int()
    .min(1)
    .optional()
    .describe('How many worker processes, or the most of them for sbatch; as many as there are CPUs to use by default'),
  minWorkers: z
    .int()
    .min(0)
    .default(0)
    .describe('How many workers sbatch keeps also when there is nothing for them to do'),
  workersPerJob: z.int().min(1).default(1).describe('How many workers share a job, and so a node, of sbatch'),
  sbatch: z
    .array(z.string())
    .default([])
    .describe('More options of sbatch for the jobs of workers: partition, account, time'),
  slurmInterval: duration.default(30_000).describe('How often Slurm is asked and told at most, for sbatch'),
  idle: duration.default(60_000).describe('How long a job of sbatch may be idle before it is given back'),
  launcher: z
    .enum(['local', 'srun', 'sbatch', 'command'])
    .default('local')
    .describe('How worker processes are started'),
  launch: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'For the launcher `command`: what starts a worker somewhere and lasts as long as it does; {command} stands for the ' +
        "worker's own command, and there are {worker}, {directory} (of the run) and {folder} (of the worker)",
    ),
  walltime: duration.optional().describe('For `command`: how long a worker may last, its time in a queue included'),
  warning: duration
    .default(120_000)
    .describe('For `command`: how long before the end of its walltime a worker is asked to finish and leave'),
  warningSignal: z
    .enum(['SIGUSR1', 'SIGUSR2', 'SIGURG', 'SIGXCPU', 'SIGINT', 'SIGHUP'])
    .optional()
    .describe('For `command`: the signal by which its scheduler warns a worker, which is then to finish and leave'),
  exec: z.array(z.string()).min(1).optional().describe('The command that starts a worker, in place of this Node.js'),
  setup: z
    .array(z.string())
    .default([])
    .describe('Lines of shell that run before each worker starts, where it starts: modules, environments'),
  srun: z
    .array(z.string())
    .default([])
    .describe(
      "More options of srun, for the launcher of that name; a first word that is no option is the program's name",
    ),
  tasksPerWorker: z
    .int()
    .min(1)
    .default(1)
    .describe("MPI tasks of a worker's simulation, which a scheduler keeps CPUs for on the worker's node"),
  cpusPerWorker: z
    .int()
    .min(1)
    .default(1)
    .describe('CPUs of a worker (of each of its tasks, if it has several), where a scheduler gives them out'),
  gpusPerWorker: z
    .int()
    .min(1)
    .optional()
    .describe('GPUs of a worker, which it alone sees; with `command` the command gives them'),
  memoryPerWorker: z
    .string()
    .optional()
    .describe('Memory of a worker (as Slurm writes it: 500M, 4G); not limited by default'),
  timeout: duration.optional().describe('How long one attempt may take'),
  retries: z
    .int()
    .min(0)
    .default(2)
    .describe('How often an individual whose simulation failed is tried again, unless it failed twice in the same way'),
  crashRetries: z.int().min(0).default(5).describe('How often an individual whose worker died under it is tried again'),
  onFailure: z
    .enum(['fail', 'stop', 'replace'])
    .default('fail')
    .describe(
      'What an individual that failed for good leads to: it ranks last, the search stops, or another takes its place',
    ),
  giveUpAfter: z
    .int()
    .min(0)
    .default(10)
    .describe(
      'A search is given up if its first individuals have all failed for good: so many, or all of its first generation; 0: never',
    ),
  heartbeatTimeout: duration
    .default(30_000)
    .describe(
      'A worker whose heart is silent for so long, and for 4s at least, is given up; hearts beat six times in it, once a second at most',
    ),
  grace: duration.default(60_000).describe('How long workers wait for a runner to come back'),
  drain: duration.default(10_000).describe('How long a stop waits for what is being simulated'),
  wakeUp: z.enum(['auto', 'events', 'poll']).default('auto').describe('How new frames in pipe files are noticed'),
  pollInterval: duration.default(25).describe('How often pipe files are looked at where events do not tell'),
  benchHosts: z
    .int()
    .min(0)
    .default(3)
    .describe('A host on which most attempts fail, of so many different individuals, gets no more work; 0: never'),
  maxSteps: z
    .int()
    .min(1)
    .optional()
    .describe('How many worker processes the run may launch in all; with srun, job steps'),
  maxFiles: z.int().min(1).optional().describe('How many files the run may create in all'),
  maxNodeHours: z.number().positive().optional().describe('How many node-hours the run may use in all'),
  deadline: z.iso
    .datetime({ offset: true, local: true, error: 'a date and time like 2026-12-24T18:00 or 2026-12-24T18:00:00Z' })
    .optional()
    .describe('When the run must be over'),
  batch: z
    .strictObject({ size: z.int().min(1).describe('How many individuals') })
    .optional()
    .describe('How many individuals a worker simulates at once, by a simulation that takes several'),
  lookAhead: z.int().min(1).default(1024).describe('How many short individuals a worker may hold in advance at most'),
})

/** How workers are run, as it may be given. */
export type RunnerSettingsInput = z.input<typeof runnerSettings>
export type RunnerSettings = z.output<typeof runnerSettings>

/** The settings of a runner with their defaults filled in. @throws SettingsError at the first that does not fit */
export function parseRunnerSettings(given: RunnerSettingsInput): RunnerSettings {
  return parseSettings(runnerSettings, given, 'runner')
}

/**
 * Refuses settings that `parseRunnerSettings` did not make: some would have no value, and times would be in other units.
 *
 * @throws ConfigurationError
 */
export function checkRunnerSettings(call: string, given: RunnerSettings): void {
  const { shape } = runnerSettings
  const known = Object.fromEntries(Object.keys(shape).map((name) => [name, anything]))
  checkOptions(`the settings of ${call}`, given, { ...known, launcher: oneOf(...shape.launcher.unwrap().options) })
  const missing = Object.keys(parseRunnerSettings({})).find((name) => !Object.hasOwn(given, name))
  if (missing === undefined) return
  throw new ConfigurationError(`${call} needs settings that parseRunnerSettings has made, got some without ${missing}`)
}
