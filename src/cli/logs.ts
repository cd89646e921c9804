import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('logs')
    .summary('what an individual printed')
    .description('Prints what an individual printed, attempt by attempt, as far as it is kept.')
    .argument('<run>', 'the run directory')
    .argument('<individual>', 'generation.index or generation.index.replicate')
    .option('--json', 'print one JSON document')
    .action(async (run: string, individual: string, { json = false }: { json?: boolean }) => {
      const [{ showLogs }, { print }] = await Promise.all([import('./show-logs.ts'), import('./output.ts')])
      const { text, note } = await showLogs(run, individual, { json })
      await print([text])
      if (note !== undefined) process.stderr.write(`${note}\n`)
    })
}
