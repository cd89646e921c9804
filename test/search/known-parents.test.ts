import { expect, test } from 'vitest'
import { Individual, Optimizer, type Proposal, real, type State } from '../../src/index.ts'
import { requireParents } from '../../src/search/known-parents.ts'
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
  expect(() => requireParents(optimizer, [proposal(3), proposal(4)], record)).toThrow(sentence)
  expect(() => requireParents(optimizer, [proposal(3), proposal(4)], record, ({ index }) => index === 4)).not.toThrow()
  record.writeManifest({ warmStart: { source: 'other', rows: 5, sha256: '' } })
  expect(() => requireParents(optimizer, [proposal(4)], record)).not.toThrow()
})
