import { expect, test } from 'vitest'
import { Hyperband } from '../../optimizers/index.ts'
import { Optimizer, real, type State } from '../../src/index.ts'
import { summaryAt } from '../../src/search/summaries.ts'
import { problemOf } from '../optimizers/search.ts'

const problem = { ...problemOf({ x: real(0, 1) }), budget: { name: 'steps', low: 1, high: 27 } }
/** How many individuals the generations of a Hyperband with this budget have. */
const rungs = [27, 9, 3, 1, 12, 4, 1, 6, 2, 4]

/** The lengths of what an optimizer says of its generations, 0 where it says nothing. */
function lengthsOf(optimizer: Optimizer, sizes: readonly number[]): number[] {
  let before = 0
  return sizes.map((size) => {
    const summary = summaryAt(optimizer, before, size)
    before += size
    return Object.keys(summary).length === 0 ? 0 : JSON.stringify(summary).length
  })
}

test('what an optimizer says of small generations is little beside its individuals, also where it looks for no best', () => {
  const sizes = Array.from({ length: 20 }, () => rungs).flat()
  const lengths = lengthsOf(new Hyperband(problem as never, { seed: 1 }) as never, sizes)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  expect(lengths[0]).toBeGreaterThan(0)
  expect(sum(lengths)).toBeGreaterThan(sum(sizes))
  expect(sum(lengths)).toBeLessThan((sum(sizes) * (130 + 22)) / 50 + lengths[0]!)
})

test('a design says of every generation how many points it leaves out', () => {
  class Gaps extends Optimizer {
    static readonly type = 'gaps'
    static override readonly abilities = { ...Optimizer.abilities, searches: false }
    start = (): State => null
    ask = (state: State) => ({ state, proposals: [] })
    tell = (state: State) => state
    override summarize = () => ({ leftOut: 1 })
  }
  expect(lengthsOf(new Gaps(problem as never, { seed: 1 }) as never, [4, 4, 4, 1])).toEqual([13, 13, 13, 13])
})
