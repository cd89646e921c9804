import { statSync } from 'node:fs'
import { SimulationFailure } from '../../src/core/evaluation.ts'
import { show } from '../../src/core/text.ts'
import type { ProcessEnd } from '../../src/system/process-group.ts'

export function badResult(message: string): SimulationFailure {
  return new SimulationFailure({ kind: 'bad-result', message })
}

/**
 * What is thrown when the result is not wanted any more.
 * @param openStep the job step of Slurm, if the command had started one that had not ended
 */
export function abortion({ reason }: AbortSignal, openStep?: string): unknown {
  if (!(reason instanceof Error) || reason.name !== 'TimeoutError') return reason
  const step =
    openStep === undefined
      ? ''
      : `; its job step ${show(openStep)} had not ended, and a step that asks for more than its worker has waits for ever`
  return new SimulationFailure({ kind: 'timeout', message: `The command was ended: ${reason.message}${step}.` })
}

/** Why the end of a command is a failure; undefined if it is none. */
export function failureOfEnd(
  { signal, exitCode }: ProcessEnd,
  isOutOfMemory: () => boolean,
): SimulationFailure | undefined {
  if (signal === 'SIGKILL' && isOutOfMemory()) {
    const message = 'The command was killed by SIGKILL, for lack of memory.'
    return new SimulationFailure({ kind: 'exit', detail: 'out-of-memory', message, signal })
  }
  if (signal !== undefined) {
    return new SimulationFailure({ kind: 'exit', message: `The command was ended by ${signal}.`, signal })
  }
  if (exitCode === 0) return undefined
  return new SimulationFailure({ kind: 'exit', message: `The command ended with exit code ${exitCode}.`, exitCode })
}

export function notStarted(
  program: string,
  workingDirectory: string | undefined,
  error: NodeJS.ErrnoException,
): SimulationFailure {
  const message = `The command ${JSON.stringify(program)} cannot be started: ${whyNot(workingDirectory, error)}.`
  return new SimulationFailure({ kind: 'threw', message, stack: error.stack })
}

function whyNot(workingDirectory: string | undefined, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return workingDirectory !== undefined && !isDirectory(workingDirectory)
        ? `there is no working directory ${workingDirectory}`
        : 'there is no such program'
    case 'EACCES':
      return 'it is not executable'
    case 'E2BIG':
      return 'its arguments are too long'
    default:
      return message
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
