import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SimulationFailure } from '../../src/core/evaluation.ts'
import type { LeftCheckpoint } from '../../src/core/record.ts'
import { digestOfFolder } from '../../src/system/folder-digest.ts'

/**
 * The directory of a checkpoint, which is as its simulation has left it; undefined if that left none, or if it is gone: in
 * a record that was rebuilt individuals may be simulated again long after what they go on from was removed.
 * @throws SimulationFailure if it is another now
 */
export function restored(directory: string, individual: string, { path, hash }: LeftCheckpoint): string | undefined {
  const folder = join(directory, path)
  if (hash === null) return existsSync(folder) ? folder : undefined
  const found = digestOfFolder(folder)
  if (found === undefined || found.hash === hash) return found && folder
  const message = `The checkpoint of individual ${individual} (${path}) is not as it was left: its files have changed.`
  throw new SimulationFailure({ kind: 'threw', message })
}

/** What a failed attempt leaves is of no use. */
export function removeCheckpoint(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
