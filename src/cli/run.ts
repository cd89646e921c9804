import { type Command, InvalidArgumentError, Option } from 'commander'
import { millisecondsOf } from '../core/time-span.ts'
import type { Overrides } from '../experiment-file/overrides.ts'
import type { RunRequest } from './run-experiment.ts'
import { wholeFrom } from './whole-from.ts'

export function register(program: Command): void {
  const command = program
    .command('run')
    .summary('run an experiment, or go on with it')
    .description(
      'Runs an experiment into a directory of its own. An unfinished run of the same configuration is continued.',
    )
    .argument('<file>', 'the experiment: .ts .mts .js .mjs .yaml .yml .json')
  addRunOptions(command)
    .addOption(
      new Option('--launcher <launcher>', 'how workers are started').choices(['local', 'srun', 'sbatch', 'command']),
    )
    .action(async (file: string, options: RunOptions) => {
      const { runExperimentFile } = await import('./run-experiment.ts')
      process.exitCode = await runExperimentFile(requestOf(file, overridesOf(options), options))
    })
}

/** The options of every command that runs an experiment's file, here or elsewhere. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--root <directory>', 'where the run directories lie', 'runs')
    .option('--name <name>', "the run directory's name, in place of the experiment's")
    .option('--seed <number>', 'where all random numbers come from', wholeFrom(0))
    .addOption(generationsOption())
    .option('--workers <number>', 'how many worker processes', wholeFrom(1))
    .addOption(new Option('--order <order>', 'when results are told').choices(['generations', 'ordered', 'arrival']))
    .option('--set <path=value>', 'another setting of the file, as in YAML; may be repeated', collect)
    .option('--overwrite', 'begin anew where there is a run already')
    .addOption(acceptOption())
    .option('--json', 'print one JSON document')
}

/** What they say in place of the experiment's file. */
export function overridesOf({ set, seed, generations, workers, launcher, order }: RunOptions): Overrides {
  return { set, seed, generations, workers, launcher, order }
}

export interface RunOptions {
  readonly root: string
  readonly name?: string
  readonly seed?: number
  readonly generations?: number
  readonly workers?: number
  readonly launcher?: string
  readonly order?: string
  readonly set?: string[]
  readonly overwrite?: boolean
  readonly acceptChangedCode?: boolean
  readonly json?: boolean
}

/** What a command is asked for that runs an experiment's file. */
export function requestOf(file: string, overrides: Overrides, options: RunOptions): RunRequest {
  const { root, name, overwrite = false, acceptChangedCode = false, json = false } = options
  return { file, overrides, root, name, overwrite, acceptChangedCode, json }
}

export function acceptOption(): Option {
  return new Option('--accept-changed-code', "go on although the simulation's files have changed")
}

export function generationsOption(): Option {
  return new Option('--generations <number>', 'how many generations to run at most').argParser(wholeFrom(1))
}

export function collect(setting: string, settings: string[] = []): string[] {
  return [...settings, setting]
}

/** An option that is a time span. */
export function milliseconds(text: string): number {
  try {
    return millisecondsOf(text)
  } catch (error) {
    throw new InvalidArgumentError((error as RangeError).message)
  }
}
