import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('doctor')
    .summary('find out whether a run will work in a directory')
    .description(
      'Measures a directory for a few seconds with two processes: how late appends are seen, renames, locks, the cost of ' +
        'writing to the disk, what is left; and says which settings a run there gets and what would not work. Run it ' +
        'where the runner is to run, on the file system that the workers see.',
    )
    .argument('<directory>', 'where run directories are to lie')
    .option('--json', 'print one JSON document')
    .action(async (directory: string, { json = false }: { json?: boolean }) => {
      const [{ examineDirectory }, { print }] = await Promise.all([import('./examine.ts'), import('./output.ts')])
      const { text, exitCode } = await examineDirectory(directory, { json })
      await print([text])
      process.exitCode = exitCode
    })
}
