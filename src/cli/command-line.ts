import { createRequire } from 'node:module'
import { Command } from 'commander'
import { exitCodes, fail } from './fail.ts'

/** One file per command, read when it is asked for. */
const commands = {
  try: () => import('./try.ts'),
  run: () => import('./run.ts'),
  resume: () => import('./resume.ts'),
  submit: () => import('./submit.ts'),
  status: () => import('./status.ts'),
  show: () => import('./show.ts'),
  export: () => import('./export.ts'),
  analyse: () => import('./analyse.ts'),
  dashboard: () => import('./dashboard.ts'),
  report: () => import('./report.ts'),
  logs: () => import('./logs.ts'),
  replay: () => import('./replay.ts'),
  recover: () => import('./recover.ts'),
  'check-program': () => import('./check-program.ts'),
  'check-worker': () => import('./check-worker.ts'),
  doctor: () => import('./doctor.ts'),
  grid: () => import('./grid.ts'),
  optimizers: () => import('./optimizers.ts'),
  optimizees: () => import('./optimizees.ts'),
  python: () => import('./python.ts'),
  schema: () => import('./schema.ts'),
  init: () => import('./init.ts'),
} as const

/** Does what the words say, the first two of which are the program; sets the exit code of the process, and throws nothing. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    const program = await commandLine(argv[2])
    if (argv.length > 2) await program.parseAsync(argv)
    else {
      process.stderr.write(program.helpInformation())
      process.exitCode = exitCodes.wrong
    }
  } catch (error) {
    process.exitCode = fail(error, { debug: wantsDebugging(argv) })
  }
}

/** Whether an error is to be told with where it comes from; what stands behind the file of a grid is the user's. */
export function wantsDebugging(argv: readonly string[]): boolean {
  return (argv[2] === 'grid' ? argv.slice(0, 4) : argv).includes('--debug')
}

/** The command that is asked for by name, or all of them if none is. */
async function commandLine(name: string | undefined): Promise<Command> {
  const program = new Command('twoloop')
    .description('Searches the parameters of simulations, in runs that survive anything.')
    .version((createRequire(import.meta.url)('twoloop/package.json') as { version: string }).version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} }) // `fail` says it
    .helpCommand(true)
    .enablePositionalOptions() // what stands behind the name of a command is that command's
    .option('--debug', 'show where an error comes from')
  const isOne = name !== undefined && Object.hasOwn(commands, name)
  const asked = isOne ? [name] : Object.keys(commands)
  for (const command of asked) (await commands[command as keyof typeof commands]()).register(program)
  if (!isOne) await (await import('./completion.ts')).register(program) // it knows those that stand before it
  for (const command of program.commands) command.option('--debug', 'show where an error comes from')
  return program
}
