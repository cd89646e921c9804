import type { Command } from 'commander'
import { type CheckOptions, sayFindings } from './check-program.ts'
import { collect, milliseconds } from './run.ts'

export function register(program: Command): void {
  program
    .command('check-worker')
    .summary('check a worker in another language against the protocol of pipe files')
    .description(
      'Starts a worker as a runner does, drives it through the protocol of pipe files (runtime/channel/PROTOCOL.md), and says what there is to mend.',
    )
    .argument('<command...>', 'after --: the worker and its arguments, as in runner.exec')
    .option('--set <name=value>', 'a parameter that individuals have, as in YAML; may be repeated', collect)
    .option('--timeout <duration>', 'how long each answer is waited for', milliseconds, 30_000)
    .option('--json', 'print one JSON document')
    .action(async (words: string[], { set = [], timeout, json = false }: CheckOptions) => {
      const [{ checkWorker }, { readSetting }] = await Promise.all([
        import('../../runtime/runner/conformance/check-worker.ts'),
        import('../experiment-file/overrides.ts'),
      ])
      const parameters = Object.fromEntries(set.map(readSetting))
      await sayFindings(words, await checkWorker(words, { parameters, patience: timeout }), json)
    })
}
