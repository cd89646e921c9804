import { open, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigurationError } from '../core/errors.ts'

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
      const [{ reportOf }, { print, writeWhole }] = await Promise.all([
        import('../dashboard/report/report.ts'),
        import('./output.ts'),
      ])
      if (output !== undefined) await refuseWhatIsNoPage(output)
      const page = await reportOf(run, Date.now())
      if (output === undefined) await print([page])
      else await writeWhole(output, [page])
    })
}

/** A mistyped name may be that of an experiment. @throws ConfigurationError if there is a file with something else in it */
async function refuseWhatIsNoPage(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined)
  if (!existing?.isFile() || existing.size === 0) return
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
  if (/^\s*<(!doctype html|html)/i.test(buffer.toString('utf8', 0, bytesRead))) return
  throw new ConfigurationError(`${path} is there already, and is no page; give another --output`)
}
