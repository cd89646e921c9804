import { expect, test } from 'vitest'
import { Optimizer, type Random, real, type State } from '../../src/index.ts'
import { Checkpoints } from '../../src/search/checkpoints.ts'
import { problemOf } from '../optimizers/search.ts'
import { openRecord } from '../record/told-record.ts'

/** Its checkpoints, after the first, when it has computed for so many milliseconds at a time. */
function checkpointsOf(size: number, milliseconds: readonly number[]): boolean[] {
  class Own extends Optimizer {
    static readonly type = 'own'
    start = (random: Random): State => Float64Array.from({ length: size }, () => random.uniform())
    ask = (state: State) => ({ state, proposals: [] })
    tell = (state: State) => state
  }
  let now = 0
  const optimizer = new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 })
  const checkpoints = new Checkpoints(optimizer, openRecord(), () => now)
  const place = { told: 0, asked: 0, generation: 0 }
  expect(checkpoints.due(place)).toBeDefined()
  return milliseconds.map((spent) => {
    checkpoints.timed(() => {
      now += spent
    })
    return checkpoints.due(place) !== undefined
  })
}

test('a state is stored when telling again would take a second; one that is large beside the record, ten', () => {
  const milliseconds = [999, 1, 1000, 1000, 4000, 4000, 1001, 9000]
  expect(checkpointsOf(1, milliseconds)).toEqual([false, true, true, true, true, true, true, true])
  expect(checkpointsOf(50_000, milliseconds)).toEqual([false, false, false, false, false, true, false, true])
})
