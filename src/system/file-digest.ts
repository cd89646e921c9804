import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Longer files are known by their length and by pieces that are spread over them. */
const wholeBytes = 256 * 2 ** 20
const pieces = 64
const pieceBytes = 2 ** 20

/** What stands in a file, as a digest; undefined of what is no file that can be read. */
export function digestOf(path: string): string | undefined {
  let descriptor: number | undefined
  try {
    const found = statSync(path)
    if (!found.isFile()) return undefined
    descriptor = openSync(path, 'r')
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafe(pieceBytes)
    if (found.size <= wholeBytes) {
      for (let at = 0; at < found.size; at += pieceBytes) addPiece(hash, descriptor, buffer, at)
    } else {
      hash.update(`${found.size} bytes`)
      for (let i = 0; i < pieces; i++) {
        addPiece(hash, descriptor, buffer, Math.floor((i * (found.size - pieceBytes)) / (pieces - 1)))
      }
    }
    return hash.digest('hex')
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function addPiece(hash: Hash, descriptor: number, buffer: Buffer, at: number): void {
  const read = readSync(descriptor, buffer, 0, pieceBytes, at)
  hash.update(buffer.subarray(0, read))
}

/** The most files of a folder that are looked at. */
const mostFiles = 1000

/** A file, or the files in a folder, by name; but for what is hidden, or kept there by an interpreter. */
export function filesAt(path: string): string[] {
  const found: string[] = []
  const look = (at: string): void => {
    const entries = readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (found.length === mostFiles) return
      if (entry.name.startsWith('.') || entry.name === '__pycache__') continue
      if (entry.isDirectory()) look(join(at, entry.name))
      else found.push(join(at, entry.name))
    }
  }
  try {
    if (!statSync(path).isDirectory()) return [path]
    look(path)
    return found
  } catch {
    return []
  }
}
