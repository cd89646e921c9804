import type { Command } from 'commander'
import { describeRunOptions } from './grid-arguments.ts'

export function register(program: Command): void {
  program
    .command('grid')
    .summary('run a function with all combinations of arguments')
    .usage('<file> [--key value ...] [--key[shorthand] value ...] [--outer:inner value ...] [options]')
    .description(
      'Runs the default export of a module with every combination of the values of its keys, each in a fresh process. ' +
        'A value is JSON or a literal of Python (True, None, .97, (64, 64)), or else a text; a key without a value is true. What has been run already is not run again.',
    )
    .argument('<file>', 'a module, or a YAML file with thunk and keys')
    .argument('[words...]', 'keys with their values, and options')
    .passThroughOptions() // keys are the user's, whatever they are called; all words are read in grid-arguments.ts
    .allowUnknownOption()
    .addHelpText('after', () => `\n${describeRunOptions()}`)
    .action(async (file: string, words: readonly string[], _options: object, command: Command) => {
      if (words.some((word) => word === '--help' || word === '-h')) command.help()
      const { runGridFile } = await import('./grid-run.ts')
      process.exitCode = await runGridFile(file, words)
    })
}
