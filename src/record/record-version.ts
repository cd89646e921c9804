import { statSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '../core/run-files.ts'

/** A text that changes whenever the record of a run may have, or who holds the run. */
export function recordVersion(directory: string): string {
  const files = [runFiles.record, `${runFiles.record}-wal`, runFiles.recordCopy, runFiles.lease]
  return files
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
    .map((stats) => (stats ? `${stats.mtimeMs} ${stats.size}` : ''))
    .join('|')
}
