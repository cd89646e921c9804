import type { Command } from 'commander'
import type { Finding } from '../../optimizees/program/conformance.ts'
import { collect, milliseconds } from './run.ts'

export function register(program: Command): void {
  program
    .command('check-program')
    .summary('check a program that stays loaded against its protocol')
    .description(
      'Starts a program, drives it through the protocol for programs that stay loaded, and says what there is to mend.',
    )
    .argument('<command...>', 'after --: the program and its arguments')
    .option('--set <name=value>', 'a parameter that individuals have, as in YAML; may be repeated', collect)
    .option('--timeout <duration>', 'how long each answer is waited for', milliseconds, 30_000)
    .option(
      '--ready <duration>',
      'how long a program is waited for that does not say that it is ready',
      milliseconds,
      5000,
    )
    .option('--json', 'print one JSON document')
    .action(
      async (
        words: string[],
        { set = [], timeout, ready, json = false }: CheckOptions & { readonly ready: number },
      ) => {
        const [{ checkProgram }, { readSetting }] = await Promise.all([
          import('../../optimizees/program/conformance.ts'),
          import('../experiment-file/overrides.ts'),
        ])
        const parameters = Object.fromEntries(set.map(readSetting))
        await sayFindings(words, await checkProgram(words, { parameters, patience: timeout, ready }), json)
      },
    )
}

export interface CheckOptions {
  readonly set?: string[]
  readonly timeout: number
  readonly json?: boolean
}

/** Says what was found of a command, and ends with 1 if there is something to mend. */
export async function sayFindings(
  command: readonly string[],
  findings: readonly Finding[],
  json: boolean,
): Promise<void> {
  const [{ describeFindings }, { jsonText, print }, { exitCodes }] = await Promise.all([
    import('./describe-findings.ts'),
    import('./output.ts'),
    import('./fail.ts'),
  ])
  const conforms = findings.every(({ verdict }) => verdict !== 'mend')
  await print([json ? jsonText({ command, conforms, findings }) : describeFindings(findings)])
  process.exitCode = conforms ? exitCodes.finished : exitCodes.failed
}
