import { currentHolder } from '../../runtime/slurm/run-holder.ts'
import { recordVersion } from '../record/record-version.ts'

/**
 * By what it is known that a run shows something else: its record, and who holds it, since a runner that is killed leaves the
 * record as it was. Undefined while the file system does not say.
 */
export function shownVersion(directory: string): string | undefined {
  try {
    return `${recordVersion(directory)} ${currentHolder(directory)?.pid ?? ''}`
  } catch {
    return undefined
  }
}
