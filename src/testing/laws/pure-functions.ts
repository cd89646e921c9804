import type { Optimizer } from '../../core/optimizer.ts'
import type { State } from '../../core/plain-data.ts'
import { Random } from '../../core/random.ts'
import type { SearchCheckpoint } from '../../core/search-state.ts'
import { drive, type Simulate } from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { mixed, someFail } from '../problems.ts'
import type { Tested } from '../tested.ts'
import { deepFreeze } from '../without-effects.ts'

/** Asking and telling are functions of what they are given. */
export function lawsOfPurity({ law, make, everyKind, ordersOf }: Tested): void {
  law('ask gives the same for the same state and randomness, and changes nothing', () => {
    const optimizer = make(everyKind(), { seed: 5 })
    for (const before of statesOf(optimizer, mixed, 200)) {
      const copy = structuredClone(before)
      const ask = (state: State) => optimizer.ask(state, optimizer.populationSize, Random.of('any'))
      expectSame(ask(before), ask(deepFreeze(structuredClone(before))))
      expectSame(before, copy)
    }
  })

  law('asked with just the room that it used, it gives the same', () => {
    const optimizer = make(everyKind(), { seed: 5 })
    for (const state of statesOf(optimizer, mixed, 200)) {
      const wide = optimizer.ask(state, 3 * optimizer.populationSize, Random.of('any'))
      expectSame(optimizer.ask(state, wide.proposals.length, Random.of('any')), wide)
    }
  })

  for (const order of ordersOf.filter((one) => one !== 'generations')) {
    law(`in the order ${order}, where there is room for one, it proposes one at a time`, () => {
      const played = drive(make(everyKind(), { seed: 5 }), mixed, { evaluations: 100, order, window: 1 })
      expect(played.map(({ proposed }) => proposed.length)).toEqual(played.map(() => 1))
    })
  }

  law('tell leaves the old state and the evaluations as they were', () => {
    const frozen = (checkpoint: SearchCheckpoint) => ({
      ...checkpoint,
      state: deepFreeze(structuredClone(checkpoint.state)),
    })
    const options = { evaluations: 200 }
    const simulate: Simulate = (...given) => deepFreeze(someFail(...given))
    expectSame(
      play(make(everyKind(), { seed: 5 }), simulate, { ...options, pass: frozen }),
      play(make(everyKind(), { seed: 5 }), someFail, options),
    )
  })
}

/** The states in which a search asks. */
function statesOf(optimizer: Optimizer, simulate: Simulate, evaluations: number): State[] {
  const states: State[] = []
  const keep = (checkpoint: SearchCheckpoint) => {
    states.push(checkpoint.state)
    return checkpoint
  }
  play(optimizer, simulate, { evaluations, pass: keep })
  return states
}
