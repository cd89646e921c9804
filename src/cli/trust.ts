import { existsSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'

/**
 * Refuses to execute what the run of another user names, until it is said that the user is trusted.
 * @param what the middle of the sentence: what is executed then
 */
export function requireTrust(run: string, what: string, isTrusted = false): void {
  const own = process.getuid?.()
  if (isTrusted || own === undefined) return // a system without owners
  const { record, run: runFile, optimizee, sealedSettings } = runFiles
  for (const path of [run, ...[record, runFile, optimizee, sealedSettings].map((name) => join(run, name))]) {
    const owner = existsSync(path) ? statSync(path).uid : undefined
    if (owner === undefined || owner === own) continue
    throw new ConfigurationError(
      `${path} belongs to user ${owner}, and you are ${userInfo().username} (${own}): ${what}; add --trust if you trust that user.`,
    )
  }
}
