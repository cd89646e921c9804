import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('optimizees')
    .summary('list the simulations with their settings')
    .description('Lists the simulations that are built in, with their settings and defaults, and how to run your own.')
    .option('--json', 'print one JSON document')
    .action(async ({ json = false }: { json?: boolean }) => {
      const [{ optimizees }, { printList }, { commandSchema, moduleSchema, programSchema }] = await Promise.all([
        import('../../optimizees/index.ts'),
        import('./list.ts'),
        import('../experiment-file/schema.ts'),
      ])
      printList(
        [
          ...Object.entries(optimizees).map(([type, { summary, settings }]) => ({ type, summary, settings })),
          {
            type: 'command',
            summary: 'Any program in any language; named by its command, without a type',
            settings: commandSchema,
          },
          {
            type: 'program',
            summary: 'A program in any language that stays loaded; named by its program, without a type',
            settings: programSchema,
          },
          {
            type: 'module',
            summary: 'Your own TypeScript or JavaScript; named by its module, without a type',
            settings: moduleSchema,
          },
        ],
        { json },
      )
    })
}
