import { encodeState } from '../../core/state-codec.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { mixed } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** Of a search this short a state may still be filling what it always has: a population, a model. */
const roomBytes = 16_384

/** What the record keeps of a state grows at most as the record does. */
export function lawsOfStateSize({ law, make, everyKind }: Tested): void {
  law('its state grows at most in proportion to the evaluations that it was told', () => {
    let told = 0
    let [early, late] = [0, 0]
    for (const step of play(make(everyKind(), { seed: 6 }), mixed, { evaluations: 400 })) {
      const bytes = encodeState(step.state).length
      if (told <= 100) early = Math.max(early, bytes)
      late = Math.max(late, bytes)
      told += step.told.length
    }
    expect(late).toBeLessThanOrEqual((told / 100) * early + roomBytes)
  })
}
