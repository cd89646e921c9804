import { resolve } from 'node:path'
import { currentHolder } from '../../runtime/slurm/run-holder.ts'
import { RunHeldError } from '../core/errors.ts'
import { loadExperiment } from '../experiment-file/load.ts'
import { checkRun, heldSentence } from '../search/run-directory.ts'
import { ownProgram } from '../system/own-parts.ts'
import type { RunRequest } from './run-experiment.ts'

/** The run that a job is to begin or to go on with; whatever speaks against it is said before a job is submitted. */
export async function checkedSubmission(
  request: RunRequest,
): Promise<{ readonly name: string; readonly directory: string }> {
  const { file, overrides, root, overwrite } = request
  const { name, configuration } = await loadExperiment(file, { ...overrides, name: request.name })
  const directory = resolve(root, name)
  checkRun(directory, { configuration, overwrite })
  const holder = currentHolder(directory)
  if (holder) throw new RunHeldError(heldSentence(directory, holder))
  return { name, directory }
}

/** The command that leads to the same search, wherever its job runs. */
export function commandOf({ file, overrides, root }: RunRequest, name: string): string[] {
  const program = ownProgram('src/cli/main.js')
  const { set = [], ...given } = overrides
  return [
    ...[process.execPath, program, 'run', resolve(file), '--root', resolve(root), '--name', name],
    ...Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}`, String(value)])),
    ...set.flatMap((setting) => ['--set', setting]),
  ]
}

/** What is added to it in the first job only. */
export function firstTimeOf({ overwrite, acceptChangedCode }: RunRequest): string[] {
  return [...(overwrite ? ['--overwrite'] : []), ...(acceptChangedCode ? ['--accept-changed-code'] : [])]
}
