import { type ObjectiveMap, Objectives } from '../../core/objectives.ts'
import { findNotPlain } from '../../core/plain-data.ts'
import { Space } from '../../core/space.ts'
import { type AnyParameters, proposedIn, type Simulate } from '../drive.ts'
import { expect, fc } from '../peers.ts'
import { play } from '../play.ts'
import { anySpaceOf } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** What is proposed lies in the space, whatever the space, and states stay plain data. */
export function lawsOfSpaces({ law, make, abilities, parameters, everyKind }: Tested): void {
  law('in any space a state is plain data, and its proposals are within the bounds', () => {
    fc.assert(
      fc.property(anySpaceOf(abilities), fc.nat(1000), (space, seed) => {
        const optimizer = make({ space, objectives: new Objectives({ cost: 'minimize' }) }, { seed })
        const simulate: Simulate = (given, n) =>
          n % 5 === 4 ? undefined : [space.encode(given).reduce((sum, x) => sum + x, 0)]
        for (const { state, proposed } of play(optimizer, simulate, { evaluations: 80 })) {
          expect(findNotPlain(state) ?? firstRefusal(space, proposed)).toBeUndefined()
        }
      }),
      { numRuns: 12 },
    )
  })

  law('fitness of zero, and beyond what a weighted sum can hold, leaves the state plain data', () => {
    const weights: ObjectiveMap = abilities.objectives === 'one' ? { error: -2 } : { error: -2, gain: 3 }
    const count = Object.keys(weights).length
    const values = [0, 1.7e308, -1.7e308]
    const answers: Simulate[] = [
      () => [0, 0].slice(0, count),
      (_, n) => [values[(n * 5) % 3]!, values[n % 3]!].slice(0, count),
    ]
    for (const simulate of answers) {
      const played = play(make(everyKind(weights), { seed: 1 }), simulate, { evaluations: 200 })
      for (const { state } of played) expect(findNotPlain(state)).toBeUndefined()
    }
  })

  for (const corner of ['low', 'high'] as const) {
    law(`a search that is drawn to the ${corner} end of every parameter stays within the bounds`, () => {
      const space = new Space<AnyParameters>(parameters)
      const optimizer = make({ space, objectives: new Objectives({ sum: corner === 'low' ? -1 : 1 }) }, { seed: 1 })
      const simulate: Simulate = (given) => [space.encode(given).reduce((sum, x) => sum + x, 0)]
      const proposed = proposedIn(play(optimizer, simulate, { evaluations: 300 }))
      expect(firstRefusal(space, proposed)).toBeUndefined()
    })
  }
}

/** What is wrong with the first proposal that does not lie in the space; undefined if all do. */
function firstRefusal(space: Space<AnyParameters>, proposed: readonly AnyParameters[]): string | undefined {
  for (const given of proposed) {
    const refusal = space.refuse(given)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
