import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AnalyseOptions } from '../tables/analysis/analyse-run.ts'
import { analysisMethods } from '../tables/analysis/analysis-methods.ts'
import { wholeFrom } from './whole-from.ts'

export function register(program: Command): void {
  program
    .command('analyse')
    .summary('say which parameters matter')
    .description(
      "Says how much each parameter matters to what a run has found, in the way that fits the run's design: Sobol' indices, elementary effects, swings around a reference, main effects, rank correlations, importance.",
    )
    .argument('<run>', 'the run directory')
    .option('--of <name>', 'an objective or an output (default: all objectives)')
    .addOption(new Option('--method <method>', 'in place of those that fit the design').choices(analysisMethods))
    .option('--resamples <number>', "how many resamples the intervals of Sobol' indices rest on", wholeFrom(1))
    .option('--confidence <number>', 'how sure these intervals are to be, between 0 and 1', fraction)
    .option('--seed <number>', 'where the random numbers of the resamples come from', wholeFrom(0))
    .option('--json', 'print one JSON document')
    .action(async (run: string, { json = false, ...options }: AnalyseOptions & { json?: boolean }) => {
      const [{ analyseRun }, { describeAnalysis }, { jsonText, print }] = await Promise.all([
        import('../tables/analysis/analyse-run.ts'),
        import('./describe-analysis.ts'),
        import('./output.ts'),
      ])
      const document = analyseRun(run, options)
      await print([json ? jsonText(document) : describeAnalysis(document)])
    })
}

function fraction(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value < 1) return value
  throw new InvalidArgumentError('It needs a number between 0 and 1.')
}
