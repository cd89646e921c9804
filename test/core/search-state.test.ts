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

class Circle {
  readonly own = this
}

/** An optimizer that begins with a state, and gives a tag with its only proposal. */
function searchWith(state: unknown, tag?: unknown) {
  class Own extends Optimizer {
    static readonly type = 'own'
    start = () => state as never
    ask = () => ({ state: state as never, proposals: [{ parameters: { x: 0.5 }, tag: tag as never }] })
    tell = () => ({})
  }
  return SearchState.begin(new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 }))
}

test.each([
  [{ mean: [0, Number.NaN] }, 'mean[1] is NaN'],
  [new Map(), 'it is a Map'],
  [{ ...new Circle() }, 'own is a Circle'],
  [endless(), 'it is nested too deeply, or holds itself'],
])(
  'a state that is not plain is refused before anything is asked, and a tag as soon as it is given: %#',
  (given, said) => {
    expect(() => searchWith(given)).toThrow(
      `The optimizer own failed in start after 0 evaluations (generation 0): its state must be plain data, but ${said}.`,
    )
    expect(() => searchWith({}, given).ask(1)).toThrow(
      `The optimizer own failed in ask after 0 evaluations (generation 0): proposal 0 has a tag that must be plain data, but ${said}.`,
    )
  },
)

test('the method that gave a state which is not plain is named', () => {
  class Own extends Optimizer<{ readonly n: number }> {
    static readonly type = 'own'
    start = () => ({ n: 0 })
    ask = () => ({ state: { n: Number.NaN }, proposals: [] })
    tell = () => ({ n: Number.POSITIVE_INFINITY })
  }
  const search = SearchState.begin(new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 }))
  search.ask(1)
  expect(() => search.requirePlain()).toThrow('The optimizer own failed in ask after 0 evaluations (generation 0): its')
  expect(() => search.tell([])).toThrow('The optimizer own failed in tell after 0 evaluations (generation 0): its')
})

function endless(): unknown {
  const list: unknown[] = []
  list.push(list)
  return list
}
