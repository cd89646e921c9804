import { mkdirSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import type { Examination } from '../../src/doctor/examination.ts'
import { canMountAgain, canMountMemory, mountAgain, smallFileSystem } from '../mounts.ts'
import { hasPart } from '../parts.ts'
import { eventually, processesNaming } from '../processes.ts'
import { temporaryDirectory } from '../temporary.ts'

const program = join(dirname(createRequire(import.meta.url).resolve('twoloop')), '../command/main.js')

async function doctor(...words: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, 'doctor', ...words], { reject: false })
  return { exitCode, stdout, stderr }
}

test('a directory of this machine is found fit, with what a run there uses, and nothing is left in it', async () => {
  const directory = temporaryDirectory()
  const { exitCode, stdout, stderr } = await doctor(directory, '--json')
  expect([exitCode, stderr]).toEqual([0, ''])
  const examination = JSON.parse(stdout) as Examination & { readonly works: boolean }
  expect(examination).toMatchObject({
    directory,
    fileSystem: { isShared: false },
    visibility: { appends: 20, held: { unseen: 0 }, reopened: { unseen: 0 }, events: true },
    rename: { torn: 0, missing: 0 },
    exclusiveCreate: { files: 60, wrong: 0 },
    database: { journal: 'wal', hasLocks: true },
    settings: { wakeUp: 'events', journal: 'wal', locking: 'normal' },
    problems: [],
    works: true,
  })
  const { visibility, rename, fsync, left } = examination
  for (const { median, most } of [visibility.held, visibility.reopened, fsync]) expect(median).toBeLessThanOrEqual(most)
  expect(visibility.held.median * rename.reads * left.bytes).toBeGreaterThan(0)
  expect(readdirSync(directory)).toEqual([])
  const told = await doctor(directory)
  expect([told.exitCode, told.stdout.trimEnd().split('\n').includes('A run will work here.')]).toEqual([0, true])
})

test('a place where nothing can be written, and one that is not there, are refused with a sentence', async () => {
  const proc = await doctor('/proc')
  expect([proc.exitCode, proc.stderr]).toEqual([1, ''])
  expect(proc.stdout).toMatch(/^\/proc has 0 MB left, [^\n]+\.$/)
  const nowhere = await doctor(join(temporaryDirectory(), 'nowhere'))
  expect([nowhere.exitCode, nowhere.stdout]).toEqual([2, ''])
  expect(nowhere.stderr).toMatch(/^twoloop: there is no directory [^\n]*nowhere$/)
})

test('what is tried out is removed also when it is interrupted', async () => {
  const directory = temporaryDirectory()
  let exitCode: number | undefined
  do {
    const child = execa(process.execPath, [program, 'doctor', directory], { reject: false })
    await eventually(() => readdirSync(directory).length > 0 || child.exitCode !== null, 'it has begun')
    child.kill('SIGINT')
    exitCode = (await child).exitCode
    await eventually(() => processesNaming(directory).length === 0, 'no process is left')
    expect(readdirSync(directory)).toEqual([])
  } while (exitCode !== 1) // it had ended, or was about to, before it was interrupted
})

const canFill = hasPart('the right to mount a file system in memory', canMountMemory, 'a directory without room')

test.runIf(canFill)('a file system without room for a run is found unfit', async () => {
  const directory = join(temporaryDirectory(), 'small')
  smallFileSystem(directory, 4 * 2 ** 20)
  const { exitCode, stdout } = await doctor(directory)
  expect([exitCode, stdout]).toEqual([1, `${directory} has 4 MB left, and a run needs 16 MB to begin.`])
  const { problems, works } = JSON.parse((await doctor(directory, '--json')).stdout)
  expect([problems, works]).toEqual([[`${directory} has 4 MB left, and a run needs 16 MB to begin.`], false])
  expect(readdirSync(directory)).toEqual([])
})

const canMount = hasPart('the right to mount with bindfs', canMountAgain, 'a directory with caches')

test.runIf(canMount)('a shared file system is recognized, and what a run does otherwise there is said', async () => {
  const root = temporaryDirectory()
  const [own, mounted] = [join(root, 'own'), join(root, 'mounted')]
  mkdirSync(own)
  await mountAgain(own, mounted, 3)
  const { exitCode, stdout } = await doctor(mounted, '--json')
  expect(exitCode).toBe(0)
  const { fileSystem, settings, database, notes } = JSON.parse(stdout) as Examination
  expect(fileSystem).toEqual({ type: 'fuse', isShared: true })
  expect(settings).toMatchObject({ wakeUp: 'poll', journal: 'truncate', locking: 'exclusive' })
  expect(database.journal).toBe('truncate')
  expect(notes.join('\n')).toMatch(/measured between processes of one host/)
  expect(readdirSync(own)).toEqual([])
})
