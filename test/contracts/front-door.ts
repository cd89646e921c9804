import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isFailed } from '../../src/core/evaluation.ts'
import { RecordReader } from '../../src/record/reader.ts'
import { eventually } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { temporaryDirectory } from '../temporary.ts'

export interface FrontDoor {
  /** Has x = 0 ... 5 simulated by test/fixtures/front-doors in the run directory of that name; false if it was stopped. */
  readonly play: (play: Play) => Promise<boolean>
  /** Waits until the wish to stop has been heard, where the search is a process of its own. */
  readonly heard?: () => Promise<void>
}

export interface Play {
  /** Where run directories lie, and what the simulations write. */
  readonly folder: string
  readonly name: string
  readonly workers: number
  readonly signal?: AbortSignal
  /** Options that are not known. */
  readonly strangers?: Readonly<Record<string, unknown>>
}

/** What all ways into the engine have in common: whatever the words, it is one search, run and recorded as any other. */
export function testFrontDoor(name: string, { play, heard }: FrontDoor): void {
  describe(`the front door ${name}`, () => {
    test('records what came of each, failures with their cause, and the same for any number of workers', async () => {
      const folder = temporaryDirectory()
      expect(await play({ folder, name: 'one', workers: 1 })).toBe(true)
      expect(outcomesIn(join(folder, 'one'))).toEqual([
        'done',
        'done',
        'done',
        'done',
        'RangeError: four is too much',
        'done',
      ])
      expect(await play({ folder, name: 'three', workers: 3 })).toBe(true)
      expect(canonicalExport(join(folder, 'three'))).toBe(canonicalExport(join(folder, 'one')))
    })

    test('goes on where it was stopped, simulates nothing twice, and ends as if it had never stopped', async () => {
      const folder = temporaryDirectory()
      const simulated = () =>
        existsSync(join(folder, 'journal')) ? readFileSync(join(folder, 'journal'), 'utf8').trim().split('\n') : []
      writeFileSync(join(folder, 'hold'), '')
      const controller = new AbortController()
      const stopped = play({ folder, name: 'run', workers: 1, signal: controller.signal })
      await eventually(() => simulated().length === 3, 'the third has begun and is held')
      controller.abort(new Error('enough'))
      await heard?.()
      rmSync(join(folder, 'hold'))
      expect(await stopped).toBe(false)
      expect(simulated()).toEqual(['0', '1', '2'])
      expect(await play({ folder, name: 'run', workers: 1 })).toBe(true)
      expect(simulated()).toEqual(['0', '1', '2', '3', '4', '5'])
      expect(await play({ folder, name: 'run', workers: 1 })).toBe(true) // of what is finished nothing is done again
      expect(simulated()).toHaveLength(6)
      await play({ folder, name: 'unstopped', workers: 1 })
      expect(canonicalExport(join(folder, 'run'))).toBe(canonicalExport(join(folder, 'unstopped')))
    })

    test('refuses an option that it does not know, and begins nothing', async () => {
      const folder = temporaryDirectory()
      const misspelt = play({ folder, name: 'run', workers: 1, strangers: { Runner: {} } })
      await expect(misspelt).rejects.toThrow(/Runner.*runner/)
      expect(existsSync(join(folder, 'run'))).toBe(false)
    })
  })
}

/** Of each individual in their order: done, or why it failed. */
function outcomesIn(directory: string): readonly string[] {
  const record = RecordReader.openForReading(directory)
  try {
    return record.evaluations(0).map((one) => (isFailed(one) ? one.cause.message : one.outcome))
  } finally {
    record.close()
  }
}
