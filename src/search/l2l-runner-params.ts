import { basename } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import type { RunnerSettingsInput } from '../core/runner-settings.ts'
import { parseSettings } from '../core/settings.ts'
import { splitWords } from '../core/shell-words.ts'

/**
 * The runner's parameters of L2L. `srun` is the command line that starts a worker on a cluster, and nothing on one machine;
 * another program than srun is a prefix of the worker's command as it stands. Its `-n` and `-c` are those of the simulation:
 * there is one worker, with the CPUs for all of its tasks. `exec` is what runs the worker's program.
 */
const runnerParams = z.strictObject({
  srun: z.string().optional(),
  exec: z.string().optional(),
  maxWorkers: z.int().min(1).optional(),
})

export type RunnerParams = z.input<typeof runnerParams>

/** The settings that they stand for. */
export function fromRunnerParams(given: RunnerParams): RunnerSettingsInput {
  const { srun = '', exec = '', maxWorkers } = parseSettings(runnerParams, given, 'runnerParams')
  const prefix = wordsOf('srun', srun)
  const program = wordsOf('exec', exec)
  const isSrun = prefix.length > 0 && (basename(prefix[0]!) === 'srun' || prefix[0]!.startsWith('-'))
  const options = prefix[0] === 'srun' ? prefix.slice(1) : prefix
  return {
    ...(maxWorkers !== undefined && { workers: maxWorkers }),
    ...(isSrun && { launcher: 'srun', srun: options }),
    ...(isSrun && program.length > 0 && { exec: program }),
    ...(!isSrun &&
      (prefix.length > 0 || program.length > 0) && {
        exec: [...prefix, ...(program.length > 0 ? program : [process.execPath])],
      }),
  }
}

function wordsOf(name: string, text: string): string[] {
  try {
    return splitWords(text)
  } catch (error) {
    throw new ConfigurationError(`runnerParams.${name}: ${(error as Error).message}`, { cause: error })
  }
}
