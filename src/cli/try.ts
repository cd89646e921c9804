import type { Command } from 'commander'
import { collect } from './run.ts'

export function register(program: Command): void {
  program
    .command('try')
    .summary('simulate one individual here, now')
    .description(
      'Simulates one individual of an experiment in this process and shows what is started, what it prints (on standard ' +
        'error) and the result as it would be recorded. No run is written.',
    )
    .argument('<file>', 'the experiment: .ts .mts .js .mjs .yaml .yml .json')
    .option('--set <name=value>', 'a parameter, as in YAML; drawn at random without it; may be repeated', collect)
    .option('--json', 'print one JSON document')
    .action(async (file: string, { set = [], json = false }: { set?: string[]; json?: boolean }) => {
      const [{ tryExperiment }, { describeTrial }, { jsonText, print }, { exitCodes }] = await Promise.all([
        import('../experiment-file/try.ts'),
        import('./describe-trial.ts'),
        import('./output.ts'),
        import('./fail.ts'),
      ])
      const trial = await tryExperiment(file, set)
      await print([json ? jsonText(trial) : describeTrial(trial)])
      // What a simulation leaves running must not keep the command from ending.
      process.exit(trial.came.outcome === 'done' ? exitCodes.finished : exitCodes.failed)
    })
}
