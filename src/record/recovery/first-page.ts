import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { openDatabase } from '../../system/database.ts'
import { schemaOf, type Version } from '../earlier/versions.ts'
import { schemaVersion } from '../schema.ts'

/** SQLite's default, and so the size of every record's pages; the first of them says which tables there are, and where. */
export const pageBytes = 4096
/** Offsets in a database's first page (https://www.sqlite.org/fileformat2.html#the_database_header). */
const header = { changes: 24, pages: 28, firstFree: 32, freePages: 36, versionValidFor: 92 }

/** Lets the first page say how long the file is. */
export function keepHeader(path: string): void {
  const descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+')
  try {
    const pages = Math.ceil(fstatSync(descriptor).size / pageBytes)
    if (pages === 0) {
      replaceSchema(descriptor, 1, schemaVersion)
      return
    }
    ftruncateSync(descriptor, pages * pageBytes)
    const first = Buffer.alloc(pageBytes)
    readSync(descriptor, first, 0, pageBytes, 0)
    const isLong = first.readUInt32BE(header.pages) > pages
    if (isLong) writeSync(descriptor, withPages(first, pages), 0, pageBytes, 0)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Puts the pages of a record without rows in place of those that say which tables there are: the tables of all records
 * begin at the same pages.
 */
export function replaceHeader(path: string, version: Version): void {
  const descriptor = openSync(path, 'r+')
  try {
    replaceSchema(descriptor, fstatSync(descriptor).size / pageBytes, version)
  } finally {
    closeSync(descriptor)
  }
}

function replaceSchema(descriptor: number, pages: number, version: Version): void {
  const empty = openDatabase(':memory:')
  empty.exec(schemaOf(version))
  empty.pragma(`user_version = ${version}`)
  const roots = new Set(empty.prepare('select rootpage from sqlite_master').pluck().all())
  const bytes = empty.serialize()
  empty.close()
  const own = bytes.length / pageBytes
  for (let page = 1; page <= own; page++) {
    if (roots.has(page)) continue
    const content = bytes.subarray((page - 1) * pageBytes, page * pageBytes)
    const mended = page === 1 ? withPages(content, Math.max(pages, own)) : content
    writeSync(descriptor, mended, 0, pageBytes, (page - 1) * pageBytes)
  }
}

function withPages(first: Buffer, pages: number): Buffer {
  const mended = Buffer.from(first)
  mended.writeUInt32BE(pages, header.pages)
  mended.writeUInt32BE(mended.readUInt32BE(header.changes), header.versionValidFor)
  mended.writeUInt32BE(0, header.firstFree)
  mended.writeUInt32BE(0, header.freePages)
  return mended
}
