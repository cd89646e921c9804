import { expect, test } from 'vitest'
import { Individual, Optimizer, type Proposal, real, type State } from '../../src/index.ts'
import { KnownGenerations, requireParents } from '../../src/search/known-parents.ts'
import { problemOf } from '../optimizers/search.ts'
import { openRecord } from '../record/told-record.ts'

class Own extends Optimizer {
  static readonly type = 'own'
  start = () => null
  ask = (state: State) => ({ state, proposals: [] })
  tell = (state: State) => state
}

test('a parent that never was is refused, of all that the record has and is about to have', () => {
  const record = openRecord()
  const parent = { generation: 0, index: 3, replicate: 0 }
  record.addGeneration(0, [{ individual: new Individual(parent, { x: 1 }, 5), after: 0 }])
  const optimizer = new Own(problemOf<Record<string, unknown>>({ x: real(0, 1) }), { seed: 1 })
  const proposal = (index: number): Proposal => ({
    parameters: { x: 0.5 },
    origin: { operator: 'mutation', parents: [parent, { ...parent, index }] },
  })
  const sentence =
    'The optimizer own failed in ask after 0 evaluations (generation 0): proposal 1 has the parent 0.4 in its origin, and the search has no such individual.'
  expect(() => requireParents(optimizer, [proposal(3), proposal(4)], record, nobody)).toThrow(sentence)
  expect(() => requireParents(optimizer, [proposal(3), proposal(4)], record, ({ index }) => index === 4)).not.toThrow()
  record.writeManifest({ warmStart: { source: 'other', rows: 5, sha256: '' } })
  expect(() => requireParents(optimizer, [proposal(4)], record, nobody)).not.toThrow()
})

test('who the newest generations have is known where indices say it, and older ones are left to the record', () => {
  const known = new KnownGenerations()
  const individuals = (generation: number, indices: readonly number[]) => {
    return indices.map((index) => new Individual({ generation, index, replicate: 0 }, {}, 1))
  }
  known.add(0, individuals(0, [0, 1, 2]))
  known.add(1, individuals(1, [4, 5]))
  const has = (generation: number, index: number, replicate = 0) => known.has({ generation, index, replicate })
  expect([has(0, 0), has(0, 2), has(0, 3), has(0, -1), has(0, 1, 1), has(1, 4), has(2, 0)]).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ])
  for (let generation = 2; generation <= 1000; generation++) known.add(generation, individuals(generation, [0]))
  expect([has(0, 0), has(2, 0), has(1000, 0)]).toEqual([false, true, true])
})

const nobody = () => false
