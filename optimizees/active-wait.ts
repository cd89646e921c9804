import type { Individual } from '../src/core/individual.ts'
import { Objectives } from '../src/core/objectives.ts'
import { Optimizee } from '../src/core/optimizee.ts'
import { integer, space } from '../src/core/space.ts'

export interface ActiveWaitOptions {
  /** The largest difficulty that an individual may have. */
  readonly difficulty?: number | undefined
  /** How long to be busy at least; the count is the same. */
  readonly milliseconds?: number | undefined
}

type ActiveWaitParameters = { readonly difficulty: number }

/**
 * A load generator, to try out workers, launchers and machines with: it keeps one core busy and does not look up, as a
 * simulation in one long calculation does. It counts the primes below the individual's difficulty by trial division, so
 * that individuals differ in duration; the result is the same on any machine, however long it took.
 */
class ActiveWait extends Optimizee<ActiveWaitParameters> {
  readonly #milliseconds: number

  constructor(options: ActiveWaitOptions) {
    const { difficulty = 20_000, milliseconds = 0 } = options
    const source = { module: import.meta.url, options }
    super(space({ difficulty: integer(2, difficulty) }), new Objectives({ primes: 'maximize' }), source)
    this.#milliseconds = milliseconds
  }

  override simulate({ parameters }: Individual<ActiveWaitParameters>): number {
    const end = performance.now() + this.#milliseconds
    let primes: number
    do primes = countPrimesBelow(parameters.difficulty)
    while (performance.now() < end)
    return primes
  }
}

export default function activeWait(options: ActiveWaitOptions = {}): Optimizee<ActiveWaitParameters> {
  return new ActiveWait(options)
}

function countPrimesBelow(limit: number): number {
  let count = 0
  for (let n = 2; n < limit; n++) if (isPrime(n)) count++
  return count
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}
