import { Individual } from '../../src/core/individual.ts'
import type { SimulationContext } from '../../src/core/optimizee.ts'
import { Random } from '../../src/core/random.ts'

export function individual<P>(
  parameters: P,
  { generation = 3, index = 4, replicate = 0, seed = 5, budget = undefined as number | undefined } = {},
): Individual<P> {
  return new Individual({ generation, index, replicate }, parameters, seed, { budget })
}

/** What a worker gives to a simulation. */
export function contextOf(
  { seed, budget }: Pick<Individual, 'seed'> & { readonly budget?: number | undefined },
  {
    signal = new AbortController().signal,
    attempt = 1,
    directory = refuseDirectory,
    checkpoint = refuseDirectory,
    restore = () => undefined,
  }: Partial<ContextOptions> = {},
): SimulationContext {
  return {
    random: Random.of(seed, 'simulate'),
    signal,
    attempt,
    budget,
    snapshot: undefined,
    report: () => true,
    stopped: false,
    directory,
    account: () => {},
    printedUntil: () => {},
    checkpoint,
    restore,
  }
}

interface ContextOptions {
  readonly signal: AbortSignal
  readonly attempt: number
  readonly directory: () => string
  readonly checkpoint: () => string
  readonly restore: () => string | undefined
}

function refuseDirectory(): string {
  throw new Error('nobody should ask for the directory here')
}
