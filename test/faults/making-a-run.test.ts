import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunHeldError } from '../../src/index.ts'
import { finishMaking, makeRun } from '../../src/search/make-run.ts'
import { canonicalExport, search } from '../search.ts'
import { startSearch } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const one = { optimizee: 'recorded', populationSize: 4, generations: 1, runner: { workers: 1, grace: '2s' } }

/** What a runner leaves that is killed, or has no space, while it makes a run; also those of earlier versions. */
const remains: Record<string, (run: string) => void> = {
  'an empty record': (run) => writeFileSync(join(run, 'trajectory.sqlite'), ''),
  'a lease': (run) => mkdirSync(join(run, 'lease')),
  'half a record beside': (run) => {
    for (const name of ['lease', 'making']) mkdirSync(join(run, name))
    writeFileSync(join(run, 'making/trajectory.sqlite'), 'half')
  },
  'workers without a record': (run) => mkdirSync(join(run, 'workers/000001'), { recursive: true }),
}

test.each(Object.entries(remains))('a run of which a kill has left %s begins anew', async (_, leave) => {
  const root = temporaryDirectory()
  const run = join(root, 'run')
  mkdirSync(run)
  leave(run)
  expect((await search({ ...one, root })).status).toBe('finished')
  expect(readdirSync(run)).not.toContain('making')
})

test('what is no run is left alone, also if it is to be overwritten', async () => {
  const root = temporaryDirectory()
  for (const name of ['logs/mine.txt', 'workers/notes/a.txt', 'trajectory.sqlite/b.txt']) {
    const run = join(root, 'run')
    mkdirSync(join(run, name), { recursive: true })
    await expect(search({ ...one, root, overwrite: true })).rejects.toThrow(
      /run exists and is no run directory|damaged/,
    )
    expect(existsSync(join(run, name))).toBe(true)
    rmSync(run, { recursive: true })
  }
})

test('a runner that dies at any step of replacing a run leaves the old or the new one, which goes on', async () => {
  const whole = await search({ ...one, root: temporaryDirectory(), seed: 2 })
  const old = await search({ ...one, root: temporaryDirectory() })
  let crashes = 0
  for (let point = 3, crashed = true; crashed && point < 20; point += 2) {
    const root = temporaryDirectory()
    cpSync(old.directory, join(root, 'run'), { recursive: true })
    const child = startSearch({ ...one, root, seed: 2, overwrite: true }, { TWOLOOP_CRASH_AT: String(point) })
    crashed = (await child.ended) === null
    if (crashed) crashes++
    const left = canonicalExport(join(root, 'run'))
    expect([old.canonical, whole.canonical, ''], `crash point ${point}`).toContain(left)
    const goesOn = await search({ ...one, root, seed: left === old.canonical ? 1 : 2 }).catch(String)
    // Once the step has been decided, the run is the new one, though the old record may still have been seen.
    const again = typeof goesOn === 'string' ? await search({ ...one, root, seed: 2, overwrite: true }) : goesOn
    expect([old.canonical, whole.canonical], `crash point ${point}`).toContain(again.canonical)
    if (again.canonical === whole.canonical) continue
    expect((await search({ ...one, root, seed: 2, overwrite: true })).canonical).toBe(whole.canonical)
  }
  expect(crashes).toBeGreaterThan(4)
})

test('a runner that finds that it has lost a run removes nothing of it, however far it has come with replacing it', async () => {
  const old = await search({ ...one, root: temporaryDirectory() })
  const lost = () => {
    throw new RunHeldError('another has it')
  }
  writeFileSync(join(old.directory, 'run.json'), 'of the other')
  expect(() => makeRun(old.directory, lost)).toThrow(RunHeldError)
  expect(() => finishMaking(old.directory, lost)).toThrow(RunHeldError)
  expect(readdirSync(old.directory)).toContain('making') // which may be the other's by now
  expect(readFileSync(join(old.directory, 'run.json'), 'utf8')).toBe('of the other')
  expect(canonicalExport(old.directory)).toBe(old.canonical)
})

test('of two that replace a run at once, one is refused', async () => {
  const root = temporaryDirectory()
  await search({ ...one, root })
  const both = [2, 3].map((seed) => search({ ...one, root, seed, overwrite: true }))
  const ends = await Promise.allSettled(both)
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(String((ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason)).toContain(
    'is held',
  )
})

test('a record that was copied without its lease goes on', async () => {
  const root = temporaryDirectory()
  for (const generations of [1, 2]) await search({ ...one, root, generations })
  mkdirSync(join(root, 'copy'))
  copyFileSync(join(root, 'run/trajectory.sqlite'), join(root, 'copy/trajectory.sqlite'))
  const further = await search({ ...one, root, name: 'copy', generations: 3 })
  expect(further.canonical).toBe((await search({ ...one, root, generations: 3 })).canonical)
})

test.each(['lease', 'trajectory.sqlite', 'workers'])(
  'a link in place of %s is refused before anything is opened, made or removed',
  async (name) => {
    const root = temporaryDirectory()
    const victim = join(root, 'victim')
    mkdirSync(victim)
    for (const epoch of [1, 7, 2024]) writeFileSync(join(victim, `${epoch}.json`), 'precious')
    await search({ ...one, root })
    rmSync(join(root, 'run', name), { recursive: true })
    symlinkSync(victim, join(root, 'run', name))
    const before = readdirSync(join(root, 'run'), { recursive: true }).sort()
    for (const overwrite of [false, true]) {
      await expect(search({ ...one, root, generations: 2, overwrite })).rejects.toThrow(/is a symbolic link/)
    }
    expect(readdirSync(victim)).toEqual(['1.json', '2024.json', '7.json'])
    expect(readdirSync(join(root, 'run'), { recursive: true }).sort()).toEqual(before)
  },
)
