import type { Command } from 'commander'
import { acceptOption, generationsOption } from './run.ts'

export function register(program: Command): void {
  program
    .command('resume')
    .summary('go on with a stopped run')
    .description('Goes on with a stopped run. A larger number of generations extends a finished one.')
    .argument('<run>', 'the run directory')
    .addOption(generationsOption())
    .addOption(acceptOption())
    .option('--trust', 'execute what the run of another user names')
    .option('--json', 'print one JSON document')
    .action(
      async (run: string, { generations, acceptChangedCode = false, trust = false, json = false }: ResumeOptions) => {
        const { resumeRun } = await import('./resume-run.ts')
        process.exitCode = await resumeRun(run, { generations, acceptChangedCode, trust, json })
      },
    )
}

interface ResumeOptions {
  readonly generations?: number
  readonly acceptChangedCode?: boolean
  readonly trust?: boolean
  readonly json?: boolean
}
