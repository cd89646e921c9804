import { expect, test } from 'vitest'
import { Constraints } from '../../src/core/constraints.ts'
import type { State } from '../../src/core/plain-data.ts'
import { SearchState } from '../../src/core/search-state.ts'
import { real } from '../../src/core/space.ts'
import { type Evaluation, Individual, Optimizer, Trajectory } from '../../src/index.ts'
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

test.each<[beside: object, said: string]>([
  [{ proposal: [] }, 'has "proposal" (did you mean proposals?), and it has state, proposals'],
  [{ done: true }, 'has "done", and it has state, proposals'],
])('what ask gives beside a state and proposals is refused, which would be lost: %j', (beside, said) => {
  const ask = () => ({ state: {}, proposals: [{ parameters: { x: 0.5 } }], ...beside })
  expect(() => SearchState.begin(own({ ask })).ask(1)).toThrow(
    `The optimizer own failed in ask after 0 evaluations (generation 0): what it gives ${said}.`,
  )
  const report = () => ({ state: {}, stop: [], stopped: [] })
  const id = { generation: 0, index: 0, replicate: 0 }
  expect(() =>
    SearchState.begin(own({ report })).report({ number: 1, individual: id, attempt: 1, step: 1, value: 1 }),
  ).toThrow('failed in report after 0 evaluations (generation 0): what it gives has "stopped", and it has state, stop.')
})

const inPlace: Readonly<Record<string, (state: { n: number; seen: number[]; mean: Float64Array }) => unknown>> = {
  n: (state) => state.n++,
  seen: (state) => state.seen.push(3),
  'seen[0]': (state) => state.seen.fill(4),
  'mean[1]': (state) => state.mean.fill(2, 1),
}

test.each(['ask', 'tell', 'report', 'generationSize', 'recommend', 'summarize', 'needs'] as const)(
  'a state that %s changes in place is refused, wherever in it',
  (method) => {
    const id = { generation: 0, index: 0, replicate: 0 }
    for (const [place, change] of Object.entries(inPlace)) {
      const answers: Readonly<Record<string, (state: never) => unknown>> = {
        ask: (state) => ({ state, proposals: [] }),
        tell: (state) => state,
        report: (state) => ({ state, stop: [] }),
      }
      const changing = (state: never) => {
        change(state)
        return answers[method]?.(state)
      }
      const start = () => ({ n: 0, seen: [1], mean: new Float64Array(2) })
      const search = SearchState.begin(own({ start, ask: answers.ask, tell: answers.tell, [method]: changing }))
      const call = {
        ask: () => search.ask(1),
        tell: () => search.tell([]),
        report: () => search.report({ number: 1, individual: id, attempt: 1, step: 1, value: 1 }),
        generationSize: () => search.generationSize(),
        recommend: () => search.recommend(),
        summarize: () => search.summarize(),
        needs: () => search.needs(),
      }[method]
      expect(call).toThrow(
        `The optimizer own failed in ${method} after 0 evaluations (generation 0): it must leave the state that it is given as it is and give a new one, but it changed ${place}.`,
      )
    }
  },
)

test('what changes in place deep in lists of lists is found as fast as it is looked through', () => {
  const innermost = [1]
  let lists: unknown[] = innermost
  for (let level = 0; level < 60; level++) lists = [0, lists]
  const changing = (state: State) => {
    innermost[0] = 2
    return state
  }
  const search = SearchState.begin(own({ start: () => ({ lists }), tell: changing }))
  expect(() => search.tell([])).toThrow(`it changed lists${'[1]'.repeat(60)}[0].`)
})

test('a state is looked at again after twice as many evaluations: what changes it may come into play later', () => {
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, { x: 0.5 }, 1)
  const told: Evaluation[] = [{ individual, outcome: 'done', fitness: [1] }]
  const later = (state: { n: number }) => {
    if (state.n > 5) state.n++
    return { n: state.n + 1 }
  }
  const search = SearchState.begin(own({ start: () => ({ n: 0 }), tell: later }))
  expect(() => {
    for (let i = 0; i < 20; i++) search.tell(told)
  }).toThrow(/failed in tell of evaluation \d+ \(generation 0\): .*, but it changed n\.$/)
})

test('a state of megabytes is copied for the first look at each method, and a small one for the later looks, too', () => {
  const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, { x: 0.5 }, 1)
  const told: Evaluation[] = [{ individual, outcome: 'done', fitness: [1] }]
  const looksAt = (size: number) => {
    const refused: number[] = []
    for (let changedAt = 0; changedAt < 9; changedAt++) {
      const tell = (state: { n: number; seen: readonly number[] }) => {
        if (state.n === changedAt) state.n = 100
        return { ...state, n: state.n + 1 }
      }
      const search = SearchState.begin(own({ start: () => ({ n: 0, seen: new Array(size).fill(0.5) }), tell }))
      try {
        for (let n = 0; n < 9; n++) search.tell(told)
      } catch {
        refused.push(changedAt)
      }
    }
    return refused
  }
  expect(looksAt(10)).toEqual([0, 1, 2, 4, 8])
  expect(looksAt(1_000_000)).toEqual([0])
})

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
  [{ all: endless() }, 'all[0] is what holds it, so that there is no end'],
  [deep(100_000), 'it is nested too deeply'],
  [deep(2000), 'it is nested too deeply'],
  [Object.create(Object.create(null)), 'it is an object that inherits from another'],
  [{ of: Object.create({ mean: 1 }) }, 'of is an object that inherits from another'],
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
  const begin = () => SearchState.begin(new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 }))
  const search = begin()
  search.ask(1)
  const saysAsk = 'The optimizer own failed in ask after 0 evaluations (generation 0): its'
  expect(() => search.requirePlain()).toThrow(saysAsk)
  expect(() => search.tell([])).toThrow(saysAsk)
  expect(() => begin().tell([])).toThrow('The optimizer own failed in tell after 0 evaluations (generation 0): its')
})

test.each<[proposal: object, said: string]>([
  [
    { tagg: 1 },
    'has "tagg" (did you mean tag?), and a proposal has parameters, tag, origin, seed, replicate, index, budget, continues',
  ],
  [{ origin: 'mutation' }, `needs an origin like { operator: 'mutation' }, got "mutation"`],
  [{ origin: { operator: 3 } }, `needs an origin like { operator: 'mutation' }, got {"operator":3}`],
  [{ origin: { operator: 'a', parents: '0.1' } }, 'needs a list of the parents in its origin, got "0.1"'],
  [
    { origin: { operator: 'a', parents: ['0.1'] } },
    'has a parent in its origin that is not an individual by { generation, index, replicate }: "0.1"',
  ],
  [{ seed: -1.5 }, 'needs a whole number as its seed, got -1.5'],
  [{ replicate: -1 }, 'needs a whole number from 0 as its replicate, got -1'],
  [{ continues: '0.0' }, 'goes on from what is not an individual by { generation, index, replicate }: "0.0"'],
  [
    { continues: { generation: 0, index: 1, replicate: 0 } },
    'goes on from individual 0.1, and the problem has no budget',
  ],
])('what a proposal says beside its parameters is refused where it is not what it is for: %j', (beside, said) => {
  const ask = () => ({ state: {}, proposals: [{ parameters: { x: 0.5 }, ...beside }] })
  expect(() => SearchState.begin(own({ ask })).ask(1)).toThrow(
    `The optimizer own failed in ask after 0 evaluations (generation 0): proposal 0 ${said}.`,
  )
})

test('more proposals than there is room for beside those that are pending are refused', () => {
  const proposals = [{ parameters: { x: 0.5 } }, { parameters: { x: 0.6 } }]
  const search = SearchState.begin(own({ ask: () => ({ state: {}, proposals }) }))
  expect(search.askAtMost(2)).toHaveLength(2)
  expect(() => search.askAtMost(1)).toThrow(
    'failed in ask after 0 evaluations (generation 0): it gave 2 proposals where there was room for 1.',
  )
})

test.each<[method: 'recommend' | 'summarize' | 'needs', given: unknown, said: string]>([
  ['recommend', undefined, 'it needs to give a list, and gave nothing'],
  ['recommend', Promise.resolve([]), 'it needs to give a list, and gave a promise: it has to answer at once'],
  ['recommend', [{ parameters: { x: 99 }, by: 'seen' }], 'recommendation 0 x needs a number from 0 to 1, got 99'],
  ['recommend', [{ parameters: { x: 0 } }], "recommendation 0 needs by: 'seen' or by: 'model', got nothing"],
  ['recommend', [{ x: 0 }], 'recommendation 0 needs to be { parameters, by }, got {"x":0}'],
  ['summarize', 3, 'it needs to give numbers by their names, and gave 3'],
  ['summarize', { a: new Map() }, 'what it says is recorded, but a is a Map'],
  ['summarize', { a: endless() }, 'what it says is recorded, but a[0] is what holds it, so that there is no end'],
  [
    'needs',
    ['0.0'],
    'it needs to give a list of individuals, each of them an individual by { generation, index, replicate }, and gave ["0.0"]',
  ],
])('what %s gives is refused where it is not what it is for: %j', (method, given, said) => {
  const search = SearchState.begin(own({ [method]: () => given }))
  expect(() => search[method]()).toThrow(
    `The optimizer own failed in ${method} after 0 evaluations (generation 0): ${said}.`,
  )
})

test.each(['start', 'ask', 'tell', 'recommend', 'summarize', 'needs', 'refuse'] as const)(
  'an error in %s is told with the type, the method and the generation',
  (method) => {
    const optimizer = own({
      ask: () => ({ state: {}, proposals: [{ parameters: { x: 0.5 } }] }),
      [method]: () => {
        throw new TypeError('no such thing')
      },
    })
    const play = () => {
      const search = SearchState.begin(optimizer)
      search.ask(1)
      search.tell([])
      return [search.recommend(), search.summarize(), search.needs()]
    }
    expect(play).toThrow(`The optimizer own failed in ${method} after 0 evaluations (generation 0): no such thing`)
  },
)

test('numbers of a summary need not be finite, and what is undefined is left out of it', () => {
  const summary = { best: Number.NEGATIVE_INFINITY, worst: undefined, members: [Number.NaN] }
  expect(SearchState.begin(own({ summarize: () => summary })).summarize()).toBe(summary)
})

/** An optimizer with some of its methods. */
function own(methods: object): Optimizer {
  class Own extends Optimizer {
    static readonly type = 'own'
    start = () => ({})
    ask = () => ({ state: {}, proposals: [] })
    tell = () => ({})
  }
  return Object.assign(new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 }), methods)
}

/** Lists in lists. */
function deep(levels: number): unknown {
  let list: unknown = []
  for (let level = 0; level < levels; level++) list = [list]
  return list
}

function endless(): unknown {
  const list: unknown[] = []
  list.push(list)
  return list
}

test('an answer to a report is looked at like all others', () => {
  const report = (given: unknown) => () => {
    const search = SearchState.begin(own({ report: () => given }))
    return search.report({
      number: 1,
      individual: { generation: 0, index: 0, replicate: 0 },
      attempt: 0,
      step: 1,
      value: 0,
    })
  }
  const begin = 'The optimizer own failed in report after 0 evaluations (generation 0): it'
  const form = `${begin} needs to give { state, stop: [individual, ...] }, and gave`
  expect(report(undefined)).toThrow(`${form} nothing.`)
  expect(report({ state: {} })).toThrow(`${form} {"state":{}}.`)
  expect(report({ stop: [] })).toThrow(`${form} {"stop":[]}.`)
  expect(report({ state: {}, stop: ['0.0'] })).toThrow(
    `${begin} stops what is not an individual by { generation, index, replicate }: "0.0".`,
  )
  expect(report({ state: {}, stop: [] })()).toEqual([])
})

test.each([[Number.NaN], ['many'], [-1], [undefined]])(
  'the size of a generation is a whole number: not %j',
  (given) => {
    const search = SearchState.begin(own({ generationSize: () => given }))
    expect(() => search.generationSize()).toThrow(
      'The optimizer own failed in generationSize after 0 evaluations (generation 0): it needs to give a whole number from 0, and gave ',
    )
  },
)

test('two proposals for one place of a generation are refused, and a misspelt key of an origin', () => {
  const asked = (...proposals: readonly object[]) => {
    const ask = () => ({ state: {}, proposals: proposals.map((one) => ({ parameters: { x: 0.5 }, ...one })) })
    return () => SearchState.begin(own({ ask })).ask(2)
  }
  const begin = 'The optimizer own failed in ask after 0 evaluations (generation 0):'
  expect(asked({}, { index: 0 })).toThrow(
    `${begin} proposals 0 and 1 have the same index, 0: each individual of a generation needs one of its own.`,
  )
  expect(asked({ index: 1 }, { index: 0 })()).toHaveLength(2)
  expect(asked({ index: 0 }, { index: 0, replicate: 1 })()).toHaveLength(2)
  expect(asked({ origin: { operator: 'mutation', parent: 1 } })).toThrow(
    `${begin} the origin of proposal 0 has "parent" (did you mean parents?), and an origin has operator, parents.`,
  )
  expect(asked({ origin: { operator: 'elite' } }, {}, { origin: { operator: 'mutation', parent: 1 } })).toThrow(
    `${begin} the origin of proposal 2 has "parent" (did you mean parents?), and an origin has operator, parents.`,
  )
  expect(asked({}, { origin: { operator: 'mutation' } }, { origen: {} })).toThrow(
    `${begin} proposal 2 has "origen" (did you mean origin?), and a proposal has`,
  )
})

test.each([
  ['changes', (state: { n: number }) => ({ n: ++state.n }), 'it must leave the state that it is given as it is'],
  ['is not plain', () => ({ n: Number.NaN }), 'its state must be plain data, but n is NaN'],
  [
    'is lost',
    () => {
      throw new Error('no mean yet')
    },
    'no mean yet',
  ],
])('a state that %s while the first are told is refused with what was being told', (_, tell, said) => {
  const search = SearchState.begin(own({ start: () => ({ n: 0 }), tell }))
  const told = Array.from({ length: 3 }, (_, index): Evaluation => {
    const individual = new Individual({ generation: 0, index, replicate: 0 }, { x: 0.5 }, 1)
    return { individual, outcome: 'done', fitness: [1] }
  })
  expect(() => search.tell(told)).toThrow(
    `The optimizer own failed in tell of evaluations 1 to 3 (generation 0): ${said}`,
  )
})

test('what violates constraints is repaired where it can be, refused where it cannot, and a constraint that throws is told', () => {
  const asked = (kept: (x: number) => boolean) => {
    const constraints = new Constraints<Record<string, unknown>>([
      { name: 'kept', of: 'parameters', violation: ({ x }) => (kept(x as number) ? 0 : 1) },
    ])
    class Own extends Optimizer {
      static readonly type = 'own'
      start = () => ({})
      ask = () => ({ state: {}, proposals: [{ parameters: { x: 0.9 } }, { parameters: { x: 0.1 } }] })
      tell = () => ({})
    }
    const problem = { ...problemOf<Record<string, unknown>>({ x: real(0, 1) }), constraints }
    return () => SearchState.begin(new Own(problem, { seed: 1 })).ask(2)
  }
  const [kept, repaired] = asked((x) => x > 0.5)()
  expect(kept).toEqual({ parameters: { x: 0.9 } })
  expect(repaired!.parameters.x).toBeGreaterThan(0.5)
  expect(repaired!.origin).toEqual({ operator: 'proposal, repaired', parents: undefined })
  const begin = 'The optimizer own failed in ask after 0 evaluations (generation 0):'
  expect(asked(() => false)).toThrow(
    new RegExp(`^${begin.replace(/[()]/g, '.')} proposal 0 .*kept.*, and none of 1800 points`),
  )
  const throwing = (x: number) => {
    if (x !== 0.1 && x !== 0.9) throw new Error('no such x')
    return x === 0.9
  }
  expect(asked(throwing)).toThrow(`${begin} `)
})

test('what reading a state throws has a place', () => {
  const state = {
    get mean() {
      throw new Error('no mean yet')
    },
  }
  expect(() => searchWith(state)).toThrow(
    'The optimizer own failed in start after 0 evaluations (generation 0): no mean yet',
  )
})

test('a steady optimizer gives no more than there is room for in generations either', () => {
  class Own extends Optimizer {
    static readonly type = 'own'
    static override readonly abilities = { ...Optimizer.abilities, pace: 'steady' } as const
    start = () => ({})
    ask = (state: State, room: number) => ({
      state,
      proposals: Array.from({ length: room + 3 }, () => ({ parameters: { x: 0.5 } })),
    })
    tell = () => ({})
  }
  const optimizer = new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 })
  expect(() => optimizer.postProcess(new Trajectory(), [])).toThrow('it gave 35 proposals where there was room for 32')
})

test('tags come back whoever is told: all in order, some of them in another, and after a checkpoint', () => {
  const told: (readonly unknown[])[] = []
  class Tagging extends Optimizer<State, { x: number }> {
    static readonly type = 'own'
    start = () => null
    ask = () => ({
      state: null,
      proposals: [0.1, 0.2, 0.3, 0.4].map((x) => ({ parameters: { x }, ...(x !== 0.3 && { tag: { at: x } }) })),
    })
    tell(state: State, evaluations: readonly Evaluation<{ x: number }>[]) {
      told.push(evaluations.map(({ tag }) => tag))
      return state
    }
  }
  const optimizer = new Tagging(problemOf<{ x: number }>({ x: real(0, 1) }), { seed: 1 })
  const individuals = [0.1, 0.2, 0.3, 0.4].map(
    (x, index) => new Individual({ generation: 0, index, replicate: 0 }, { x }, 1),
  )
  const done = (...places: number[]) =>
    places.map((i) => ({ individual: individuals[i]!, outcome: 'done' as const, fitness: [i] }))
  const asked = () => {
    const search = SearchState.begin(optimizer)
    search.ask(4)
    search.expect(individuals)
    return search
  }
  const all = [{ at: 0.1 }, { at: 0.2 }, undefined, { at: 0.4 }]
  asked().tell(done(0, 1, 2, 3))
  expect(told.splice(0)).toEqual([all])
  asked().tell(done(3, 2, 1, 0))
  expect(told.splice(0)).toEqual([[...all].reverse()])
  const inParts = asked()
  inParts.tell(done(3, 1))
  inParts.tell(done(2, 0))
  expect(told.splice(0)).toEqual([
    [all[3], all[1]],
    [all[2], all[0]],
  ])
  const search = asked()
  const { tags } = search.checkpoint()
  expect(tags).toEqual({ '0.0': all[0], '0.1': all[1], '0.3': all[3] })
  search.tell(done(0, 1, 2, 3))
  expect(told.splice(0)).toEqual([all])
})

test('a search is begun with an optimizer, and not made', () => {
  expect(() => Reflect.construct(SearchState, [{}])).toThrow(
    'SearchState.begin(optimizer) begins a search, and not new SearchState({})',
  )
  expect(() => SearchState.begin({} as never)).toThrow('SearchState.begin: its argument needs an optimizer, as in')
  expect(() => SearchState.resume(own({}), undefined as never)).toThrow('SearchState.resume: the checkpoint needs')
})
