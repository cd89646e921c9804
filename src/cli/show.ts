import { type Command, InvalidArgumentError } from 'commander'

export function register(program: Command): void {
  program
    .command('show')
    .summary('show what a run has found')
    .description('Shows a run: its summary, its best individuals, or one individual with all its attempts.')
    .argument('<run>', 'the run directory')
    .option('--top <number>', 'show so many of the best individuals', wholeFromOne)
    .option('--individual <name>', 'show one individual: generation.index or generation.index.replicate')
    .option('--json', 'print one JSON document')
    .action(async (run: string, options: { top?: number; individual?: string; json?: boolean }) => {
      const [{ showRun }, { print }] = await Promise.all([import('./show-run.ts'), import('./output.ts')])
      await print([await showRun(run, options)])
    })
}

function wholeFromOne(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('It needs a whole number of at least 1.')
}
