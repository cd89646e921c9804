import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('optimizers')
    .summary('list the optimizers with their settings')
    .description('Lists the optimizers that are built in, with their settings and defaults.')
    .option('--json', 'print one JSON document')
    .action(async ({ json = false }: { json?: boolean }) => {
      const [{ optimizers }, { printList }] = await Promise.all([
        import('../../optimizers/index.ts'),
        import('./list.ts'),
      ])
      printList(
        Object.entries(optimizers).map(([type, { summary, settings }]) => ({ type, summary, settings })),
        { json },
      )
    })
}
