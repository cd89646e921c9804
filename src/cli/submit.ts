import type { Command } from 'commander'
import { addRunOptions, milliseconds, overridesOf, type RunOptions, requestOf } from './run.ts'

export function register(program: Command): void {
  const command = program
    .command('submit')
    .summary('run an experiment as a chain of Slurm batch jobs')
    .description(
      'Writes a batch script that runs an experiment in its allocation, and submits it. Short of time it is requeued, ' +
        'until the search has finished.',
    )
    .argument('<file>', 'the experiment: .ts .mts .js .mjs .yaml .yml .json')
    .argument('[sbatch options...]', 'after --: nodes, tasks, time, partition, account ... as for sbatch')
  addRunOptions(command)
    .option('--warning <duration>', 'how long before the end of an allocation the runner is warned', seconds, 120)
    .action(async (file: string, sbatch: string[], { warning, ...options }: RunOptions & { warning: number }) => {
      const { submitExperiment } = await import('./submit-experiment.ts')
      const overrides = { ...overridesOf(options), launcher: 'srun' }
      process.exitCode = await submitExperiment(requestOf(file, overrides, options), sbatch, warning)
    })
}

function seconds(text: string): number {
  return Math.ceil(milliseconds(text) / 1000)
}
