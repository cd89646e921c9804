import { type Command, Option } from 'commander'
import { ConfigurationError } from '../core/errors.ts'
import { addRunOptions, milliseconds, overridesOf, type RunOptions, requestOf } from './run.ts'

export function register(program: Command): void {
  const command = program
    .command('submit')
    .summary('run an experiment as a chain of batch jobs, of Slurm, PBS or LSF')
    .description(
      'Writes a batch script that runs an experiment in its allocation, and submits it. Short of time it is requeued, ' +
        'or submitted again, until the search has finished.',
    )
    .argument('<file>', 'the experiment: .ts .mts .js .mjs .yaml .yml .json')
    .argument('[sbatch options...]', 'after --: nodes, tasks, time, partition, account ... as for sbatch, qsub or bsub')
  addRunOptions(command)
    .option(
      '--warning <duration>',
      'how long before the end of an allocation of Slurm the runner is warned',
      seconds,
      120,
    )
    .addOption(
      new Option('--scheduler <scheduler>', 'who runs the jobs').choices(['slurm', 'pbs', 'lsf']).default('slurm'),
    )
    .option('--walltime <duration>', 'how long each job of PBS or LSF lasts', seconds)
    .action(async (file: string, words: string[], options: SubmitOptions) => {
      const { warning, scheduler, walltime } = options
      if (scheduler === 'slurm') {
        const { submitExperiment } = await import('./submit-experiment.ts')
        const overrides = { ...overridesOf(options), launcher: 'srun' }
        process.exitCode = await submitExperiment(requestOf(file, overrides, options), words, warning)
        return
      }
      if (walltime === undefined) {
        throw new ConfigurationError(
          `--scheduler ${scheduler} needs to know how long each job lasts: give --walltime, like --walltime 4h`,
        )
      }
      const [{ submitToScheduler }, { schedulers }] = await Promise.all([
        import('./submit-to-scheduler.ts'),
        import('../../runtime/schedulers/scheduler.ts'),
      ])
      const request = requestOf(file, overridesOf(options), options)
      process.exitCode = await submitToScheduler(request, schedulers[scheduler], words, walltime)
    })
}

interface SubmitOptions extends RunOptions {
  readonly warning: number
  readonly scheduler: 'slurm' | 'pbs' | 'lsf'
  readonly walltime?: number
}

function seconds(text: string): number {
  return Math.ceil(milliseconds(text) / 1000)
}
