import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('recover')
    .summary('rebuild the damaged record of a run')
    .description(
      "Rebuilds a run's record, if it is damaged, from what can still be read of it and from its workers' pipes. " +
        'The damaged one is kept; a sound one is left as it is.',
    )
    .argument('<run>', 'the run directory')
    .option('--json', 'print one JSON document')
    .action(async (run: string, { json = false }: { json?: boolean }) => {
      const [{ recover }, { describeRecovery }, { jsonText, print }] = await Promise.all([
        import('../record/recovery/recover.ts'),
        import('./describe-recovery.ts'),
        import('./output.ts'),
      ])
      const recovery = await recover(run)
      await print([json ? jsonText(recovery) : describeRecovery(recovery, run)])
    })
}
