import { extname } from 'node:path'
import type { Command } from 'commander'
import { ConfigurationError } from '../core/errors.ts'

const aPage = /^\s*<(!doctype html|html)/i

export function register(program: Command): void {
  program
    .command('report')
    .summary('write a page about a run that needs no server')
    .description(
      'Writes one file about a run for any browser: what was searched and with what, the result, its convergence, failures and cost, and how to reproduce it.',
    )
    .argument('<run>', 'the run directory')
    .option('--output <file>', 'the file (default: standard output)')
    .action(async (run: string, { output }: { output?: string }) => {
      const [{ reportOf }, { print, refuseForeign, writeWhole }] = await Promise.all([
        import('../dashboard/report/report.ts'),
        import('./output.ts'),
      ])
      if (output !== undefined) await refuseForeign(output, (beginning) => aPage.test(beginning), 'page')
      if (output !== undefined) refuseEnding(output)
      const page = await reportOf(run, Date.now())
      if (output === undefined) await print([page])
      else await writeWhole(output, [page])
    })
}

function refuseEnding(output: string): void {
  const ending = extname(output)
  if (/^(\.html?)?$/i.test(ending)) return
  throw new ConfigurationError(`${output} ends in ${ending}, and a report is a page: wanted .html`)
}
