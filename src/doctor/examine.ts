import { existsSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { wakeUpMode } from '../../runtime/channel/wake-up.ts'
import { ConfigurationError } from '../core/errors.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { fileSystemName, sharedFileSystem } from '../system/file-systems.ts'
import { type Examination, notesOf, problemsOf } from './examination.ts'
import { Partner } from './second-process.ts'
import { createTogether, measureFsync, readWhileRenamed, tryDatabase } from './trials.ts'
import { watchAppends } from './visibility.ts'

/** What a run that is begun needs at least. */
const fewestBytes = 16 * 2 ** 20
const fewestInodes = 100

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
  await using place = new Place(directory)
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

/** A directory for what is tried out, removed at the end however that comes: signals are heeded before it is there, and until it is gone. */
class Place implements AsyncDisposable {
  readonly path: string

  constructor(directory: string) {
    for (const signal of signals) process.on(signal, this.#end)
    try {
      this.path = mkdtempSync(join(directory, '.twoloop-doctor-'))
    } catch (error) {
      this.#leaveSignals()
      throw error
    }
  }

  readonly #end = (): void => {
    for (let tries = 0; tries < 1000 && existsSync(this.path); tries++) {
      try {
        rmSync(this.path, { recursive: true, force: true })
      } catch {
        // The second process writes there until this one has ended.
      }
    }
    process.exit(1)
  }

  #leaveSignals(): void {
    for (const signal of signals) process.off(signal, this.#end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
    this.#leaveSignals()
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MB`
}
