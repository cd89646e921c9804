import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Attempt, type Simulated } from '../../runtime/worker/attempt.ts'
import { type AttemptOutcome, causeOf, outcomeOfThrown } from '../../runtime/worker/outcome.ts'
import type { FailureCause, Outputs } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import { judgeOf } from '../core/judge.ts'
import type { Explanation, Optimizee, SimulationContext } from '../core/optimizee.ts'
import { toJson } from '../record/rows.ts'
import { layFiles } from '../system/given-files.ts'

/** What came of an individual, as it is recorded or as it came now. */
export type Came =
  | { readonly outcome: 'done'; readonly fitness: readonly number[]; readonly outputs: Outputs | null }
  | { readonly outcome: 'failed'; readonly cause: FailureCause }

export interface SimulatedHere {
  readonly came: Came
  /** What constraints say of it, by their names: each is kept where that is not above 0; null if there is nothing to judge. */
  readonly constraints: Readonly<Record<string, number>> | null
  readonly milliseconds: number
  readonly reports: readonly { readonly step: number; readonly value: number }[]
}

export interface HereOptions extends Pick<Simulated, 'attempt' | 'snapshot' | 'timeout' | 'restore'> {
  readonly directory: TemporaryDirectory
  /** Ends the simulation. */
  readonly signal?: AbortSignal | undefined
}

/** Simulates an individual in this process, as a worker would, and touches no run, and nothing that its user keeps. */
export async function simulateHere(
  optimizee: Optimizee,
  individual: Individual,
  { directory, signal, ...surroundings }: HereOptions,
): Promise<SimulatedHere> {
  const reports: { step: number; value: number }[] = []
  const report = (step: number, value: number) => reports.push({ step, value }) > 0
  const attempt = new Attempt(optimizee, {
    individual,
    ...surroundings,
    report,
    stopped: () => false,
    directory: directory.path,
    account: () => {},
    printedUntil: () => {},
    checkpoint: directory.checkpoint,
  })
  using _kept = new KeptFiles(explain(optimizee, individual, { directory, ...surroundings })?.written ?? [])
  const end = () => attempt.abort(signal?.reason as Error)
  signal?.addEventListener('abort', end, { once: true })
  let begin = performance.now()
  const simulate = async () => {
    await optimizee.open?.()
    begin = performance.now()
    if (signal?.aborted) end()
    return attempt.run()
  }
  const outcome = await withStrays(simulate)
  const milliseconds = performance.now() - begin
  signal?.removeEventListener('abort', end)
  return { ...judged(optimizee, individual, outcome), milliseconds, reports }
}

/** What constraints cannot judge is no result, as in a run. */
function judged(
  optimizee: Optimizee,
  individual: Individual,
  outcome: AttemptOutcome,
): Pick<SimulatedHere, 'came' | 'constraints'> {
  const { names } = optimizee.constraints
  const judge = judgeOf(optimizee)
  if (!judge || 'cause' in outcome) return { came: cameOf(outcome), constraints: null }
  const said = judge(individual, outcome.fitness, outcome.outputs)
  if ('cause' in said) return { came: cameOf(said), constraints: null }
  const constraints = Object.fromEntries(said.constraints.map((amount, i) => [names[i]!, amount]))
  return { came: cameOf(outcome), constraints }
}

/** How the simulation is started for an individual here. */
export function explain(
  optimizee: Optimizee,
  individual: Individual,
  { attempt, directory, restore }: Pick<HereOptions, 'attempt' | 'directory' | 'restore'>,
): Explanation | undefined {
  const { path, checkpoint } = directory
  return optimizee.explain?.(individual, { attempt, directory: path, checkpoint, restore })
}

/** An individual's directory among temporary files, which is made when the simulation first asks for it. */
export class TemporaryDirectory {
  readonly #path: string

  /** @param purpose is in its name */
  constructor(purpose: string) {
    this.#path = join(tmpdir(), `twoloop-${purpose}-${randomUUID()}`)
  }

  /** Its path if it was made, by whomever. */
  get made(): string | null {
    return existsSync(this.#path) ? this.#path : null
  }

  readonly path: SimulationContext['directory'] = ({ make } = { make: true }) => {
    if (make) mkdirSync(this.#path, { recursive: true, mode: 0o700 })
    return this.#path
  }

  /** The place of a checkpoint, within that directory. */
  readonly checkpoint: SimulationContext['checkpoint'] = ({ make } = { make: true }) => {
    const path = join(this.#path, 'checkpoint')
    if (make) mkdirSync(path, { recursive: true, mode: 0o700 })
    return path
  }

  /** Puts the files there with which a simulation starts, for whoever wants to start it by hand. */
  lay({ files }: Explanation): void {
    if (files.length > 0) layFiles(this.path(), files)
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Standard output belongs to the answer; what is printed in the meantime goes to standard error. */
export class OutputAside implements Disposable {
  readonly #write = process.stdout.write
  readonly #onDrain = () => void process.stdout.emit('drain') // for who waits until more can be printed

  constructor() {
    const { stdout, stderr } = process
    stdout.write = stderr.write.bind(stderr) as typeof stdout.write
    stderr.on('drain', this.#onDrain)
  }

  [Symbol.dispose](): void {
    process.stdout.write = this.#write
    process.stderr.off('drain', this.#onDrain)
  }
}

/** Files of the user's that are about to be written: out of the way until then, and as they were afterwards. */
class KeptFiles implements Disposable {
  readonly #paths: readonly (readonly [path: string, aside: string | undefined])[]

  constructor(paths: readonly string[]) {
    this.#paths = paths.map((path) => {
      if (!existsSync(path)) return [path, undefined]
      const aside = `${path}.${randomUUID()}.kept`
      renameSync(path, aside)
      return [path, aside]
    })
  }

  [Symbol.dispose](): void {
    for (const [path, aside] of this.#paths) {
      if (aside === undefined) rmSync(path, { recursive: true, force: true })
      else renameSync(aside, path)
    }
  }
}

/** Stray errors of asynchronous code count as the simulation's failure, as they do in a worker. */
async function withStrays(simulate: () => Promise<AttemptOutcome>): Promise<AttemptOutcome> {
  let onStray: (error: unknown) => void = () => {}
  const stray = new Promise<AttemptOutcome>((resolve) => {
    onStray = (error) => resolve({ cause: causeOf(error) })
  })
  process.on('uncaughtException', onStray)
  try {
    return await Promise.race([simulate(), stray])
  } catch (error) {
    return outcomeOfThrown(error, undefined) // it could not be made ready
  } finally {
    process.off('uncaughtException', onStray)
  }
}

function cameOf(outcome: AttemptOutcome): Came {
  if ('cause' in outcome) return { outcome: 'failed', cause: outcome.cause }
  // As they would be read from the record.
  const outputs = outcome.outputs ? (JSON.parse(toJson(outcome.outputs)) as Outputs) : null
  return { outcome: 'done', fitness: outcome.fitness, outputs }
}
