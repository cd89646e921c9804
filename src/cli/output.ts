import { writeFile } from 'node:fs'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConfigurationError } from '../core/errors.ts'
import { printableLines } from '../core/text.ts'

export type Chunks = Iterable<string | Uint8Array>

/** Writes to standard output no faster than it is taken; whoever stops reading has seen enough. */
export async function print(chunks: Chunks): Promise<void> {
  const { stdout } = process
  let failure: NodeJS.ErrnoException | undefined
  const onError = (error: NodeJS.ErrnoException) => {
    failure ??= error
  }
  stdout.on('error', onError)
  try {
    for (const chunk of inBlocks(stdout.isTTY ? shownOnTerminal(chunks) : chunks)) {
      const isTaken = stdout.write(chunk)
      await (isTaken ? setImmediate() : roomIn(stdout)) // at least a moment, in which an error is heard
      if (failure || stdout.destroyed) break
    }
    if (failure && failure.code !== 'EPIPE') throw saying('standard output', failure)
  } finally {
    stdout.off('error', onError)
  }
}

/** Texts as a terminal may get them: simulations and records say what is in them, and a terminal obeys what it is told. */
export function* shownOnTerminal(chunks: Chunks): Generator<string | Uint8Array> {
  for (const chunk of chunks) {
    yield printableLines(
      Buffer.from(chunk as string)
        .toString()
        .replaceAll('\r\n', '\n'),
    )
  }
}

/**
 * Writes a file as a whole or not at all: beside its place, then moved there. What is no regular file (a device, a named
 * pipe) is written to as it is, and so is what a process has open (`/dev/stdout`), since others write to it before and after.
 */
export async function writeWhole(path: string, chunks: Chunks): Promise<void> {
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory()) throw new ConfigurationError(`${path} is a directory; wanted a file to write to`)
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw new ConfigurationError(`there is no directory ${dirname(path)} to write ${path} to`)
  try {
    if (existing && !existing.isFile()) {
      await using file = await open(path, 'w')
      await writeTo(file, chunks)
    } else if (existing && isDescriptor(path)) {
      await writeOn(path, chunks)
    } else {
      // Through a link, to what it links to.
      await replace(existing ? await realpath(path) : path, existing && existing.mode & 0o777, chunks)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return // whoever stops reading has seen enough
    throw saying(path, error)
  }
}

/**
 * A mistyped name may be that of an experiment: only what is one of ours is replaced. What a process has open is written on
 * and not replaced.
 *
 * @param isOurs tells by how the file begins, each byte a character
 * @throws ConfigurationError if there is a file with something else in it
 */
export async function refuseForeign(
  path: string,
  isOurs: (beginning: string) => boolean | Promise<boolean>,
  kind: string,
): Promise<void> {
  if (isDescriptor(path)) return
  const existing = await stat(path).catch(() => undefined)
  if (!existing?.isFile() || existing.size === 0) return
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
  if (await isOurs(buffer.toString('latin1', 0, bytesRead))) return
  throw new ConfigurationError(`${path} is there already, and is no ${kind}; give another --output`)
}

async function replace(path: string, mode: number | undefined, chunks: Chunks): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await using file = await open(temporary, 'w', mode)
    await writeTo(file, chunks)
    await file.sync()
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await rename(temporary, path)
}

/** Whether a path names what a process has open, though it may lead to a regular file. */
function isDescriptor(path: string): boolean {
  return /^\/(dev\/(stdin|stdout|stderr|fd\/)|proc\/[^/]+\/fd\/)/.test(resolve(path))
}

/**
 * Goes on where a file that is open has been written to. This process's descriptors are not opened again: the shell shares
 * their place in the file, and what it writes next would otherwise stand over what is written here.
 */
async function writeOn(path: string, chunks: Chunks): Promise<void> {
  const [, name = ''] = /^\/(?:dev|dev\/fd|proc\/self\/fd)\/(\w+)$/.exec(resolve(path)) ?? []
  const standard = ['stdin', 'stdout', 'stderr'].indexOf(name)
  if (name !== '') {
    const descriptor = standard < 0 ? Number(name) : standard
    await writeTo({ writeFile: (chunk) => promisify(writeFile)(descriptor, chunk) }, chunks)
  } else {
    await using file = await open(path, 'a')
    await writeTo(file, chunks)
  }
}

interface Sink {
  writeFile(chunk: string | Uint8Array): Promise<void>
}

async function writeTo(file: Sink, chunks: Chunks): Promise<void> {
  for (const chunk of inBlocks(chunks)) await file.writeFile(chunk)
}

/** Waits until more can be written, or nothing can any more. */
function roomIn(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error']
    const onEvent = () => {
      for (const event of events) stream.off(event, onEvent)
      resolve()
    }
    for (const event of events) stream.on(event, onEvent)
  })
}

/** One JSON document, for programs. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** What the system says about a disk that is full or broken does not name the place. */
function saying(place: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EIO' && code !== 'EDQUOT' && code !== 'EFBIG') return error
  return new Error(`${place} cannot be written to: ${message}`, { cause: error })
}

const blockSize = 65_536

/** Short texts put together, so that there is not a write for each. */
function* inBlocks(chunks: Chunks): Generator<string | Uint8Array> {
  let block = ''
  for (const chunk of chunks) {
    if (typeof chunk === 'string') {
      block += chunk
      if (block.length < blockSize) continue
      yield block
      block = ''
    } else {
      if (block !== '') yield block
      block = ''
      yield chunk
    }
  }
  if (block !== '') yield block
}
