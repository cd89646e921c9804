import { CommanderError } from 'commander'
import { ConfigurationError, RunHeldError, SettingsError, StorageFullError } from '../core/errors.ts'
import { printableLines } from '../core/text.ts'

/** How the command ends; documented and fixed. */
export const exitCodes = { finished: 0, failed: 1, wrong: 2, held: 3, stopped: 75 } as const

/** One sentence on standard error, the stack only if asked for. Returns the exit code. */
export function fail(error: unknown, { debug }: { readonly debug: boolean }): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.finished // help and version
  process.stderr.write(`twoloop: ${printableLines(sentenceOf(error))}\n`)
  if (debug && error instanceof Error) process.stderr.write(`${printableLines(stackOf(error))}\n`)
  return exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError || error instanceof ConfigurationError || error instanceof SettingsError) {
    return exitCodes.wrong
  }
  if (error instanceof RunHeldError) return exitCodes.held
  if (error instanceof StorageFullError) return exitCodes.stopped
  return isAboutPermission(error) ? exitCodes.wrong : exitCodes.failed
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  if (isAboutPermission(error)) return `there is no permission to ${error.syscall ?? 'use'} ${error.path ?? 'a file'}`
  return error.message || error.name
}

function isAboutPermission(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
