import { resolve } from 'node:path'
import { SimulationFailure, type SimulationResult } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { type ExplainedContext, type Explanation, Optimizee, type SimulationContext } from '../../src/core/optimizee.ts'
import { quoteWord } from '../../src/core/shell-words.ts'
import { parameterFrom, Space } from '../../src/core/space.ts'
import { setUp } from '../command/setup.ts'
import { withoutRanks } from '../shared/rank-variables.ts'
import { shellLines } from '../shared/shell-lines.ts'
import { lineOf } from './lines.ts'
import type { ProgramOptions } from './options.ts'
import { WarmProcess } from './warm-process.ts'

/** Programs that load much say when they are ready; the others need not be waited for much longer than this. */
const usualPatienceMs = 5000

/** Any program in any language, started once and given one individual after the other. */
class Program extends Optimizee {
  readonly #options: ProgramOptions
  #process: WarmProcess | undefined
  #tasks = 0

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
    await this.#usable()
  }

  override async simulate(individual: Individual, context: SimulationContext): Promise<SimulationResult> {
    const { signal, attempt } = context
    signal.throwIfAborted()
    const process = await this.#usable()
    const onAbort = () => process.giveUp(abortion(signal, process.lastWords))
    signal.addEventListener('abort', onAbort, { once: true })
    const task = { id: ++this.#tasks, individual, attempt, directory: context.directory({ make: false }) }
    try {
      return await new Promise<SimulationResult>((onResult, onFailure) =>
        process.simulate(task, { onResult, onFailure, onReport: context.report }),
      )
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  override explain(individual: Individual, { attempt, directory }: ExplainedContext): Explanation {
    const { program, workingDirectory = '.', environment = {}, setup } = this.#options
    const runsIn = resolve(workingDirectory)
    const line = lineOf({ id: 1, individual, attempt, directory: directory({ make: false }) }).trimEnd()
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
      byHand: shellLines(program, { setup, directory: runsIn, environment, input: line }),
      unused: [],
    }
  }

  override async close(): Promise<void> {
    await this.#process?.close()
    this.#process = undefined
  }

  /** The process, or a fresh one in place of one that is of no more use. */
  async #usable(): Promise<WarmProcess> {
    if (this.#process?.isUsable) return this.#process
    const { program, environment, workingDirectory, setup, ready = usualPatienceMs } = this.#options
    const isKnownToBeSilent = this.#process?.saysReady === false
    const own = { ...withoutRanks(process.env), ...environment }
    const made = setup ? await setUp(setup, own, workingDirectory, new AbortController().signal) : {}
    this.#process = new WarmProcess(program, { ...own, ...made }, workingDirectory)
    await this.#process.ready(isKnownToBeSilent ? 0 : ready)
    return this.#process
  }
}

export default function program(options: ProgramOptions): Optimizee {
  return new Program(options)
}

/** Why a program is ended whose result is not wanted any more. */
function abortion({ reason }: AbortSignal, lastWords: string): SimulationFailure {
  const { name, message } = reason as Error
  const kind = name === 'TimeoutError' ? 'timeout' : 'threw'
  return new SimulationFailure({ kind, message: `The program was ended: ${message}${lastWords}.` })
}
