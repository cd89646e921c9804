import { expect, test } from 'vitest'
import { SearchState } from '../../src/core/search-state.ts'
import { real } from '../../src/core/space.ts'
import { Optimizer } from '../../src/index.ts'
import { problemOf } from '../optimizers/search.ts'

test.each<[given: unknown, said: string]>([
  [[{ parameters: { x: 0.5 } }], 'and gave [{"parameters":{"x":0.5}}]'],
  [undefined, 'and gave nothing'],
  [{ proposals: [{ parameters: { x: 0.5 } }] }, 'and gave {"proposals":[{"parameters":{"x":0.5}}]}'],
  [{ state: {}, proposals: [{ x: 0.5 }] }, 'and gave {"state":{},"proposals":[{"x":0.5}]}'],
])(
  'an optimizer from outside that answers in another form than is asked for is told what form that is: %j',
  (given, said) => {
    class Own extends Optimizer {
      static readonly type = 'own'
      start = () => ({})
      ask = () => given as never
      tell = () => ({})
    }
    const search = SearchState.begin(
      new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1, generations: 3 }),
    )
    expect(() => search.ask(4)).toThrow(
      `The optimizer own failed in ask after 0 evaluations (generation 0): it needs to give { state, proposals: [{ parameters }, ...] }, ${said}.`,
    )
  },
)
