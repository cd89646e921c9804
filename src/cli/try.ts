import type { Command } from 'commander'
import { collect } from './run.ts'

export function register(program: Command): void {
  program
    .command('try')
    .summary('simulate one individual here, now')
    .description(
      'Simulates one individual of an experiment in this process and shows what is started and with what, what it prints ' +
        '(on standard error), the result as it would be recorded, and what looks wrong with it. Nothing is left of it.',
    )
    .argument('<file>', 'the experiment: .ts .mts .js .mjs .yaml .yml .json')
    .option(
      '--set <name=value>',
      "a parameter's value, as in YAML; the others are the file's first guess, or drawn; may be repeated",
      collect,
    )
    .option('--json', 'print one JSON document')
    .action(async (file: string, { set = [], json = false }: { set?: string[]; json?: boolean }) => {
      const { tryFile } = await import('./try-file.ts')
      process.exit(await tryFile(file, set, json)) // what a simulation leaves running must not keep the command from ending
    })
}
