import type { Command } from 'commander'
import { generationsOption } from './run.ts'

export function register(program: Command): void {
  program
    .command('resume')
    .summary('go on with a stopped run')
    .description('Goes on with a stopped run. A larger number of generations extends a finished one.')
    .argument('<run>', 'the run directory')
    .addOption(generationsOption())
    .option('--json', 'print one JSON document')
    .action(async (run: string, { generations, json = false }: { generations?: number; json?: boolean }) => {
      const { resumeRun } = await import('./resume-run.ts')
      process.exitCode = await resumeRun(run, { generations, json })
    })
}
