import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('status')
    .summary('how far a run is, or all runs of a directory')
    .description('Shows how far a run is and who runs it, or a table of all runs under a directory.')
    .argument('[run or root]', 'a run directory, or a directory of run directories', 'runs')
    .option('--json', 'print one JSON document, or with --watch one on a line for every change')
    .option(
      '--watch',
      'show it anew whenever it changes, until the run has ended or q is pressed; where that is no terminal, a line for every change',
    )
    .action(async (directory: string, { json = false, watch = false }: { json?: boolean; watch?: boolean }) => {
      if (watch) {
        const { watchStatus } = await import('./watch-status.ts')
        return await watchStatus(directory, { json })
      }
      const [{ showStatus }, { print }] = await Promise.all([import('./show-status.ts'), import('./output.ts')])
      await print([await showStatus(directory, { json })])
    })
}
