import { closeSync, createWriteStream, existsSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { nameOf } from '../../src/core/individual.ts'
import type { AttemptRecord } from '../../src/core/record.ts'
import { crashPoint } from '../../src/system/crash-point.ts'
import { createOwnFile, emptyOwnFile, makeOwnDirectory } from '../../src/system/own-files.ts'
import { workerDirectory } from '../channel/run-file.ts'

/** Of what one attempt printed, the end is kept, since that is where the reason of a failure stands. */
const keptBytes = 64 * 1024

/** What one attempt printed. */
export interface PrintedTexts {
  readonly stdout: string
  readonly stderr: string
}

type PrintedAttempt = Pick<AttemptRecord, 'individual' | 'epoch' | 'attempt' | 'worker' | 'printed'>

const archivePath = (directory: string, generation: number) =>
  join(directory, 'logs', `generation-${String(generation).padStart(6, '0')}.zip`)

/** Packs what the attempts of a generation printed into one zip file, an entry for each stream of each attempt. */
export async function packPrinted(
  directory: string,
  generation: number,
  attempts: readonly PrintedAttempt[],
): Promise<void> {
  if (attempts.length === 0) return
  makeOwnDirectory(directory, 'logs')
  const zip = new yazl.ZipFile()
  for (const attempt of attempts) {
    const { stdout, stderr } = readFromWorker(directory, attempt)
    if (stdout.length > 0) zip.addBuffer(stdout, entryName(attempt, 'stdout'), entryOptions)
    if (stderr.length > 0) zip.addBuffer(stderr, entryName(attempt, 'stderr'), entryOptions)
  }
  zip.end()
  const path = archivePath(directory, generation)
  const temporary = `${path}.tmp`
  try {
    await pipeline(zip.outputStream, createWriteStream(temporary, { fd: createOwnFile(temporary) }))
    crashPoint()
    renameSync(temporary, path)
    crashPoint()
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The same attempts give the same file. */
const entryOptions = { mtime: new Date(1980, 0, 1), mode: 0o100644 }

/** What one attempt printed, from the generation's archive or, as long as there is none, from the worker's folder. */
export async function readPrinted(directory: string, attempt: PrintedAttempt): Promise<PrintedTexts> {
  const path = archivePath(directory, attempt.individual.generation)
  if (!existsSync(path)) {
    const { stdout, stderr } = readFromWorker(directory, attempt)
    return { stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') }
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
      // It is only space.
    }
  }
}

function entryName({ individual, epoch, attempt }: PrintedAttempt, stream: string): string {
  return `${nameOf(individual)}/${epoch}-${attempt}.${stream}.txt`
}

function readFromWorker(directory: string, { worker, printed }: PrintedAttempt): { stdout: Buffer; stderr: Buffer } {
  const channel = workerDirectory(directory, worker)
  const [stdoutFrom, stdoutTo, stderrFrom, stderrTo] = printed ?? [0, 0, 0, 0]
  return {
    stdout: readPart(join(channel, 'stdout.txt'), stdoutFrom, stdoutTo),
    stderr: readPart(join(channel, 'stderr.txt'), stderrFrom, stderrTo),
  }
}

function readPart(path: string, from: number, to: number): Buffer {
  const start = Math.max(from, to - keptBytes)
  if (to <= start) return Buffer.alloc(0)
  try {
    const descriptor = openSync(path, 'r')
    try {
      const end = Math.min(to, fstatSync(descriptor).size)
      const buffer = Buffer.alloc(Math.max(0, end - start))
      return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, start))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return Buffer.alloc(0)
  }
}

function readEntries(path: string, names: ReadonlySet<string>): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const found = new Map<string, string>()
      zip.on('error', reject)
      zip.on('end', () => resolve(found))
      zip.on('entry', (entry: yauzl.Entry) => {
        if (!names.has(entry.fileName)) return zip.readEntry()
        zip.openReadStream(entry, (streamError, stream) => {
          if (streamError) return reject(streamError)
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('error', reject)
          stream.on('end', () => {
            found.set(entry.fileName, Buffer.concat(chunks).toString('utf8'))
            zip.readEntry()
          })
        })
      })
      zip.readEntry()
    })
  })
}
