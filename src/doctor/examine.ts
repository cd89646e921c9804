import { once } from 'node:events'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type WakeUpMode, wakeUpMode } from '../../runtime/channel/wake-up.ts'
import { ConfigurationError } from '../core/errors.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { setJournal } from '../record/record-file.ts'
import { openDatabase } from '../system/database.ts'
import { sharedFileSystem } from '../system/file-systems.ts'
import { describeEnd, ProcessGroup } from '../system/process-group.ts'
import { doctorPartnerProgram } from '../system/programs.ts'
import type { PartnerAnswer, PartnerTask } from './partner.ts'

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

/** What a run that is begun needs at least. */
const fewestBytes = 16 * 2 ** 20
const fewestInodes = 100
/** How long appends are waited for. */
const patienceMs = 6000

/** Nothing can be tried out there, or there is no room to: the message says why no run will work. */
export class UnfitDirectory extends Error {
  override readonly name = 'UnfitDirectory'
}

/**
 * Tries out on a directory what runs do there, with a second process, in a few seconds. What was tried out is removed.
 * @throws ConfigurationError if it is no directory
 * @throws UnfitDirectory if nothing can be written there
 */
export async function examine(directory: string): Promise<Examination> {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new ConfigurationError(`there is no directory ${directory}`)
  }
  const left = leftIn(directory)
  if (left.bytes < fewestBytes) {
    throw new UnfitDirectory(
      `${directory} has ${megabytes(left.bytes)} left, and a run needs ${megabytes(fewestBytes)} to begin.`,
    )
  }
  if (left.inodes !== null && left.inodes < fewestInodes) {
    throw new UnfitDirectory(`${directory} has ${left.inodes} inodes left, and a run needs ${fewestInodes} to begin.`)
  }
  try {
    return await tryOut(directory)
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
    throw new UnfitDirectory(`No run will work in ${directory}: ${(error as Error).message}.`, { cause: error })
  }
}

async function tryOut(directory: string): Promise<Examination> {
  await using place = Place.make(directory)
  const partner = new Partner(place.path)
  await using _ = partner
  const visibility = await watchAppends(place.path, partner)
  const rename = await readWhileRenamed(place.path, partner)
  const exclusiveCreate = await createTogether(place.path, partner)
  const fsync = measureFsync(place.path)
  const database = await tryDatabase(place.path, partner)
  const facts = {
    directory,
    fileSystem: { type: fileSystemName(directory), isShared: sharedFileSystem(directory) !== undefined },
    visibility,
    rename,
    exclusiveCreate,
    fsync,
    database,
    left: leftIn(directory),
    settings: {
      wakeUp: wakeUpMode({ wakeUp: 'auto', launcher: 'local' }, directory),
      pollInterval: runnerSettings.parse({}).pollInterval,
      journal: database.journal,
      locking: sharedFileSystem(directory) === undefined ? 'normal' : 'exclusive',
    },
  }
  return { ...facts, problems: problemsOf(facts), notes: notesOf(facts) }
}

function leftIn(directory: string): Examination['left'] {
  const { bavail, bsize, files, ffree } = statfsSync(directory)
  return { bytes: bavail * bsize, inodes: files === 0 ? null : ffree }
}

type Facts = Omit<Examination, 'problems' | 'notes'>

function problemsOf({ directory, visibility, rename, exclusiveCreate, settings }: Facts): string[] {
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

function notesOf({ fileSystem, visibility, rename, database, settings, fsync }: Facts): string[] {
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

/** A directory for what is tried out, removed at the end however that comes. */
class Place implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
    for (const signal of signals) process.once(signal, this.#end)
  }

  static make(directory: string): Place {
    return new Place(mkdtempSync(join(directory, '.twoloop-doctor-')))
  }

  readonly #end = (): void => {
    rmSync(this.path, { recursive: true, force: true })
    process.exit(1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of signals) process.off(signal, this.#end)
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The other process. */
class Partner implements AsyncDisposable {
  readonly #process: ProcessGroup

  constructor(directory: string) {
    const command = [process.execPath, doctorPartnerProgram(), directory]
    this.#process = new ProcessGroup(command, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], isGuarded: true })
  }

  do(task: PartnerTask): Promise<PartnerAnswer> {
    const result = this.#perform(task)
    result.catch(() => {}) // it may be awaited after something else has failed
    return result
  }

  async #perform(task: PartnerTask): Promise<PartnerAnswer> {
    const { child, ended } = this.#process
    const answer = once(child, 'message')
    const end = ended.then((how) => {
      throw new Error(`the second process ${describeEnd(how)} when it was to ${task.do}`)
    })
    const late = setTimeout(30_000, undefined, { ref: false }).then(() => {
      throw new Error(`the second process took longer than 30 s to ${task.do}`)
    })
    child.send(task)
    const [message] = (await Promise.race([answer, end, late])) as [PartnerAnswer]
    if (message.error) throw Object.assign(new Error(message.error.message), { code: message.error.code })
    return message
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]()
  }
}

async function watchAppends(directory: string, partner: Partner): Promise<Examination['visibility']> {
  const path = join(directory, 'appended')
  writeFileSync(path, '')
  const appends = 20
  let hasEvents = false
  let refusal: string | undefined
  let watcher: ReturnType<typeof watch> | undefined
  try {
    watcher = watch(path, () => {
      hasEvents = true
    })
    watcher.on('error', (error) => {
      refusal = error.message
    })
  } catch (error) {
    refusal = (error as Error).message
  }
  const held = openSync(path, 'r')
  try {
    const over = partner.do({ do: 'append', path, times: appends, gap: 20 })
    const begin = performance.now()
    const heldSeen = new Lines()
    const reopenedSeen = new Lines()
    while (performance.now() - begin < patienceMs && Math.min(heldSeen.count, reopenedSeen.count) < appends) {
      heldSeen.read(held)
      const reopened = openSync(path, 'r')
      reopenedSeen.read(reopened)
      closeSync(reopened)
      await setTimeout(1)
    }
    await over
    await setTimeout(20) // for an event that is on its way
    return {
      appends,
      held: heldSeen.lateness(appends),
      reopened: reopenedSeen.lateness(appends),
      events: refusal ?? hasEvents,
    }
  } finally {
    closeSync(held)
    watcher?.close()
  }
}

/** Lines that say when they were written, and how late they were seen. */
class Lines {
  readonly #late: number[] = []
  #offset = 0
  #rest = ''

  get count(): number {
    return this.#late.length
  }

  read(descriptor: number): void {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - this.#offset))
    const length = bytes.length > 0 ? readSync(descriptor, bytes, 0, bytes.length, this.#offset) : 0
    this.#offset += length
    const lines = (this.#rest + bytes.toString('latin1', 0, length)).split('\n')
    this.#rest = lines.pop()!
    const now = process.hrtime.bigint()
    for (const line of lines) if (/^\d+$/.test(line)) this.#late.push(Number(now - BigInt(line)) / 1e6)
  }

  lateness(appends: number): Lateness {
    return { median: median(this.#late), most: Math.max(0, ...this.#late), unseen: appends - this.#late.length }
  }
}

/** Reads a file while the partner puts others in its place: each time it must be one of them, and whole. */
async function readWhileRenamed(directory: string, partner: Partner): Promise<Examination['rename']> {
  const path = join(directory, 'renamed')
  writeFileSync(path, 'a'.repeat(4096))
  let isOver = false
  const over = partner.do({ do: 'rename', path, times: 300 }).then(() => {
    isOver = true
  })
  let reads = 0
  let torn = 0
  let missing = 0
  while (!isOver) {
    reads++
    try {
      const text = readFileSync(path, 'latin1')
      if (text.length !== 4096 || text !== text[0]!.repeat(4096)) torn++
    } catch {
      missing++
    }
    await setImmediate()
  }
  await over
  return { reads, torn, missing }
}

async function createTogether(directory: string, partner: Partner): Promise<Examination['exclusiveCreate']> {
  const files = 60
  const path = join(directory, 'exclusive')
  const over = partner.do({ do: 'create', path, files })
  const ours = new Set<number>()
  for (let i = 0; i < files; i++) {
    if (createExclusively(`${path}-${i}`)) ours.add(i)
    await setImmediate()
  }
  const theirs = new Set((await over).created)
  const wrong = Array.from({ length: files }, (_, i) => ours.has(i) === theirs.has(i)).filter(Boolean).length
  return { files, wrong }
}

function createExclusively(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function measureFsync(directory: string): Examination['fsync'] {
  const descriptor = openSync(join(directory, 'synced'), 'w')
  try {
    const times = Array.from({ length: 8 }, () => {
      const begin = performance.now()
      writeSync(descriptor, Buffer.alloc(4096, 1))
      fsyncSync(descriptor)
      return performance.now() - begin
    })
    return { median: median(times), most: Math.max(...times) }
  } finally {
    closeSync(descriptor)
  }
}

/** A database as the record is one: which journal it gets, and whether one process's lock is seen by another. */
async function tryDatabase(directory: string, partner: Partner): Promise<Examination['database']> {
  const path = join(directory, 'database.sqlite')
  const database = openDatabase(path, { timeout: 0 })
  try {
    database.exec('create table rows (value integer)')
    await partner.do({ do: 'lock', path })
    let hasLocks = false
    try {
      database.exec('insert into rows values (1)')
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
      hasLocks = true
    }
    await partner.do({ do: 'unlock', path })
    const journal = setJournal(database, directory)
    database.exec('insert into rows values (2)')
    return { journal, hasLocks }
  } finally {
    database.close()
  }
}

/** statfs(2) and linux/magic.h; shared file systems have their names where they are dealt with. */
const localFileSystems = new Map<number, string>([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0x858458f6, 'ramfs'],
  [0xca451a4e, 'bcachefs'],
])

function fileSystemName(directory: string): string {
  const { type } = statfsSync(directory)
  return sharedFileSystem(directory) ?? localFileSystems.get(type >>> 0) ?? `0x${(type >>> 0).toString(16)}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MB`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
