import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RecordWriter } from '../../src/record/writer.ts'
import { openDatabase } from '../../src/system/database.ts'
import { eventually, processesNaming } from '../processes.ts'
import { canonicalExport, search } from '../search.ts'
import { type SearchChild, startSearch, whileRunning } from '../search-child.ts'
import { temporaryDirectory } from '../temporary.ts'

const slow = (root: string, more: object = {}) => ({
  root,
  optimizee: 'slow',
  options: { journal: join(root, 'journal'), hold: join(root, 'hold'), ...more },
  populationSize: 4,
  generations: 2,
  runner: { workers: 2, grace: '10m' },
})

/** From now on no simulation ends until it is released. */
const hold = (root: string) => writeFileSync(join(root, 'hold'), '')
const release = (root: string) => rmSync(join(root, 'hold'))

const journalOf = (root: string) =>
  existsSync(join(root, 'journal')) ? readFileSync(join(root, 'journal'), 'utf8').trim().split('\n') : []

const begunIn = (root: string) => journalOf(root).filter((line) => line.startsWith('begin')).length

const workersOf = (root: string) => processesNaming(root).filter(({ command }) => command.includes('worker.js'))

test.concurrent.each([false, true])(
  'a runner that dies wastes no simulation: its successor adopts the workers as they are, busy or not (%s)',
  async (busy) => {
    const root = temporaryDirectory()
    hold(root)
    const first = startSearch(slow(root, { busy }))
    await whileRunning(first, () => begunIn(root) >= 2, 'both are busy')
    first.process.kill('SIGKILL')
    await first.ended
    const pids = workersOf(root).map(({ pid }) => pid)
    expect(pids).toHaveLength(2)
    const second = startSearch(slow(root, { busy }))
    await whileRunning(second, () => epochOf(root) === 2, 'the second is there')
    release(root)
    expect(await second.ended, second.stderr()).toBe(0)
    const lines = journalOf(root)
    expect(begunIn(root)).toBe(8) // none twice
    for (const pid of pids) {
      const done = lines.filter((line) => line.startsWith('end') && line.includes(` ${pid} `)).map(lastNumberOf)
      expect(done).toEqual(done.map((_, i) => i + 1)) // warm to the end
    }
    expect(new Set(lines.map((line) => Number(line.split(' ')[2])))).toEqual(new Set(pids)) // nobody new
    const reference = await search({ ...slow(temporaryDirectory()), name: 'run' })
    expect(canonicalExport(join(root, 'run'))).toBe(reference.canonical)
    expect(processesNaming(root)).toEqual([])
  },
)

test.concurrent('workers follow the wake-up mode of the runner that adopts them', async () => {
  const root = temporaryDirectory()
  const inMode = (wakeUp: 'events' | 'poll') => ({
    ...slow(root),
    runner: { workers: 2, grace: '10m', wakeUp, pollInterval: '10ms' },
  })
  hold(root)
  const first = startSearch(inMode('events'))
  await whileRunning(first, () => begunIn(root) >= 2, 'both are busy')
  first.process.kill('SIGKILL')
  await first.ended
  const second = startSearch(inMode('poll'))
  await whileRunning(second, () => epochOf(root) === 2, 'the second is there')
  release(root)
  expect(await second.ended, second.stderr()).toBe(0)
  expect(begunIn(root)).toBe(8)
  // Only who polls rings the bell of its node.
  const [bell] = readdirSync(join(root, 'run', 'bells'))
  expect(statSync(join(root, 'run', 'bells', bell!)).size).toBeGreaterThan(0)
})

test.concurrent('workers whose runner does not come back finish what they hold and leave when the grace time is over', async () => {
  const root = temporaryDirectory()
  const options = { ...slow(root), runner: { workers: 2, grace: '3s' } }
  hold(root)
  const child = startSearch(options)
  await whileRunning(child, () => journalOf(root).length >= 2, 'both are busy')
  child.process.kill('SIGKILL')
  await child.ended
  release(root)
  await eventually(() => workersOf(root).length === 0, 'the workers leave')
  expect(journalOf(root).filter((line) => line.startsWith('end'))).toHaveLength(2)
  // What they have written is taken up, not simulated again.
  const second = startSearch(options)
  expect(await second.ended, second.stderr()).toBe(0)
  expect(begunIn(root)).toBe(8)
})

test.concurrent('a second runner on a live run is refused, and says who holds it', async () => {
  const root = temporaryDirectory()
  hold(root)
  const first = startSearch(slow(root))
  await whileRunning(first, () => journalOf(root).length >= 2, 'the first is at work')
  const second = startSearch(slow(root))
  expect(await second.ended).not.toBe(0)
  expect(second.stderr()).toMatch(
    new RegExp(`RunHeldError: .*run is held by another runner: process ${first.process.pid} on .+, since \\d{4}-`),
  )
  release(root)
  expect(await first.ended, first.stderr()).toBe(0)
})

test.concurrent('a holder that was stopped past its lease is taken over; awake again it finds out, touches nothing and ends', async () => {
  const root = temporaryDirectory()
  hold(root)
  const first = startSearch({ ...slow(root), generations: 4 })
  await whileRunning(first, () => journalOf(root).length >= 2, 'the first is at work')
  await stopBetweenTransactions(first, root)
  const second = startSearch({ ...slow(root), generations: 4 })
  await whileRunning(second, () => epochOf(root) === 2, 'the second takes over')
  first.process.kill('SIGCONT')
  expect(await first.ended).not.toBe(0)
  expect(first.stderr()).toMatch(/RunHeldError: Another runner has taken over .*; this one ends and changes nothing\./)
  release(root)
  expect(await second.ended, second.stderr()).toBe(0)
  const reference = await search({ ...slow(temporaryDirectory()), generations: 4 })
  expect(canonicalExport(join(root, 'run'))).toBe(reference.canonical)
  expect(begunIn(root)).toBe(16)
  expect(processesNaming(root)).toEqual([])
})

/** Stops a holder where it does not hold the record's lock, which would keep a second one out as well. */
async function stopBetweenTransactions({ process }: SearchChild, root: string): Promise<void> {
  for (;;) {
    process.kill('SIGSTOP')
    // The signal only asks for it: a thread that is at work comes to rest when the kernel gets to it.
    await eventually(() => hasStopped(process.pid!), 'the first is stopped')
    if (!isLocked(join(root, 'run', 'trajectory.sqlite'))) return
    process.kill('SIGCONT')
    await setTimeout(10)
  }
}

/** Whether all threads of a process have. */
function hasStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).every((task) => stateOf(join(tasks, task, 'stat')) === 'T')
}

function stateOf(path: string): string {
  try {
    const stat = readFileSync(path, 'latin1')
    return stat.charAt(stat.lastIndexOf(')') + 2)
  } catch {
    return '' // that thread has just ended
  }
}

function isLocked(path: string): boolean {
  const record = openDatabase(path, { timeout: 0 })
  try {
    record.exec('begin immediate')
    record.exec('rollback')
    return false
  } catch {
    return true
  } finally {
    record.close()
  }
}

const lastNumberOf = (line: string) => Number(line.split(' ').at(-1))

function epochOf(root: string): number {
  try {
    const record = RecordWriter.openForReading(join(root, 'run'))
    const { epoch } = record.manifest()
    record.close()
    return Number(epoch)
  } catch {
    return 0
  }
}
