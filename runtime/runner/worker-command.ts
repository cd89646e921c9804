import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { workerProgram } from '../../src/system/programs.ts'
import type { WorkerPlace } from './launcher.ts'

/** The command of a worker where it runs, whoever starts it there: lines of setup, then the program that every worker runs. */
export function workerCommand(
  { exec = [process.execPath], setup }: Pick<RunnerSettings, 'exec' | 'setup'>,
  { directory, worker }: Pick<WorkerPlace, 'directory' | 'worker'>,
): readonly string[] {
  const command = [...exec, workerProgram(), directory, String(worker)]
  if (setup.length === 0) return command
  const script = ['set -e', ...setup, 'set +e', 'exec "$@"'].join('\n')
  return ['/bin/sh', '-c', bestShell, script, ...command]
}

/** Bash is taken where it is there, since `module` is one of its functions. */
const bestShell = `command -v bash >/dev/null && exec bash -c "$0" "$0" "$@"; exec /bin/sh -c "$0" "$0" "$@"`
