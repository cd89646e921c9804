import type { WakeUpMode } from '../../runtime/channel/wake-up.ts'
import { seconds } from './times.ts'

/** What a directory's file system does, as far as a run depends on it. Times are in milliseconds. */
export interface Examination {
  readonly directory: string
  readonly fileSystem: {
    readonly type: string
    /** Whether other hosts may write there, of which this kernel hears nothing. */
    readonly isShared: boolean
  }
  /** How late one process of this host sees what another appends. */
  readonly visibility: {
    readonly appends: number
    readonly held: Lateness
    readonly reopened: Lateness
    /** Whether events tell of appends; why not, if they cannot be asked for. */
    readonly events: boolean | string
  }
  /** Reads of a file that another process replaced meanwhile: so often it was not whole, or not there for an instant. */
  readonly rename: { readonly reads: number; readonly torn: number; readonly missing: number }
  /** Of files that two processes tried to create, how many were made by both or by none. */
  readonly exclusiveCreate: { readonly files: number; readonly wrong: number }
  readonly fsync: { readonly median: number; readonly most: number }
  readonly database: {
    readonly journal: string
    /** Whether a process is kept from writing while another does. */
    readonly hasLocks: boolean
  }
  readonly left: { readonly bytes: number /** Null where there is no limit. */; readonly inodes: number | null }
  readonly settings: {
    readonly wakeUp: WakeUpMode
    readonly pollInterval: number
    readonly journal: string
    readonly locking: string
  }
  /** What would not work, in sentences; a run works here if there are none. */
  readonly problems: readonly string[]
  /** What is slow, or worth knowing. */
  readonly notes: readonly string[]
}

export interface Lateness {
  readonly median: number
  readonly most: number
  /** Appends that were not seen as long as they were waited for. */
  readonly unseen: number
}

/** How long appends are waited for. */
export const patienceMs = 6000

/** What was found out, before anything is concluded from it. */
export type Facts = Omit<Examination, 'problems' | 'notes'>

export function problemsOf({ directory, visibility, rename, exclusiveCreate, settings }: Facts): string[] {
  const { unseen } = settings.wakeUp === 'poll' ? visibility.reopened : visibility.held
  return [
    ...(unseen > 0
      ? [`${directory} does not show within ${patienceMs / 1000} s what another process has appended to a file.`]
      : []),
    ...(rename.torn > 0 ? [`${directory} does not replace a file at once when another is renamed to it.`] : []),
    ...(exclusiveCreate.wrong > 0
      ? [`${directory} lets two processes create the same file, so that two runners could take one run.`]
      : []),
  ]
}

export function notesOf({ fileSystem, visibility, rename, database, settings, fsync }: Facts): string[] {
  const { events, held, reopened } = visibility
  const notes: string[] = []
  if (settings.wakeUp === 'events' && events !== true) {
    const why = typeof events === 'string' ? ` (${events})` : ''
    notes.push(`Events do not tell of appends here${why}: set runner.wakeUp to poll, or answers are noticed late.`)
  }
  if (settings.wakeUp === 'poll' && events === true) {
    notes.push('Events tell of appends made on this host; those of other hosts are found by polling.')
  }
  if (held.most > 2 * reopened.most + 50)
    notes.push('What was appended is seen sooner through a file that is opened anew.')
  if (reopened.most > 500) {
    notes.push(`Appends are seen up to ${seconds(reopened.most)} late: simulations should take much longer than that.`)
  }
  if (fileSystem.isShared) {
    notes.push('This was measured between processes of one host; between hosts it takes as long as their caches last.')
  }
  if (rename.missing > 0)
    notes.push('A file that is being replaced cannot be opened for an instant; runs can live with that.')
  if (!database.hasLocks) {
    notes.push("Locks are not seen by other processes: that one runner has a run is seen to by the run's lease alone.")
  }
  if (fsync.median > 100)
    notes.push(`A write to the disk takes ${seconds(fsync.median)}: the record is slow to be made.`)
  return notes
}
