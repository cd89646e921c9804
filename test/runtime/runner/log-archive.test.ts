import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workerDirectory } from '../../../runtime/channel/run-file.ts'
import { packPrinted, readPrinted } from '../../../runtime/runner/log-archive.ts'
import { temporaryDirectory } from '../../temporary.ts'

const long = 'a line that is printed again and again\n'.repeat(3000)

function attemptThatPrinted(index: number, printed: readonly [number, number, number, number]) {
  return { individual: { generation: 0, index, replicate: 0 }, epoch: 1, attempt: 1, worker: 1, printed }
}

/** A run with one worker that has written these texts. */
function printedRun(stdout: string, stderr: string | Buffer): string {
  const directory = temporaryDirectory()
  const channel = workerDirectory(directory, 1)
  mkdirSync(channel, { recursive: true })
  writeFileSync(join(channel, 'stdout.txt'), stdout)
  writeFileSync(join(channel, 'stderr.txt'), stderr)
  return directory
}

test('what was printed is read from the archive as from the worker, and of long texts the end', async () => {
  const directory = printedRun(`short${long}`, Buffer.from('compl\xe4int', 'latin1'))
  const attempts = [
    attemptThatPrinted(0, [0, 5, 0, 0]),
    attemptThatPrinted(1, [5, 5 + long.length, 0, 9]),
    attemptThatPrinted(2, [5 + long.length, 5 + long.length, 9, 9]),
  ]
  const expected = [
    { stdout: 'short', stderr: '' },
    { stdout: long.slice(-65_536), stderr: 'compl\\xe4int' },
    { stdout: '', stderr: '' },
  ]
  const read = () => Promise.all(attempts.map((attempt) => readPrinted(directory, attempt)))
  expect(await read()).toEqual(expected)
  await packPrinted(directory, 0, attempts)
  writeFileSync(join(workerDirectory(directory, 1), 'stdout.txt'), '')
  expect(await read()).toEqual(expected)
})

test('an archive is the same for the same texts; long ones are compressed and short ones are not', async () => {
  const archives = await Promise.all(
    [0, 1].map(async () => {
      const directory = printedRun(`short text${long}`, '')
      await packPrinted(directory, 0, [
        attemptThatPrinted(0, [0, 10, 0, 0]),
        attemptThatPrinted(1, [10, 10 + 50_000, 0, 0]),
      ])
      return readFileSync(join(directory, 'logs/generation-000000.zip'))
    }),
  )
  expect(archives[0]!.equals(archives[1]!)).toBe(true)
  expect(archives[0]!.includes('short text')).toBe(true)
  expect(archives[0]!.length).toBeLessThan(5000)
})

test('packing takes memory for one text, however many were printed', () => {
  const program = new URL('../../../dist/test/fixtures/programs/pack-printed.js', import.meta.url).pathname
  const pack = (individuals: number, bytes: number) =>
    Number(
      execFileSync(process.execPath, [program, temporaryDirectory(), `${individuals}`, `${bytes}`], {
        encoding: 'utf8',
      }),
    )
  // Held all at once, they are 128 MB before they are compressed, and half a gigabyte while they are.
  expect(pack(2000, 65_536)).toBeLessThan(300)
  // A compressor each would be over 700 MB.
  expect(pack(3000, 2000)).toBeLessThan(300)
  // An object of a kilobyte each would be 100 MB.
  expect(pack(100_000, 20)).toBeLessThan(60)
})
