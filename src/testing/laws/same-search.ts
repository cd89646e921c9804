import type { Optimizer } from '../../core/optimizer.ts'
import { Random } from '../../core/random.ts'
import { replicationsFrom } from '../../core/replications.ts'
import type { SearchCheckpoint } from '../../core/search-state.ts'
import { type DriveOptions, type Simulate, toldIn } from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { mixed, someFail } from '../problems.ts'
import type { Tested } from '../tested.ts'
import { throughRecord } from '../through-record.ts'
import { withoutEffects } from '../without-effects.ts'

/** The same search comes of the same seed: in every order, through serialisation, from a checkpoint, whatever the order of samples. */
export function lawsOfSameSearch({ law, make, everyKind, ordersOf }: Tested): void {
  for (const order of ordersOf) {
    law(
      `a search in the order ${order} is the same when another goes on with it at every turn, from what a record keeps of it`,
      () => {
        const problem = everyKind()
        const options: DriveOptions = { evaluations: 200, order }
        const straight = play(make(problem, { seed: 3 }), someFail, options)
        const relay = new Relay(() => make(problem, { seed: 3 }))
        const pass = (checkpoint: SearchCheckpoint) => {
          relay.next()
          return throughRecord(checkpoint)
        }
        expectSame(play(relay.optimizer, someFail, { ...options, pass }), straight)
      },
    )
  }

  law('where individuals are replicated, a search is the same for any order of their samples', () => {
    const noisy: Simulate = (given, n) =>
      n % 7 === 0 ? undefined : mixed(given, n)!.map((value) => value + Random.of('noise', n).normal())
    const replications = replicationsFrom(4)!
    const search = (turn: number) =>
      play(make(everyKind(), { seed: 3 }), noisy, { evaluations: 150, replications, turn })
    const one = search(1)
    expectSame(search(2), one)
    expect(toldIn(one)[0]).toMatchObject({ samples: expect.any(Array), standardError: expect.any(Array) })
  })

  law('the same seed gives the same search', () => {
    const search = () => play(make(everyKind(), { seed: 7 }), mixed, { evaluations: 100 })
    expectSame(search(), search())
  })

  law('it touches no clock and no global random numbers', () => {
    withoutEffects(() => play(make(everyKind(), {}), someFail, { evaluations: 300 }))
  })
}

/** One optimizer after another in the place of one: what an instance keeps beside its state is gone with it. */
class Relay {
  readonly #make: () => Optimizer
  #current: Optimizer
  /** Whoever is at it. */
  readonly optimizer: Optimizer

  constructor(make: () => Optimizer) {
    this.#make = make
    this.#current = make()
    // Not a proxy of an instance: one that is frozen could not be stood in for by another.
    this.optimizer = new Proxy(Object.create(Object.getPrototypeOf(this.#current)) as Optimizer, {
      get: (_, name) => {
        const value: unknown = Reflect.get(this.#current, name)
        return typeof value === 'function' ? value.bind(this.#current) : value
      },
      set: (_, name, value) => Reflect.set(this.#current, name, value),
    })
  }

  next(): void {
    this.#current = this.#make()
  }
}
