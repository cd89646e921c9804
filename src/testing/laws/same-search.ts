import { expect } from 'vitest'
import { Random } from '../../core/random.ts'
import { type Aggregate, aggregates, replicationsFrom } from '../../core/replications.ts'
import type { SearchCheckpoint } from '../../core/search-state.ts'
import { type DriveOptions, drive, type Simulate, type Step, toldIn } from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { mixed, someFail } from '../problems.ts'
import type { Tested } from '../tested.ts'
import { throughMsgpack } from '../through-msgpack.ts'
import { withoutEffects } from '../without-effects.ts'

/** The same search comes of the same seed: in every order, through serialisation, from a checkpoint, whatever the order of samples. */
export function lawsOfSameSearch({ law, make, everyKind, ordersOf }: Tested): void {
  for (const order of ordersOf) {
    law(`a search in the order ${order} is the same when its state goes through msgpack at every turn`, () => {
      const options: DriveOptions = { evaluations: 300, order }
      const straight = drive(make(everyKind(), { seed: 3 }), mixed, options)
      const passed = drive(make(everyKind(), { seed: 3 }), mixed, { ...options, pass: throughMsgpack })
      expectSame(withoutStates(passed), withoutStates(straight))
    })

    law(`in the order ${order} it goes on from a checkpoint by being told again`, () => {
      const straight = drive(make(everyKind(), { seed: 1 }), someFail, { evaluations: 200, order })
      const optimizer = make(everyKind(), { seed: 1 })
      const kept: SearchCheckpoint[] = []
      const keep = (checkpoint: SearchCheckpoint) => {
        kept.push(throughMsgpack(checkpoint))
        return checkpoint
      }
      drive(optimizer, someFail, { evaluations: 200, order, pass: keep })
      const middle = Math.floor(straight.length / 2)
      let at = 0
      const jump = (checkpoint: SearchCheckpoint) => (at++ === middle ? kept[middle]! : checkpoint)
      const resumed = drive(make(everyKind(), { seed: 1 }), someFail, { evaluations: 200, order, pass: jump })
      expectSame(withoutStates(resumed), withoutStates(straight))
    })
  }

  for (const order of ordersOf) {
    law(
      `where individuals are replicated, a search in the order ${order} is the same for any order of their samples`,
      () => {
        const noisy: Simulate = (given, n) =>
          n % 7 === 0 ? undefined : mixed(given, n)!.map((value) => value + Random.of('noise', n).normal())
        const search = (turn: number, aggregate: Aggregate) => {
          const replications = replicationsFrom({ count: 4, aggregate })!
          return drive(make(everyKind(), { seed: 3 }), noisy, { evaluations: 150, order, replications, turn })
        }
        // How samples are joined does not ask for the order.
        for (const aggregate of order === ordersOf[0] ? aggregates : (['mean'] as const)) {
          expectSame(search(1, aggregate), search(2, aggregate))
        }
        expect(toldIn(search(1, 'mean'))[0]).toMatchObject({
          samples: expect.any(Array),
          standardError: expect.any(Array),
        })
      },
    )
  }

  law('the same seed gives the same search', () => {
    const search = () => drive(make(everyKind(), { seed: 7 }), mixed, { evaluations: 200 })
    expectSame(search(), search())
  })

  law('it touches no clock and no global random numbers', () => {
    const played = withoutEffects(() => drive(make(everyKind(), {}), someFail, { evaluations: 300 }))
    expect(played.length).toBeGreaterThan(0)
  })
}

/** What a search did; of zeros with a sign, which msgpack does not keep, nothing must follow. */
function withoutStates(steps: readonly Step[]): Omit<Step, 'state'>[] {
  return steps.map(({ proposed, individuals, told }) => ({ proposed, individuals, told }))
}
