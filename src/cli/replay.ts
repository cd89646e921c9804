import type { Command } from 'commander'
import { quoteWord } from '../core/shell-words.ts'

export function register(program: Command): void {
  program
    .command('replay')
    .summary('simulate an individual again, here, and compare')
    .description(
      'Simulates an individual again in this process, with the same parameters and seed, and compares. ' +
        'What the simulation prints goes to standard error.',
    )
    .argument('<run>', 'the run directory')
    .argument('<individual>', 'generation.index or generation.index.replicate')
    .option('--trust', 'execute what the run of another user holds')
    .option('--json', 'print one JSON document')
    .action(async (run: string, individual: string, { trust, json = false }: { trust?: boolean; json?: boolean }) => {
      const [{ replay }, { describeReplay }, { jsonText, print }, { exitCodes }, { requireTrust }] = await Promise.all([
        import('../search/replay.ts'),
        import('./describe-replay.ts'),
        import('./output.ts'),
        import('./fail.ts'),
        import('./trust.ts'),
      ])
      requireTrust(run, 'to replay it executes the code that lies in it', trust)
      const again = await replay(run, individual)
      // A module is no program; what runs it here can be looked at by a debugger.
      const words = [process.execPath, '--inspect-brk', process.argv[1]!, 'replay', run, individual]
      const replayed = { ...again, byHand: again.byHand ?? words.map(quoteWord).join(' ') }
      await print([json ? jsonText(replayed) : describeReplay(replayed)])
      // Timers that a simulation leaves running must not keep the command from ending.
      process.exit(replayed.identical ? exitCodes.finished : exitCodes.failed)
    })
}
