import { resolve } from 'node:path'
import type { Batch } from '../../src/core/batch.ts'
import { SimulationFailure, type SimulationResult } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { meant } from '../../src/core/meant.ts'
import { Objectives } from '../../src/core/objectives.ts'
import {
  type BatchContext,
  type ExplainedContext,
  type Explanation,
  Optimizee,
  type PositionedResult,
  type SimulationContext,
  type Upcoming,
} from '../../src/core/optimizee.ts'
import { quoteWord } from '../../src/core/shell-words.ts'
import { parameterFrom, Space } from '../../src/core/space.ts'
import { hiddenVariables } from '../../src/system/hidden-variables.ts'
import { setUp } from '../command/setup.ts'
import { wordsThatNameFiles } from '../shared/named-files.ts'
import { withPythonImports } from '../shared/python-imports.ts'
import { shellLines } from '../shared/shell-lines.ts'
import { Arrivals } from './arrivals.ts'
import { lineOf, type Task } from './lines.ts'
import type { ProgramOptions } from './options.ts'
import { WarmProcess } from './warm-process.ts'

/** Programs that load much say when they are ready; the others need not be waited for much longer than this. */
const usualPatienceMs = 5000

/** Any program in any language, started once and given one individual after the other, or several at a time. */
class Program extends Optimizee {
  /** How many it is given before it has answered the first: as many as an experiment asks for. */
  override readonly batch = { size: 1 }
  readonly #options: ProgramOptions
  #process: WarmProcess | undefined
  #tasks = 0
  /** What the process was given before its turn. */
  readonly #ahead = new Map<Individual, Task>()

  constructor(options: ProgramOptions) {
    const { program, parameters, objectives } = options
    if (program.length === 0) throw new RangeError('needs at least a program, got none')
    const space = new Space<Record<string, unknown>>(
      parameters.map(([name, definition]) => [name, parameterFrom(definition)] as const),
    )
    super(space, new Objectives(objectives), { module: import.meta.url, options })
    this.#options = options
  }

  override async open(): Promise<void> {
    if (!this.#process?.hasUntaken) await this.#usable()
  }

  override prepare(upcoming: readonly Upcoming[]): void {
    const process = this.#process
    if (!process?.isUsable || !process.takesAhead) return
    // Where there is a budget, what an individual goes on from is looked at when its turn comes.
    if (upcoming.some(({ individual }) => individual.budget !== undefined)) return
    const tasks = upcoming.map(({ individual, context }) => this.#taskOf(individual, context))
    for (const [position, { individual }] of upcoming.entries()) this.#ahead.set(individual, tasks[position]!)
    process.give(tasks)
  }

  override async simulate(individual: Individual, context: SimulationContext): Promise<SimulationResult> {
    const { signal, report, account, printedUntil } = context
    const ahead = this.#ahead.get(individual)
    this.#ahead.delete(individual)
    const isGiven = ahead && this.#process?.has(ahead.id)
    const process = isGiven ? this.#process! : await this.#usable(signal)
    using _ = endedBy(signal, process)
    return await new Promise<SimulationResult>((onResult, reject) =>
      process.simulate(isGiven ? ahead : this.#taskOf(individual, context), {
        onResult,
        onFailure: reject,
        onLoss: reject,
        onReport: report,
        onUsage: account,
        onLogEnd: printedUntil,
      }),
    )
  }

  override async *simulateMany(batch: Batch, context: BatchContext): AsyncGenerator<PositionedResult> {
    const { signal } = context
    const process = await this.#usable(signal)
    using _ = endedBy(signal, process)
    const answers = new Arrivals<PositionedResult>()
    const tasks = batch.individuals.map((individual, position) => this.#taskOf(individual, context.of(position)))
    process.simulateMany(tasks, this.space, (position) => ({
      onResult: (result) => answers.add([position, result]),
      onFailure: (failure) => answers.add([position, failure]),
      onLoss: (failure) => answers.fail(failure),
      onReport: context.of(position).report,
    }))
    yield* answers.take(batch.length)
  }

  #taskOf(individual: Individual, context: ExplainedContext, id = ++this.#tasks): Task {
    const { attempt, directory, checkpoint, restore } = context
    const task = { id, individual: meant(individual, this.space), attempt, directory: directory({ make: false }) }
    if (individual.budget === undefined) return task
    return { ...task, checkpoint: checkpoint({ make: false }), restore: restore() }
  }

  override namedFiles() {
    const { program, workingDirectory = '.' } = this.#options
    const folder = resolve(workingDirectory)
    const words = wordsThatNameFiles(program, folder).map((name) => resolve(folder, name))
    return { folder, paths: withPythonImports(words) }
  }

  override explain(individual: Individual, context: ExplainedContext): Explanation {
    const { program, workingDirectory = '.', environment = {}, setup } = this.#options
    const runsIn = resolve(workingDirectory)
    const line = lineOf(this.#taskOf(individual, context, 1)).trimEnd()
    return {
      facts: [
        ...(setup ? [['setup', setup.join('; ')] as const] : []),
        ['program', program.map(quoteWord).join(' ')],
        ['runs in', runsIn],
        ['line', line],
        ['result', 'a line of standard output: {"id": 1, "result": ...}'],
      ],
      files: [],
      written: [],
      byHand: shellLines(program, {
        setup,
        directory: runsIn,
        environment,
        unsaid: Object.keys(environment),
        input: line,
      }),
      unused: [],
    }
  }

  override async close(): Promise<void> {
    await this.#process?.close()
    this.#process = undefined
  }

  /** The process, or a fresh one in place of one that is of no more use. */
  async #usable(signal?: AbortSignal): Promise<WarmProcess> {
    signal?.throwIfAborted()
    if (this.#process?.isUsable) return this.#process
    const { program, environment, workingDirectory, setup, ready = usualPatienceMs } = this.#options
    const isKnownToBeSilent = this.#process?.saysReady === false
    const own = { ...hiddenVariables(process.env), ...environment }
    const made = setup ? await setUp(setup, own, workingDirectory, new AbortController().signal) : {}
    this.#process = new WarmProcess(program, { ...own, ...made }, workingDirectory)
    await this.#process.ready(isKnownToBeSilent ? 0 : ready)
    return this.#process
  }
}

export default function program(options: ProgramOptions): Optimizee {
  return new Program(options)
}

/** Has the process given up when the signal says so, until it is disposed of. */
function endedBy(signal: AbortSignal, process: WarmProcess): Disposable {
  const onAbort = () => process.giveUp(abortion(signal, process.lastWords))
  signal.addEventListener('abort', onAbort, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) }
}

/** Why a program is ended whose result is not wanted any more. */
function abortion({ reason }: AbortSignal, lastWords: string): SimulationFailure {
  const { name, message } = reason as Error
  const kind = name === 'TimeoutError' ? 'timeout' : 'threw'
  return new SimulationFailure({ kind, message: `The program was ended: ${message}${lastWords}.` })
}
