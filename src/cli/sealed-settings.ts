import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../../runtime/channel/run-file.ts'
import { ConfigurationError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'
import { isSealedSetting, sealedSetting } from '../search/secret.ts'
import { storageError } from '../system/storage-errors.ts'

/** Keeps what `--set` said beside the record, which has the seals, for `resume` and for nobody but the owner of the run. */
export function keepSealedSettings(directory: string, settings: readonly string[] = []): void {
  const path = join(directory, runFiles.sealedSettings)
  const secret = settings.filter((setting) => sealedSetting(setting) !== setting)
  try {
    if (secret.length > 0) replaceFile(path, `${JSON.stringify(secret)}\n`, 'owner')
    else rmSync(path, { force: true })
  } catch (error) {
    throw storageError(error, directory) ?? error
  }
}

/** The settings as they were given. @throws ConfigurationError if what is sealed is not kept here */
export function unsealedSettings(directory: string, settings: readonly string[]): readonly string[] {
  if (!settings.some(isSealedSetting)) return settings
  const kept = new Map(readKept(directory).map((setting) => [sealedSetting(setting), setting]))
  return settings.map((setting) => {
    const given = isSealedSetting(setting) ? kept.get(setting) : setting
    if (given !== undefined) return given
    const path = setting.slice(0, setting.indexOf('='))
    throw new ConfigurationError(
      `${directory} was begun with --set ${path}=..., a value that its record does not tell and ${runFiles.sealedSettings} does not hold; go on with \`twoloop run\` and the same value.`,
    )
  })
}

function readKept(directory: string): readonly string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(readFileSync(join(directory, runFiles.sealedSettings), 'utf8')))
  } catch {
    return [] // it is another user's, or was left out of a copy
  }
}
