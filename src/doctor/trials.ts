import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setJournal } from '../record/opening.ts'
import { openDatabase } from '../system/database.ts'
import type { Examination } from './examination.ts'
import { createExclusively } from './exclusive.ts'
import type { Partner } from './second-process.ts'
import { median } from './times.ts'

/** Reads a file while the partner puts others in its place: each time it must be one of them, and whole. */
export async function readWhileRenamed(directory: string, partner: Partner): Promise<Examination['rename']> {
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

export async function createTogether(directory: string, partner: Partner): Promise<Examination['exclusiveCreate']> {
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

export function measureFsync(directory: string): Examination['fsync'] {
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
export async function tryDatabase(directory: string, partner: Partner): Promise<Examination['database']> {
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
