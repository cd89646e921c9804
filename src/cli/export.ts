import { type Command, Option } from 'commander'
import type { ExportOptions } from './export-run.ts'

export function register(program: Command): void {
  program
    .command('export')
    .summary('write the individuals of a run as a table')
    .description('Writes the table of individuals, to standard output or to a file.')
    .argument('<run>', 'the run directory')
    .addOption(
      new Option('--format <format>', 'how to write it (default: what the file is named for, or csv)').choices([
        'csv',
        'ndjson',
        'json',
        'parquet',
        'arrow',
      ]),
    )
    .addOption(
      new Option('--shape <shape>', 'wide: a row for each individual (default); long: for each of its results').choices(
        ['wide', 'long'],
      ),
    )
    .option('--reports', 'also what simulations reported on their way, a row for each step')
    .option('--provenance', 'also where each individual was simulated: worker, host, Slurm job, step and node, CPU')
    .option('--rows', 'of a batch of models: what they collected, a row for each step and agent')
    .option('--front', 'only the individuals that no other dominates in all objectives')
    .option('--output <file>', 'write to a file, as a whole or not at all')
    .option('--canonical', 'only what a search decides, as ndjson: byte for byte equal for equal searches')
    .option('--json', 'print one JSON document: the table, or what was written to the file')
    .action(async (run: string, options: ExportOptions) => {
      const [{ exportRun }, { print }] = await Promise.all([import('./export-run.ts'), import('./output.ts')])
      await print([await exportRun(run, options)])
    })
}
