import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { recordName } from '../record/record-file.ts'
import { RecordWriter } from '../record/writer.ts'
import { crashPoint } from '../system/crash-point.ts'
import { provenance } from './provenance.ts'

/** The folder in which a new record is made. */
const makingName = 'making'
/** The same folder once the record in it is whole: from then on the run is the new one, whoever finishes the step. */
const madeName = 'made'
const leaseName = 'lease'

/**
 * Makes a run, in place of the one that is there, if any; to be called under the lease. The record is made beside, and one
 * rename decides: killed before it, the old run is there as it was; after it, `finishMaking` brings the new one into place.
 */
export function makeRun(directory: string): void {
  const making = join(directory, makingName)
  try {
    mkdirSync(making)
    const record = RecordWriter.openForWriting(making)
    record.writeManifest({ ...provenance(), run: randomUUID(), name: basename(directory) })
    record.close()
  } catch (error) {
    remove(making)
    throw error
  }
  crashPoint()
  renameSync(making, join(directory, madeName))
  crashPoint()
  finishMaking(directory)
}

/** Whether a run has been made whose place is not yet its own. */
export function isBeingReplaced(directory: string): boolean {
  return existsSync(join(directory, madeName, recordName))
}

/** Finishes, under the lease, what somebody began who was killed while he made a run. */
export function finishMaking(directory: string): void {
  if (isBeingReplaced(directory)) {
    const kept = new Set([leaseName, madeName, recordName])
    for (const name of readdirSync(directory).filter((name) => !kept.has(name))) {
      remove(join(directory, name))
      crashPoint()
    }
    // The old record is replaced, not removed before: who looks at the run always finds one.
    renameSync(join(directory, madeName, recordName), join(directory, recordName))
    crashPoint()
  }
  remove(join(directory, makingName))
  remove(join(directory, madeName))
}

/** Whether all that a directory holds was left by somebody who was killed while he made a run, or removed one. */
export function isRemainder(directory: string): boolean {
  const names = readdirSync(directory)
  if (names.length === 0) return true
  if (![leaseName, recordName, 'workers'].some((name) => names.includes(name))) return false
  if (names.includes('workers') && !readdirSync(join(directory, 'workers')).every((name) => /^\d{6,}$/.test(name))) {
    return false
  }
  return names.every((name) => ownNames.test(name))
}

const ownNames =
  /^(lease|making|made|workers|pilots|bells|individuals|logs|optimizee\.mjs|runner\.heart|snapshot-\w+\.msgpack|trajectory(-copy)?\.sqlite.*|.*\.tmp)$/

/** Workers of an earlier runner may still be writing there. */
function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}
