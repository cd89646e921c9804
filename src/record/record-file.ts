import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { currentHolder } from '../../runtime/slurm/run-holder.ts'
import { ConfigurationError, RunHeldError } from '../core/errors.ts'
import { runFiles } from '../core/run-files.ts'
import { crashPoint } from '../system/crash-point.ts'
import { type Database, makeFile, openDatabase } from '../system/database.ts'
import { sharedFileSystem } from '../system/file-systems.ts'
import { refuseLinks } from '../system/own-files.ts'
import { isLocked } from '../system/storage-errors.ts'
import { viewsOver } from './earlier/versions.ts'
import { checkVersion, hasBegun, openChecked, prepareSchema, setJournal, versionOf } from './opening.ts'
import { openReadable } from './readable.ts'
import { damaged, explained } from './record-errors.ts'
import { Statements } from './statements.ts'

/** For so long the writer waits for somebody else's lock; once it has waited in vain, it only ends, and hardly waits. */
const lockMs = { first: 30_000, later: 100 }

interface Transaction {
  /** Takes the lock of the writer at once. */
  immediate<T>(work: () => T): T
}

/** The SQLite file that is a run's record: opened as its file system needs it, and damage in it told as such. */
export class RecordFile extends Statements {
  readonly #database: Database
  #transaction: Transaction | undefined
  readonly #isShared: boolean
  readonly #isWritten: boolean
  #epoch = 0
  #failures = 0
  /** The copy for readers that is being made. */
  #copying: Promise<void> | undefined

  private constructor(directory: string, database: Database, { isWritten = false } = {}) {
    super(directory, database)
    this.#database = database
    this.#isWritten = isWritten
    this.#isShared = sharedFileSystem(directory) !== undefined
  }

  /** Whether the directory is one of a run; its record may be damaged, or lost. */
  static exists(directory: string): boolean {
    return existsSync(join(directory, runFiles.record)) || hasBegun(directory)
  }

  /** Whether there is nothing in the record yet: whoever made it was killed, or had no space, before it had tables. */
  static isUnmade(directory: string): boolean {
    const path = join(directory, runFiles.record)
    if (!existsSync(path) || hasBegun(directory)) return false
    const database = openChecked(directory, () => openReadable(path))
    try {
      return database.prepare('select count(*) from sqlite_master').pluck().get() === 0
    } catch {
      return false // it is something else, or damaged
    } finally {
      database.close()
    }
  }

  /** Opens the record for writing, made new if it is not there. @throws ConfigurationError if it is something else */
  static openForWriting(directory: string): RecordFile {
    const path = join(directory, runFiles.record)
    refuseLinks(directory)
    if (!existsSync(path) && hasBegun(directory)) throw damaged(directory, 'it is not there')
    const database = openChecked(directory, () => openDatabase(path, { timeout: lockMs.first }))
    try {
      checkVersion(directory, path, database, { mayBeNew: true })
      setJournal(database, directory)
      database.pragma('synchronous = normal')
      database.pragma('wal_autocheckpoint = 4000') // a checkpoint waits for the disk: every 16 MB is often enough
      prepareSchema(database)
      // To look for its generation would be a third of what the row of an individual costs: both come in one transaction.
      database.pragma('foreign_keys = off')
      return new RecordFile(directory, database, { isWritten: true })
    } catch (error) {
      database.close()
      throw explained(directory, error)
    }
  }

  /** A database that becomes the record of a run directory. */
  static over(directory: string, database: Database): RecordFile {
    return new RecordFile(directory, database)
  }

  /** Opens the record for reading; never blocks its writer. @throws ConfigurationError if there is none, or a link leads out of the run */
  static openForReading(directory: string): RecordFile {
    const path = join(directory, runFiles.record)
    refuseLinks(directory)
    if (!existsSync(path)) {
      if (hasBegun(directory)) throw damaged(directory, 'it is not there')
      throw new ConfigurationError(`${directory} is not a run directory: it has no ${runFiles.record}.`)
    }
    const copy = join(directory, runFiles.recordCopy)
    const hasCopy = sharedFileSystem(directory) !== undefined && existsSync(copy)
    // Readers take the copy here: the writer's lock may not be seen, or could only be waited for.
    if (hasCopy && currentHolder(directory)) return RecordFile.#openReadOnly(directory, copy)
    try {
      return RecordFile.#openReadOnly(directory, path)
    } catch (error) {
      if (isLocked(error) && hasCopy) return RecordFile.#openReadOnly(directory, copy)
      throw explained(directory, error)
    }
  }

  static #openReadOnly(directory: string, path: string): RecordFile {
    const database = openChecked(directory, () => openReadable(path))
    try {
      checkVersion(directory, path, database, { mayBeNew: false })
      database.exec(viewsOver(versionOf(database)) ?? '')
      return new RecordFile(directory, database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  get epoch(): number {
    return this.#epoch
  }

  /** How large the file is with all that is committed, or written in the transaction that is open. */
  get bytes(): number {
    const { pages, size } = this.get<{ pages: number; size: number }>(
      'select page_count as pages, page_size as size from pragma_page_count, pragma_page_size',
    )!
    return pages * size
  }

  /** How many transactions have changed nothing since they failed. */
  get failures(): number {
    return this.#failures
  }

  /** From here on transactions are of this epoch, and refused once the record is of a later one. */
  enterEpoch(epoch: number): void {
    this.#epoch = epoch
  }

  /** One transaction, refused if another runner has taken the run over in the meantime. */
  transaction<T>(work: () => T): T {
    try {
      crashPoint('transaction')
      this.#transaction ??= this.#makeTransaction()
      const result = this.#transaction.immediate(work)
      crashPoint('transaction')
      return result
    } catch (error) {
      this.#failures++
      if (isLocked(error)) this.#database.pragma(`busy_timeout = ${lockMs.later}`)
      throw explained(this.directory, error)
    }
  }

  /** Made once: better-sqlite3 makes four functions for each, which cost as much as a small one. */
  #makeTransaction(): Transaction {
    return this.#database.transaction((work: () => unknown) => {
      if (this.#epoch > 0) this.#checkEpoch()
      return work()
    }) as Transaction
  }

  #checkEpoch(): void {
    const row = this.get<{ value: string }>(`select value from manifest where key = 'epoch'`)
    if (row && Number(row.value) > this.#epoch) {
      throw new RunHeldError(
        `Another runner has taken over ${this.directory} (epoch ${row.value} after ${this.#epoch}); this one ends and changes nothing.`,
      )
    }
  }

  /** Keeps what is read from here as it is now, whatever is written meanwhile, until it is disposed of. */
  holdStill(): Disposable {
    this.#database.exec('begin')
    return { [Symbol.dispose]: () => void (this.#database.open && this.#database.exec('rollback')) }
  }

  /** Brings the copy up to date that readers get on a network file system. */
  async refreshCopy(): Promise<void> {
    if (!this.#isShared) return
    this.#copying ??= this.#copy().finally(() => {
      this.#copying = undefined
    })
    await this.#copying
  }

  /** What is written while the copy is made is in it, too. */
  async #copy(): Promise<void> {
    const copy = join(this.directory, runFiles.recordCopy)
    const temporary = `${copy}.tmp`
    try {
      rmSync(temporary, { force: true })
      makeFile(temporary)
      await this.#database.backup(temporary)
      renameSync(temporary, copy)
    } catch {
      // On a disk that is full, or away, readers get the copy that is there.
    }
  }

  close(): void {
    if (this.#isWritten) this.#leaveLog()
    this.#database.close()
  }

  /**
   * Has all of the record stand in its one file, with nothing beside it, until it is written again.
   * @throws StorageFullError if there is no space for it
   */
  settle(): void {
    this.careful(() => this.#database.pragma('journal_mode = delete'))
  }

  /**
   * A record that nobody writes has no write-ahead log, since SQLite makes files beside one that has even to read it: looking
   * at a run that has ended changes nothing in its directory. Where somebody reads at this moment, the log stays.
   */
  #leaveLog(): void {
    try {
      this.#database.pragma('busy_timeout = 0')
      this.settle()
    } catch {
      // It is being read, or the disk is full or away: the record is whole as it is.
    }
  }
}
