import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attempt, type AttemptOutcome, causeOf } from '../../runtime/worker/attempt.ts'
import type { FailureCause, Outputs } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { Optimizee, SimulationContext } from '../core/optimizee.ts'
import { toJson } from '../record/rows.ts'

/** What came of an individual, as it is recorded or as it came now. */
export type Came =
  | { readonly outcome: 'done'; readonly fitness: readonly number[]; readonly outputs: Outputs | null }
  | { readonly outcome: 'failed'; readonly cause: FailureCause }

export interface SimulatedHere {
  readonly came: Came
  readonly milliseconds: number
  /** What the simulation wrote to the directory it asked for. */
  readonly directory: string | null
}

export interface HereOptions {
  readonly attempt: number
  /** Milliseconds that it may take. */
  readonly timeout: number | undefined
  /** Gives the snapshot; called when the simulation asks for it. */
  readonly snapshot: () => unknown
  /** What the name of a directory of the individual begins with. */
  readonly name: string
}

/** Simulates an individual in this process, as a worker would, and touches no run. */
export async function simulateHere(
  optimizee: Optimizee,
  individual: Individual,
  { attempt, timeout, snapshot, name }: HereOptions,
): Promise<SimulatedHere> {
  const directory = new OwnDirectory(name)
  const surroundings = { attempt, timeout, snapshot, report: () => {}, directory: directory.path }
  try {
    await optimizee.open?.()
    const begin = performance.now()
    const outcome = await withOutputAside(() => simulate(new Attempt(optimizee, individual, surroundings)))
    return { came: cameOf(outcome), milliseconds: performance.now() - begin, directory: directory.made }
  } finally {
    await optimizee.close?.()
  }
}

/** The individual's directory among temporary files, which is made when the simulation first asks for it. */
class OwnDirectory {
  readonly #path: string

  constructor(name: string) {
    this.#path = join(tmpdir(), `twoloop-${name}-${randomUUID()}`)
  }

  /** Its path if it was made, by whomever. */
  get made(): string | null {
    return existsSync(this.#path) ? this.#path : null
  }

  readonly path: SimulationContext['directory'] = ({ make } = { make: true }) => {
    if (make) mkdirSync(this.#path, { recursive: true, mode: 0o700 })
    return this.#path
  }
}

/** Stray errors of asynchronous code count as its failure, as they do in a worker. */
async function simulate(attempt: Attempt): Promise<AttemptOutcome> {
  let onStray: (error: unknown) => void = () => {}
  const stray = new Promise<AttemptOutcome>((resolve) => {
    onStray = (error) => resolve({ cause: causeOf(error) })
  })
  process.on('uncaughtException', onStray)
  try {
    return await Promise.race([attempt.run(), stray])
  } finally {
    process.off('uncaughtException', onStray)
  }
}

/** Standard output belongs to the answer; what the simulation prints goes to standard error. */
async function withOutputAside<T>(work: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process
  const write = stdout.write
  stdout.write = stderr.write.bind(stderr) as typeof write
  try {
    return await work()
  } finally {
    stdout.write = write
  }
}

function cameOf(outcome: AttemptOutcome): Came {
  if ('cause' in outcome) return { outcome: 'failed', cause: outcome.cause }
  // As they would be read from the record.
  const outputs = outcome.outputs ? (JSON.parse(toJson(outcome.outputs)) as Outputs) : null
  return { outcome: 'done', fitness: outcome.fitness, outputs }
}
