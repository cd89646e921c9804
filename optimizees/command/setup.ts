import { SimulationFailure } from '../../src/core/evaluation.ts'
import type { Variables } from '../../src/system/process-group.ts'
import { runProgram } from './run-program.ts'

/** The environment's variables end with this, so that a value may have lines. */
const separator = '\0'
/** More than a system lets a process have as environment. */
const mostBytes = 16 * 2 ** 20

/**
 * What lines of shell change in the environment: they run once in a worker, for all of its commands. Bash is taken where it
 * is there, since `module` is one of its functions.
 *
 * @throws SimulationFailure if one of the lines fails
 */
export async function setUp(
  lines: readonly string[],
  environment: Variables,
  workingDirectory: string | undefined,
  signal: AbortSignal,
): Promise<Variables> {
  const script = `exec 3>&1 1>&2\nset -e\n${lines.join('\n')}\nexec env -0 >&3`
  const shell = `command -v bash >/dev/null && exec bash -c "$0"; exec /bin/sh -c "$0"`
  const end = await runProgram(['/bin/sh', '-c', shell, script], {
    environment,
    workingDirectory,
    signal,
    keep: mostBytes,
    isPassedOn: false,
  })
  signal.throwIfAborted()
  if (end.exitCode !== 0) {
    const how = end.signal === undefined ? `exit code ${end.exitCode}` : end.signal
    const message = `The lines of setup ended with ${how}: ${lines.join('; ')}.`
    throw new SimulationFailure({ kind: 'threw', message, exitCode: end.exitCode })
  }
  const entries = end.tail
    .toString()
    .split(separator)
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
  return Object.fromEntries(entries.filter(([name]) => !/^(TWOLOOP_GROUP|PWD|OLDPWD|SHLVL|_)$/.test(name)))
}
