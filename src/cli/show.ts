import type { Command } from 'commander'
import type { ShowOptions } from './show-run.ts'
import { wholeFrom } from './whole-from.ts'

export function register(program: Command): void {
  program
    .command('show')
    .summary('show what a run has found')
    .description('Shows a run: its summary, its best individuals, or one individual with all its attempts.')
    .argument('<run>', 'the run directory')
    .option(
      '--top <number>',
      'show so many of the best individuals, of the front, or of what is recommended',
      wholeFrom(1),
    )
    .option('--individual <name>', 'show one individual: generation.index or generation.index.replicate')
    .option('--front', 'show the individuals that no other dominates in all objectives, and the hypervolume')
    .option('--recommended', 'show what the optimizer recommends: an archive, or the sample of a posterior')
    .option('--reference <name=value,...>', 'what the hypervolume is measured from: a value for each objective')
    .option('--json', 'print one JSON document')
    .action(async (run: string, options: ShowOptions) => {
      const [{ showRun }, { print }] = await Promise.all([import('./show-run.ts'), import('./output.ts')])
      await print([await showRun(run, options)])
    })
}
