import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('python')
    .summary('print the module that a simulation in Python imports')
    .description(
      'Prints twoloop.py, for `npx twoloop python > twoloop.py`: how a program in Python stays loaded, and reads runs.',
    )
    .action(async () => {
      const [{ readFile }, { createRequire }, { dirname, join }, { print }] = await Promise.all([
        import('node:fs/promises'),
        import('node:module'),
        import('node:path'),
        import('./output.ts'),
      ])
      const folder = dirname(createRequire(import.meta.url).resolve('twoloop/package.json'))
      await print([await readFile(join(folder, 'python', 'twoloop.py'))])
    })
}
