import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('optimizers')
    .summary('list the optimizers with their abilities and settings')
    .description(
      'Lists the optimizers that are built in, or the one that a file names or is, with abilities, settings and defaults.',
    )
    .argument('[file]', 'an experiment, or a module whose default export is an optimizer')
    .option('--json', 'print one JSON document')
    .action(async (file: string | undefined, { json = false }: { json?: boolean }) => {
      const [{ announcementIn, optimizersIn, builtInOptimizers }, { printList }] = await Promise.all([
        import('../experiment-file/optimizers-in.ts'),
        import('./list.ts'),
      ])
      if (file === undefined) return printList(builtInOptimizers, { json })
      printList(await optimizersIn(file), { json, announcement: await announcementIn(file) })
    })
}
