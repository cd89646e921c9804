import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { RunHeldError } from '../core/errors.ts'
import { isRunFile, runFiles } from '../core/run-files.ts'
import { RecordWriter } from '../record/writer.ts'
import { crashPoint } from '../system/crash-point.ts'
import { provenance } from './provenance.ts'

/**
 * Makes a run, in place of the one that is there, if any; to be called under the lease. The record is made beside, and one
 * rename decides: killed before it, the old run is there as it was; after it, `finishMaking` brings the new one into place.
 *
 * @param refuseLost throws if the lease is another's by now
 */
export function makeRun(directory: string, refuseLost: () => void): void {
  const making = join(directory, runFiles.making)
  try {
    mkdirSync(making)
    const record = RecordWriter.openForWriting(making)
    try {
      record.writeManifest({ ...provenance(), run: randomUUID(), name: basename(directory) })
      record.settle() // only the one file is brought into place
    } finally {
      record.close()
    }
    refuseLost()
  } catch (error) {
    if (!(error instanceof RunHeldError)) remove(making) // else another may be making his there
    throw error
  }
  crashPoint()
  renameSync(making, join(directory, runFiles.made))
  crashPoint()
  finishMaking(directory, refuseLost)
}

/** Whether a run has been made whose place is not yet its own. */
export function isBeingReplaced(directory: string): boolean {
  return existsSync(join(directory, runFiles.made, runFiles.record))
}

/** Finishes, under the lease, what somebody began who was killed while he made a run; `refuseLost` as above. */
export function finishMaking(directory: string, refuseLost: () => void): void {
  refuseLost()
  if (isBeingReplaced(directory)) {
    const kept = new Set<string>([runFiles.lease, runFiles.made, runFiles.record])
    for (const name of readdirSync(directory).filter((name) => !kept.has(name))) {
      remove(join(directory, name))
      crashPoint()
      refuseLost()
    }
    // The old record is replaced, not removed before: who looks at the run always finds one.
    renameSync(join(directory, runFiles.made, runFiles.record), join(directory, runFiles.record))
    crashPoint()
  }
  remove(join(directory, runFiles.making))
  remove(join(directory, runFiles.made))
}

/** Whether all that a directory holds was left by somebody who was killed while he made a run, or removed one. */
export function isRemainder(directory: string): boolean {
  const names = readdirSync(directory)
  if (names.length === 0) return true
  if (![runFiles.lease, runFiles.record, runFiles.workers].some((name) => names.includes(name))) return false
  if (
    names.includes(runFiles.workers) &&
    !readdirSync(join(directory, runFiles.workers)).every((name) => /^\d{6,}$/.test(name))
  ) {
    return false
  }
  return names.every(isRunFile)
}

/** Workers of an earlier runner may still be writing there. */
function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}
