import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recover } from '../../src/record/recovery/recover.ts'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { digestOf } from '../digest.ts'
import { canMountMemory, smallFileSystem } from '../mounts.ts'
import { hasPart } from '../parts.ts'
import { canonicalExport, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const canMount = hasPart('the right to mount a file system in memory', canMountMemory, 'records on a read-only medium')

const one = { optimizee: 'recorded', populationSize: 6, generations: 3 }

test('a program that locks the record and does not let go of it stops the run, which goes on when it has', async () => {
  const { canonical } = await search({ ...one, root: temporaryDirectory() })
  const root = temporaryDirectory()
  let locker: ReturnType<typeof openDatabase> | undefined
  const stopped = await search({
    ...one,
    root,
    onProgress({ totalEvaluated }) {
      if (totalEvaluated < 8 || locker) return
      locker = openDatabase(join(root, 'run/trajectory.sqlite'))
      locker.exec('begin immediate')
    },
  })
  expect(stopped.status).toBe('stopped')
  expect(stopped.reason).toMatch(/locked by another program/)
  await expect(search({ ...one, root })).rejects.toThrow(/locked by another program/)
  locker!.close()
  const end = await search({ ...one, root })
  expect({ status: end.status, canonical: end.canonical }).toEqual({ status: 'finished', canonical })
})

test.runIf(canMount)('a record that was copied to a read-only place, with its log or without, is read', async () => {
  const { canonical, directory } = await search({ ...one, root: temporaryDirectory() })
  const place = join(temporaryDirectory(), 'read-only')
  smallFileSystem(place, 32 * 2 ** 20)
  for (const name of ['alone', 'with-log']) mkdirSync(join(place, name))
  copyFileSync(join(directory, 'trajectory.sqlite'), join(place, 'alone/trajectory.sqlite'))
  const writer = RecordWriter.openForWriting(directory)
  writer.writeManifest({ note: 'in the log' })
  for (const ending of ['', '-wal']) {
    copyFileSync(join(directory, `trajectory.sqlite${ending}`), join(place, `with-log/trajectory.sqlite${ending}`))
  }
  writer.close()
  execFileSync('mount', ['-o', 'remount,ro', place])
  for (const name of ['alone', 'with-log']) {
    expect(canonicalExport(join(place, name))).toBe(canonical)
    expect((await recover(join(place, name))).state).toBe('sound')
  }
  const reader = RecordWriter.openForReading(join(place, 'with-log'))
  expect(reader.manifest().note).toBe('in the log')
  reader.close()
})

test('a record whose writer was killed in a transaction is read as it was before, and looking undoes nothing', async () => {
  const { canonical, directory } = await search({ ...one, root: temporaryDirectory() })
  const [alive, killed] = [temporaryDirectory(), temporaryDirectory()]
  copyFileSync(join(directory, 'trajectory.sqlite'), join(alive, 'trajectory.sqlite'))
  const writing = openDatabase(join(alive, 'trajectory.sqlite'))
  writing.pragma('journal_mode = truncate')
  writing.pragma('cache_size = 1') // what is changed goes to the file before the transaction ends
  writing.exec('begin; update individuals set seed = seed + 1; create table ballast (x)')
  writing.exec('insert into ballast select zeroblob(4096) from individuals, individuals')
  const files = ['trajectory.sqlite', 'trajectory.sqlite-journal']
  for (const name of files) copyFileSync(join(alive, name), join(killed, name))
  writing.close()
  const found = files.map((name) => digestOf(join(killed, name)))
  expect(canonicalExport(killed)).toBe(canonical)
  expect(files.map((name) => digestOf(join(killed, name)))).toEqual(found)
  expect((await recover(killed)).state).toBe('sound')
})
