import { expect } from 'vitest'
import type { FailureCause, SimulationFailure } from '../../src/core/evaluation.ts'
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

/** The cause for which a simulation fails. */
export async function failureOf(simulation: Promise<unknown>): Promise<FailureCause> {
  const error = await simulation.then(
    (result) => {
      throw new Error(`it should have failed, and gave ${JSON.stringify(result)}`)
    },
    (error: SimulationFailure) => error,
  )
  expect(error).toMatchObject({ name: 'SimulationFailure' })
  return error.cause
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
