import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { StorageFullError } from '../../src/index.ts'
import { openDatabase } from '../../src/system/database.ts'
import { requireSpace } from '../../src/system/disk-space.ts'
import { canMountMemory, growFileSystem, smallFileSystem } from '../mounts.ts'
import { hasPart } from '../parts.ts'
import { processesNaming } from '../processes.ts'
import { canonicalExport, search } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

const canMount = hasPart('the right to mount a file system in memory', canMountMemory, 'runs on a disk that is full')

const main = fileURLToPath(new URL('../../dist/command/main.js', import.meta.url))

const one = { optimizee: 'recorded', options: { sleep: 4 }, populationSize: 60, generations: 4 }

/** Writes a file until there is no space left, but for `spare` bytes. */
function fill(path: string, directory: string, spare: number): void {
  const descriptor = openSync(path, 'a')
  const block = Buffer.alloc(65_536, 1)
  const { bavail, bsize } = statfsSync(directory)
  try {
    for (let left = bavail * bsize - spare; left > 0; left -= block.length) {
      writeSync(descriptor, block, 0, Math.min(left, block.length))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(descriptor)
  }
}

test.runIf(canMount).each([0, 4096, 20_000, 100_000])(
  'a disk that fills up, to the last %i bytes, stops the run with everything stored, and with space it goes on',
  async (spare) => {
    const { canonical } = await search({ ...one, root: temporaryDirectory() })
    const root = join(temporaryDirectory(), 'disk')
    smallFileSystem(root, 32 * 2 ** 20)
    const filler = join(root, 'filler')
    let stored = 0
    const full = await search({
      ...one,
      root,
      onProgress({ totalEvaluated }) {
        if (totalEvaluated < 70) return
        if (stored === 0) fill(filler, root, spare)
        stored = totalEvaluated
      },
    })
    expect(full.status).toBe('stopped')
    expect(full.reason).toMatch(/no space|full/i)
    expect(processesNaming(root)).toEqual([])
    const database = openDatabase(join(root, 'run', 'trajectory.sqlite'), { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(database.prepare('select count(*) from evaluations').pluck().get()).toBeGreaterThanOrEqual(stored)
    database.close()
    const still = await search({ ...one, root }).catch((error) => error)
    expect(still.status ?? String(still)).toMatch(/stopped|no space|full/i)
    rmSync(filler)
    const end = await search({ ...one, root })
    expect(end.status).toBe('finished')
    expect(end.canonical).toBe(canonical)
  },
)

test.runIf(canMount)(
  'a result for which a disk has no room left stops the run and says how much is needed, and with room it goes on',
  async () => {
    const root = join(temporaryDirectory(), 'disk')
    smallFileSystem(root, 6 * 2 ** 20)
    const large = {
      root,
      optimizee: 'hostile',
      options: { does: ['ten megabytes'] },
      populationSize: 2,
      generations: 1,
    }
    const full = await search(large)
    expect(full).toMatchObject({
      status: 'stopped',
      reason: expect.stringMatching(/no space left .* result of 12 MB\.$/),
    })
    expect(processesNaming(root)).toEqual([])
    growFileSystem(root, 128 * 2 ** 20)
    const { status, trajectory } = await search(large)
    expect([status, ...trajectory.evaluations(0).map(({ outcome }) => outcome)]).toEqual(['finished', 'done', 'done'])
  },
)

test.runIf(canMount).each([1, 3, 6])(
  'a disk that has no more than %i inodes left stops the run, wherever it came to, and with more it goes on',
  async (left) => {
    const root = join(temporaryDirectory(), 'disk')
    smallFileSystem(root, 32 * 2 ** 20, 400)
    await search({ ...one, root, generations: 1 })
    const filler = join(root, 'filler')
    mkdirSync(filler)
    for (let i = 0; statfsSync(root).ffree > left; i++) writeFileSync(join(filler, String(i)), '')
    const full = await search({ ...one, root, generations: 2 }).catch((error) => error)
    expect(full.status ?? full).toEqual(full instanceof StorageFullError ? full : 'stopped')
    expect(full.reason ?? full.message).toMatch(/no space left on/)
    rmSync(filler, { recursive: true })
    expect((await search({ ...one, root, generations: 2 })).status).toBe('finished')
  },
)

test('a disk that has room and takes nothing for long is that of a user whose quota is used up', () => {
  const lack = { bytes: 4096, forMs: 9000 }
  requireSpace(temporaryDirectory(), [lack])
  expect(() => requireSpace(temporaryDirectory(), [{ ...lack, forMs: 11_000 }])).toThrow(
    expect.objectContaining({ code: 'EDQUOT', message: expect.stringContaining('quota') }),
  )
})

test.runIf(canMount)(
  'a disk without space for making a run ends each start with 75, wherever it came to, and with space it runs',
  async () => {
    const root = join(temporaryDirectory(), 'disk')
    smallFileSystem(root, 8 * 2 ** 20)
    const filler = join(root, 'filler')
    const optimizer = { type: 'genetic-algorithm', populationSize: 6, generations: 2, seed: 1 }
    const experiment = join(temporaryDirectory(), 'small.json')
    writeFileSync(experiment, JSON.stringify({ optimizee: { type: 'function' }, optimizer, runner: { workers: 1 } }))
    const run = (place: string) =>
      execa(process.execPath, [main, 'run', experiment, '--root', place], { reject: false })
    const ends: (number | undefined)[] = []
    for (let spare = 0; spare < 1_200_000; spare += 60_000) {
      fill(filler, root, spare)
      const { exitCode, stdout, stderr } = await run(root)
      expect([spare, exitCode, stdout + stderr]).toEqual([
        spare,
        expect.toBeOneOf([0, 75]),
        exitCode === 0 ? expect.any(String) : expect.stringMatching(/no space|full/i),
      ])
      ends.push(exitCode)
      if (exitCode === 0) break
      rmSync(filler)
    }
    expect(ends.filter((code) => code === 75).length).toBeGreaterThan(3)
    rmSync(filler, { force: true })
    expect((await run(root)).exitCode).toBe(0)
    const elsewhere = temporaryDirectory()
    expect((await run(elsewhere)).exitCode).toBe(0)
    expect(canonicalExport(join(root, 'small'))).toBe(canonicalExport(join(elsewhere, 'small')))
    expect(processesNaming(root)).toEqual([])
  },
)
