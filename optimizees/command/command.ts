import { existsSync, rmSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { SimulationResult } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import {
  type ExplainedContext,
  type Explanation,
  type GivenFile,
  Optimizee,
  type SimulationContext,
} from '../../src/core/optimizee.ts'
import { quoteWord } from '../../src/core/shell-words.ts'
import { parameterFrom, Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { layFiles } from '../../src/system/given-files.ts'
import { hiddenVariables } from '../../src/system/hidden-variables.ts'
import type { Variables } from '../../src/system/process-group.ts'
import { wordsThatNameFiles } from '../shared/named-files.ts'
import { fillTemplate, mentions, type Template } from '../shared/placeholders.ts'
import { withPythonImports } from '../shared/python-imports.ts'
import { shellLines } from '../shared/shell-lines.ts'
import { describePlaces } from './describe-places.ts'
import { abortion, failureOfEnd, notStarted } from './failures.ts'
import { GivenVariables } from './given-variables.ts'
import { MemoryKills } from './memory-kills.ts'
import type { CommandOptions } from './options.ts'
import { checkInput, nameOf, OwnDirectory } from './own-directory.ts'
import { readLastLine, readNamed, readResultFile } from './read-result.ts'
import { filesOfResult, ResultFiles } from './result-files.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'
import { setUp } from './setup.ts'
import { reserved, reservedByBudget, Values } from './values.ts'
import { fillWords, parseWord, tells, type Word } from './word.ts'

/** A result on standard output is looked for in this many bytes of its end. */
const stdoutBytes = { stdout: 2 ** 20, file: 2 ** 16, names: 16 * 2 ** 20 }

/** Any program in any language. */
class Command extends Optimizee {
  override readonly canReport = false
  readonly #options: CommandOptions
  readonly #command: readonly Word[]
  readonly #results: ResultFiles
  readonly #own: OwnDirectory
  readonly #variables: GivenVariables
  /** The parameters that may be absent. */
  readonly #conditional: ReadonlySet<string>
  /** What the lines of setup gave, once for all commands of this process. */
  #setUp: Variables | undefined
  #memoryKills: MemoryKills | undefined
  /** What in the environment of this process, the same for all of its life, its commands are not to see. */
  #hidden: Variables | undefined

  constructor(options: CommandOptions) {
    const {
      command,
      parameters,
      objectives,
      templates = [],
      files = [],
      workingDirectory = '.',
      environment = {},
      input,
      seeds,
      budget,
      result,
    } = options
    if (command.length === 0) throw new RangeError('a command needs at least a program, got none')
    const placeholders: readonly string[] = budget === undefined ? reserved : [...reserved, ...reservedByBudget]
    const taken = parameters.find(([name]) => placeholders.includes(name))
    if (taken) {
      throw new RangeError(
        `a parameter cannot be called ${taken[0]}: the placeholder {${taken[0]}} has a meaning already`,
      )
    }
    if (seeds && !(Number.isSafeInteger(seeds.below) && seeds.below > 0)) {
      throw new RangeError(`seeds need to be below a positive whole number, got ${show(seeds.below)}`)
    }
    const space = new Space<Record<string, unknown>>(
      parameters.map(([name, definition]) => [name, parameterFrom(definition)] as const),
    )
    super(space, new Objectives(objectives), { module: import.meta.url, options })
    const known = [...space.names, ...placeholders]
    this.#options = options
    this.budget = budget
    this.#command = command.map((text) => parseWord(text, known, parameters))
    const [program] = this.#command
    if (program!.flag !== undefined) {
      throw new RangeError(`a command needs a program first, got a flag of the parameter ${program!.flag.name}`)
    }
    this.#variables = new GivenVariables(environment, known)
    this.#results = new ResultFiles(filesOfResult(result, this.objectives.names), known, this.#isToldDirectory)
    this.#conditional = new Set(parameters.flatMap(([name, { when }]) => (when === undefined ? [] : [name])))
    this.#checkNamed('program', program!.template)
    for (const path of this.#results.templates) this.#checkNamed('result file', path)
    const { shared } = this.#results
    const written = isInputFile(input) ? [input.file, ...shared] : shared
    this.#own = new OwnDirectory(templates, files, workingDirectory, known, written)
    if (isInputFile(input)) checkInput(input.file, this.#own.names)
    this.#results.checkApart()
  }

  #checkNamed(what: string, template: Template): void {
    const absent = [...this.#conditional].find((name) => mentions(template, name))
    if (absent === undefined) return
    throw new RangeError(
      `the ${what} cannot be named by {${absent}}: that parameter has a condition, and may be absent`,
    )
  }

  override async simulate(individual: Individual, context: SimulationContext): Promise<SimulationResult> {
    const { signal } = context
    signal.throwIfAborted()
    const { seeds, setup, workingDirectory } = this.#options
    const values = new Values(individual, context, seeds?.below, this.space.meaningOf(individual.parameters))
    this.#setUp ??= setup
      ? await setUp(setup, this.#surroundings(this.#variables.common), workingDirectory, signal)
      : {}
    const command = this.#words(values)
    if (this.#runsInOwnDirectory) layFiles(values.of('directory'), this.#files(values))
    const paths = this.#resultPaths(values)
    this.#results.makeRoom(paths, individual, this.#runsInOwnDirectory)
    try {
      const end = await this.#run(command, context, values)
      const result = await this.#read(end, paths)
      this.#clear(values, this.#keep !== 'always')
      return result
    } catch (error) {
      this.#clear(values, this.#keep === 'never')
      throw error
    }
  }

  override namedFiles() {
    const { command, workingDirectory = '.', templates = [], files = [], input } = this.#options
    const folder = resolve(workingDirectory)
    const own = [...this.#results.names, ...(isInputFile(input) ? [input.file] : [])].map(nameOf)
    const words = wordsThatNameFiles(command, folder).filter((word) => !own.includes(nameOf(word)))
    const given = [...templates.map((given) => (typeof given === 'string' ? given : given.file)), ...files]
    const path = (name: string) => resolve(folder, name)
    return { folder, paths: [...withPythonImports(words.map(path)), ...given.map(path)] }
  }

  override explain(individual: Individual, { attempt, directory, checkpoint, restore }: ExplainedContext): Explanation {
    const { seeds, workingDirectory = '.', input, setup, result } = this.#options
    const places = {
      directory: () => directory({ make: false }),
      checkpoint: () => checkpoint({ make: false }),
      restore,
    }
    const values = new Values(
      individual,
      { attempt, ...places },
      seeds?.below,
      this.space.meaningOf(individual.parameters),
    )
    const words = this.#words(values)
    const files = this.#runsInOwnDirectory ? this.#files(values) : []
    const paths = this.#resultPaths(values)
    const runsIn = this.#runsInOwnDirectory ? values.of('directory') : resolve(workingDirectory)
    const own = directory({ make: false }) + sep
    const isTold = (name: string) =>
      input !== undefined ||
      this.#command.some((word) => tells(word, name)) ||
      this.#variables.mentions(name) ||
      this.#own.templates.some((one) => mentions(one, name))
    return {
      facts: [
        ...(setup ? [['setup', setup.join('; ')] as const] : []),
        ['command', words.map(quoteWord).join(' ')],
        ['runs in', this.#runsInOwnDirectory ? `${runsIn}, its own` : runsIn],
        ...(input === 'stdin' ? [['input', values.of('parameters')] as const] : []),
        ...describePlaces(result, paths),
      ],
      files,
      written: [...paths.values()].filter((path) => !path.startsWith(own)),
      byHand: shellLines(words, {
        setup,
        directory: runsIn,
        environment: this.#ofIndividual(values),
        unsaid: Object.keys(this.#variables.common),
        input: input === 'stdin' ? values.of('parameters') : undefined,
      }),
      unused: isTold('parameters') ? [] : this.space.names.filter((name) => !isTold(name)),
    }
  }

  async #run(command: readonly string[], { signal, account }: SimulationContext, values: Values): Promise<ProgramEnd> {
    const { result } = this.#options
    const workingDirectory = this.#runsInOwnDirectory ? values.of('directory') : this.#options.workingDirectory
    this.#memoryKills ??= new MemoryKills()
    const memoryKills = this.#memoryKills
    const killsBefore = memoryKills.count
    let end: ProgramEnd
    try {
      end = await runProgram(command, {
        environment: this.#surroundings(this.#ofIndividual(values)),
        workingDirectory,
        signal,
        keep: stdoutBytes[result.from],
        input: this.#options.input === 'stdin' ? `${values.of('parameters')}\n` : undefined,
      })
      if (end.error !== undefined) throw Object.assign(new Error(end.error), { code: end.errorCode })
    } catch (error) {
      throw notStarted(command[0]!, workingDirectory, error as NodeJS.ErrnoException)
    }
    if (end.usage) account(end.usage)
    if (signal.aborted) throw abortion(signal, end.openStep)
    const failure = failureOfEnd(end, () => memoryKills.count > killsBefore)
    if (failure) throw failure
    return end
  }

  #read(end: ProgramEnd, paths: ReadonlyMap<string, string>): SimulationResult | Promise<SimulationResult> {
    const { result } = this.#options
    switch (result.from) {
      case 'stdout':
        return readLastLine(end)
      case 'file':
        return readResultFile(paths.get(result.path)!)
      case 'names':
        return readNamed(result.names, this.objectives.names, end, paths)
    }
  }

  #surroundings(given: Variables): Variables {
    this.#hidden ??= hiddenVariables(process.env)
    return { ...this.#hidden, ...this.#setUp, ...given }
  }

  #ofIndividual(values: Values): Variables {
    const given = this.#variables.of(this.#fillFrom(values)) // which may ask for the directory that values then tell
    return { ...given, ...values.environment }
  }

  /** What placeholders stand for; undefined of parameters that do not apply. */
  #fillFrom(values: Values): (placeholder: string) => string | undefined {
    const isAbsent = (name: string) => this.#conditional.has(name) && values.parameters[name] === undefined
    return (name) => (isAbsent(name) ? undefined : values.of(name))
  }

  /** The words of the command; where it runs in a directory of its own, they name files from there. */
  #words(values: Values): string[] {
    const filled = fillWords(this.#command, values.parameters, values.of)
    return this.#runsInOwnDirectory ? this.#absolute(filled, values) : filled
  }

  /** What stands in the individual's directory before the command runs there. */
  #files(values: Values): GivenFile[] {
    const { input } = this.#options
    const files = this.#own.files(this.#fillFrom(values))
    return isInputFile(input) ? [...files, { name: input.file, text: `${values.of('parameters')}\n` }] : files
  }

  /** Where the results of the individual will be, by the names that the options have for them. */
  #resultPaths(values: Values): ReadonlyMap<string, string> {
    const { workingDirectory = '.' } = this.#options
    const isInDirectory = this.#isToldDirectory || this.#runsInOwnDirectory
    return this.#results.pathsOf(values, () => (isInDirectory ? values.of('directory') : workingDirectory))
  }

  #clear({ directory }: Values, isUnwanted: boolean): void {
    if (isUnwanted && directory !== undefined) rmSync(directory, { recursive: true, force: true })
  }

  get #keep() {
    return this.#options.keep ?? (this.#isToldDirectory ? 'always' : 'on-failure')
  }

  /** Arguments that name files of the working directory, as they are named from anywhere; but for those that are its own. */
  #absolute([program, ...args]: readonly string[], values: Values): string[] {
    const { workingDirectory = '.', input } = this.#options
    const results = this.#results.templates.map((path) => fillTemplate(path, values.of))
    const own = new Set([...this.#own.names, ...[...results, ...(isInputFile(input) ? [input.file] : [])].map(nameOf)])
    const files = args.map((text) => [text, resolve(workingDirectory, text)] as const)
    const isAway = (text: string, path: string) => text !== '' && !own.has(nameOf(text)) && existsSync(path)
    return [program!, ...files.map(([text, path]) => (isAway(text, path) ? path : text))]
  }

  get #runsInOwnDirectory(): boolean {
    const hasFiles = isInputFile(this.#options.input) || this.#own.names.length > 0
    return hasFiles || this.#results.shared.length > 0
  }

  get #isToldDirectory(): boolean {
    return this.#variables.mentions('directory') || this.#command.some((word) => tells(word, 'directory'))
  }
}

export default function command(options: CommandOptions): Optimizee {
  return new Command(options)
}

function isInputFile(input: CommandOptions['input']): input is { readonly file: string } {
  return input !== undefined && input !== 'stdin'
}
