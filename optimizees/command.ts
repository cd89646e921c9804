import { existsSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SimulationFailure, type SimulationResult } from '../src/core/evaluation.ts'
import type { Individual } from '../src/core/individual.ts'
import { type ObjectiveMap, Objectives } from '../src/core/objectives.ts'
import { Optimizee, type SimulationContext } from '../src/core/optimizee.ts'
import { type ParameterDefinition, parameterFrom, Space } from '../src/core/space.ts'
import { fillTemplate, mentions, parseTemplate, type Template } from './shared/placeholders.ts'
import { type ProgramEnd, runProgram } from './shared/run-program.ts'

/** A simulation that is a program, as plain data. */
export interface CommandOptions {
  /** The program and its arguments, with placeholders; no shell sees them. */
  readonly command: readonly string[]
  readonly parameters: readonly (readonly [name: string, definition: ParameterDefinition])[]
  readonly objectives: ObjectiveMap
  readonly result: CommandResult
  /** In addition to this process's environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly workingDirectory?: string | undefined
}

/**
 * Where the command says its result, which is JSON: a number, an array, or an object with the objectives' names.
 * On standard output it is the last line that is not empty. A relative path of a file (it may have placeholders) lies in
 * the individual's directory if the command is told that directory, and else where the command runs; a path that all
 * individuals would share there makes the command run in the individual's directory, with those arguments that name
 * files of the working directory made absolute.
 */
type CommandResult = { readonly from: 'stdout' } | { readonly from: 'file'; readonly path: string }

/** What placeholders stand for beside parameters. */
const reserved = ['seed', 'generation', 'index', 'attempt', 'directory', 'parameters'] as const
type Reserved = (typeof reserved)[number]

/** A result on standard output is looked for in this many bytes of its end. */
const stdoutBytes = 2 ** 20
/** A result file is read up to this size. */
const fileBytes = 64 * 2 ** 20

/** Any program in any language. */
class Command extends Optimizee {
  readonly #options: CommandOptions
  readonly #command: readonly Template[]
  readonly #resultPath: Template | undefined

  constructor(options: CommandOptions) {
    const { command, parameters, objectives, result } = options
    if (command.length === 0) throw new RangeError('a command needs at least a program, got none')
    const taken = parameters.find(([name]) => isReserved(name))
    if (taken) {
      throw new RangeError(
        `a parameter cannot be called ${taken[0]}: the placeholder {${taken[0]}} has a meaning already`,
      )
    }
    const space = new Space<Record<string, unknown>>(
      parameters.map(([name, definition]) => [name, parameterFrom(definition)] as const),
    )
    super(space, new Objectives(objectives), { module: import.meta.url, options })
    const known = [...space.names, ...reserved]
    this.#options = options
    this.#command = command.map((text) => parseTemplate(text, known))
    this.#resultPath = result.from === 'file' ? parseTemplate(result.path, known) : undefined
    if (this.#resultPath && !this.#isOwnPath(this.#resultPath) && isAbsolute(this.#resultPath)) {
      throw new RangeError(
        `the result file ${JSON.stringify(result.from === 'file' && result.path)} would be the same for all individuals; ` +
          'name it relative to the individual, or by {generation} and {index}',
      )
    }
  }

  override async simulate(individual: Individual, context: SimulationContext): Promise<SimulationResult> {
    context.signal.throwIfAborted()
    const values = new Values(individual, context)
    const filled = this.#command.map((template) => fillTemplate(template, values.of))
    const command = this.#runsInOwnDirectory ? this.#absolute(filled) : filled
    const file = this.#resultPath && this.#prepareResultFile(this.#resultPath, individual, values)
    const end = await this.#run(command, individual, context, values)
    if (context.signal.aborted) throw abortion(context.signal)
    if (end.signal !== undefined) {
      const message = `The command was ended by ${end.signal}.`
      throw new SimulationFailure({ kind: 'exit', message, signal: end.signal })
    }
    if (end.exitCode !== 0) {
      const message = `The command ended with exit code ${end.exitCode}.`
      throw new SimulationFailure({ kind: 'exit', message, exitCode: end.exitCode })
    }
    return file === undefined ? readLastLine(end) : readResultFile(file)
  }

  async #run(command: string[], individual: Individual, { signal, attempt }: SimulationContext, values: Values) {
    const { environment } = this.#options
    const workingDirectory = this.#runsInOwnDirectory ? values.of('directory') : this.#options.workingDirectory
    const program = command[0]!
    try {
      const end = await runProgram(command, {
        environment: {
          ...environment,
          TWOLOOP_GENERATION: String(individual.generation),
          TWOLOOP_INDEX: String(individual.index),
          TWOLOOP_SEED: String(individual.seed),
          TWOLOOP_ATTEMPT: String(attempt),
          TWOLOOP_DIRECTORY: values.directory,
        },
        workingDirectory,
        signal,
        keep: stdoutBytes,
      })
      if (end.error === undefined) return end
      throw Object.assign(new Error(end.error), { code: end.errorCode })
    } catch (error) {
      throw notStarted(program, workingDirectory, error as NodeJS.ErrnoException)
    }
  }

  /** Where the result will be; what an earlier attempt left there is removed. */
  #prepareResultFile(path: Template, individual: Individual, values: Values): string {
    if (individual.replicate > 0 && !this.#isInDirectory(path) && !this.#runsInOwnDirectory) {
      const message =
        'The result file is the same for all replicates of a point; let the command write it to {directory}.'
      throw new SimulationFailure({ kind: 'bad-result', message })
    }
    const { workingDirectory = '.' } = this.#options
    const base = this.#isToldDirectory || this.#runsInOwnDirectory ? values.of('directory') : workingDirectory
    const file = resolve(base, fillTemplate(path, values.of))
    rmSync(file, { force: true })
    return file
  }

  /** Arguments that name files of the working directory, as they are named from anywhere. */
  #absolute([program, ...args]: readonly string[]): string[] {
    const { workingDirectory = '.' } = this.#options
    const files = args.map((text) => [text, resolve(workingDirectory, text)] as const)
    return [program!, ...files.map(([text, path]) => (text !== '' && existsSync(path) ? path : text))]
  }

  get #runsInOwnDirectory(): boolean {
    return this.#resultPath !== undefined && !this.#isOwnPath(this.#resultPath)
  }

  get #isToldDirectory(): boolean {
    return this.#command.some((template) => mentions(template, 'directory'))
  }

  #isInDirectory(path: Template): boolean {
    return mentions(path, 'directory') || (this.#isToldDirectory && !isAbsolute(path))
  }

  /** Whether no two individuals share the file. */
  #isOwnPath(path: Template): boolean {
    return this.#isInDirectory(path) || (mentions(path, 'generation') && mentions(path, 'index'))
  }
}

export default function command(options: CommandOptions): Optimizee {
  return new Command(options)
}

/** What the placeholders stand for in one attempt; the directory is made when it is first asked for. */
class Values {
  readonly #individual: Individual
  readonly #context: SimulationContext
  #directory: string | undefined

  constructor(individual: Individual, context: SimulationContext) {
    this.#individual = individual
    this.#context = context
  }

  /** The individual's directory, if anybody has asked for it. */
  get directory(): string | undefined {
    return this.#directory
  }

  readonly of = (placeholder: string): string => {
    const individual = this.#individual
    if (!isReserved(placeholder)) return textOf(individual.parameters[placeholder])
    switch (placeholder) {
      case 'seed':
        return String(individual.seed)
      case 'generation':
        return String(individual.generation)
      case 'index':
        return String(individual.index)
      case 'attempt':
        return String(this.#context.attempt)
      case 'directory':
        this.#directory ??= this.#context.directory()
        return this.#directory
      case 'parameters':
        return JSON.stringify(individual.parameters)
    }
  }
}

function isAbsolute({ parts: [first] }: Template): boolean {
  return typeof first === 'string' && first.startsWith('/')
}

function isReserved(name: string): name is Reserved {
  return (reserved as readonly string[]).includes(name)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function abortion({ reason }: AbortSignal): unknown {
  if (!(reason instanceof Error) || reason.name !== 'TimeoutError') return reason
  return new SimulationFailure({ kind: 'timeout', message: `The command was ended: ${reason.message}.` })
}

function notStarted(
  program: string,
  workingDirectory: string | undefined,
  error: NodeJS.ErrnoException,
): SimulationFailure {
  const message = `The command ${JSON.stringify(program)} cannot be started: ${whyNot(workingDirectory, error)}.`
  return new SimulationFailure({ kind: 'threw', message, stack: error.stack })
}

function whyNot(workingDirectory: string | undefined, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return workingDirectory !== undefined && !isDirectory(workingDirectory)
        ? `there is no working directory ${workingDirectory}`
        : 'there is no such program'
    case 'EACCES':
      return 'it is not executable'
    case 'E2BIG':
      return 'its arguments are too long'
    default:
      return message
  }
}

function readLastLine({ tail, cut }: ProgramEnd): SimulationResult {
  const text = tail.toString('utf8').trimEnd()
  if (text === '')
    throw badResult('The command printed no result; wanted JSON in the last line of its standard output.')
  const begin = text.lastIndexOf('\n') + 1
  if (cut && begin === 0) throw badResult(`The last line of standard output is longer than ${stdoutBytes} bytes.`)
  return parseResult(text.slice(begin), 'The last line of standard output')
}

async function readResultFile(path: string): Promise<SimulationResult> {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) throw badResult(`The command left no result file ${path}.`)
  if (!status.isFile()) throw badResult(`The result file ${path} is not a regular file.`)
  if (status.size > fileBytes) throw badResult(`The result file ${path} is longer than ${fileBytes} bytes.`)
  return parseResult(await readFile(path, 'utf8'), `The result file ${path}`)
}

/** Whether it is a fitness is judged by whoever has asked for the simulation. */
function parseResult(text: string, what: string): SimulationResult {
  try {
    return JSON.parse(text) as SimulationResult
  } catch {
    const begin = text.trim().slice(0, 80)
    const shown = begin === '' ? 'nothing' : JSON.stringify(begin) + (text.trim().length > 80 ? ' ...' : '')
    throw badResult(`${what} must be JSON, got ${shown}.`)
  }
}

function badResult(message: string): SimulationFailure {
  return new SimulationFailure({ kind: 'bad-result', message })
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
