import { closeSync, constants, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Entry } from 'yauzl'
import { nameOf } from '../../src/core/individual.ts'
import type { AttemptRecord } from '../../src/core/record.ts'
import { runFiles } from '../../src/core/run-files.ts'
import { afterCut, textOfBytes } from '../../src/core/text.ts'
import { crashPoint } from '../../src/system/crash-point.ts'
import { createOwnFile, emptyOwnFile, makeOwnDirectory, refuseLinksOnWay } from '../../src/system/own-files.ts'
import { workerDirectory } from '../channel/run-file.ts'
import { ZipWriter } from './zip-writer.ts'

/** How much is kept of what one attempt printed: its end, where the reason of a failure stands. */
const keptBytes = 64 * 1024

/** Below this length compressing a text costs more time than it saves space. */
const shortBytes = 1024

/** What one attempt printed. */
export interface PrintedTexts {
  readonly stdout: string
  readonly stderr: string
}

const streams = ['stdout', 'stderr'] as const

type PrintedAttempt = Pick<AttemptRecord, 'individual' | 'epoch' | 'attempt' | 'worker' | 'printed'>

const archivePath = (directory: string, generation: number) =>
  join(directory, runFiles.logs, `generation-${String(generation).padStart(6, '0')}.zip`)

/**
 * Packs what the attempts of a generation printed into one zip file, an entry for each stream of each attempt. Memory holds one
 * text at a time, and of those that are written a line of the zip file's directory each.
 */
export async function packPrinted(
  directory: string,
  generation: number,
  attempts: Iterable<PrintedAttempt>,
): Promise<void> {
  makeOwnDirectory(directory, runFiles.logs)
  const path = archivePath(directory, generation)
  const temporary = `${path}.tmp`
  try {
    const descriptor = createOwnFile(temporary)
    try {
      await writePrinted(directory, attempts, descriptor)
    } finally {
      closeSync(descriptor)
    }
    crashPoint()
    renameSync(temporary, path)
    crashPoint()
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Texts between which others get their turn: a search may go on meanwhile. */
const textsAtOnce = 64

async function writePrinted(directory: string, attempts: Iterable<PrintedAttempt>, descriptor: number): Promise<void> {
  const zip = new ZipWriter((part) => writeWhole(descriptor, part))
  let texts = 0
  for (const attempt of attempts) {
    for (const stream of streams) {
      const part = partOf(directory, attempt, stream)
      if (part.from >= part.to) continue
      zip.add(entryName(attempt, stream), readPart(part), { compress: part.to - part.from > shortBytes })
      if (++texts % textsAtOnce === 0) await setImmediate()
    }
  }
  zip.end()
}

/** A file system may take less than it is given. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}

/**
 * What one attempt printed, from the generation's archive or, as long as there is none, from the worker's folder.
 * @throws ConfigurationError if a link leads out of the run there
 */
export async function readPrinted(directory: string, attempt: PrintedAttempt): Promise<PrintedTexts> {
  const path = archivePath(directory, attempt.individual.generation)
  refuseLinksOnWay(directory, path)
  if (!existsSync(path)) {
    for (const { path } of streams.map((stream) => partOf(directory, attempt, stream)))
      refuseLinksOnWay(directory, path)
    return {
      stdout: readFromWorker(directory, attempt, 'stdout'),
      stderr: readFromWorker(directory, attempt, 'stderr'),
    }
  }
  const wanted = { stdout: entryName(attempt, 'stdout'), stderr: entryName(attempt, 'stderr') }
  const entries = await readEntries(path, new Set(Object.values(wanted)))
  return { stdout: entries.get(wanted.stdout) ?? '', stderr: entries.get(wanted.stderr) ?? '' }
}

/** Makes room in the folder of a worker that is idle, once what it holds has been packed. */
export function emptyPrinted(channel: string): void {
  for (const name of ['stdout.txt', 'stderr.txt']) {
    try {
      emptyOwnFile(join(channel, name))
    } catch {
      // A file that cannot be emptied costs only space.
    }
  }
}

function entryName({ individual, epoch, attempt }: PrintedAttempt, stream: string): string {
  return `${nameOf(individual)}/${epoch}-${attempt}.${stream}.txt`
}

/** Where in a file the end of what an attempt printed stands, as much of it as is kept. */
interface Part {
  readonly path: string
  readonly from: number
  readonly to: number
  /** Whether there was more before it. */
  readonly isCut: boolean
}

function partOf(directory: string, { worker, printed }: PrintedAttempt, stream: 'stdout' | 'stderr'): Part {
  const [stdoutFrom, stdoutTo, stderrFrom, stderrTo] = printed ?? [0, 0, 0, 0]
  const [from, to] = stream === 'stdout' ? [stdoutFrom, stdoutTo] : [stderrFrom, stderrTo]
  const path = join(workerDirectory(directory, worker), `${stream}.txt`)
  return { path, from: Math.max(from, to - keptBytes), to, isCut: to - keptBytes > from }
}

function readFromWorker(directory: string, attempt: PrintedAttempt, stream: 'stdout' | 'stderr'): string {
  const part = partOf(directory, attempt, stream)
  return part.from >= part.to ? '' : textOfBytes(readPart(part))
}

function readPart({ path, from, to, isCut }: Part): Uint8Array {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const end = Math.min(to, fstatSync(descriptor).size)
      const buffer = Buffer.alloc(Math.max(0, end - from))
      const read = buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from))
      return isCut ? afterCut(read) : read
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return Buffer.alloc(0)
  }
}

async function readEntries(path: string, names: ReadonlySet<string>): Promise<Map<string, string>> {
  const { open } = (await import('yauzl')).default
  return await new Promise((resolve, reject) => {
    open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const found = new Map<string, string>()
      zip.on('error', reject)
      zip.on('end', () => resolve(found))
      zip.on('entry', (entry: Entry) => {
        if (!names.has(entry.fileName)) return zip.readEntry()
        zip.openReadStream(entry, (streamError, stream) => {
          if (streamError) return reject(streamError)
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('error', reject)
          stream.on('end', () => {
            found.set(entry.fileName, textOfBytes(Buffer.concat(chunks)))
            zip.readEntry()
          })
        })
      })
      zip.readEntry()
    })
  })
}
