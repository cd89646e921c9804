import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeMessage, encodeMessage } from '../../../runtime/channel/protocol.ts'
import {
  aFunction,
  anything,
  aRecord,
  aText,
  checkArgument,
  checkOptions,
  needOptions,
  type OptionCheck,
  refuseSurplus,
  wholeFrom,
} from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { configText, convertJson } from './convert-json.ts'
import { type ExperimentProcesses, experimentProcesses } from './experiment-processes.ts'
import type { LoggerKwargs } from './output-directory.ts'
import { progressName } from './progress-file.ts'

export interface LoggerOptions extends LoggerKwargs {
  /** The name of the table of tab-separated values. */
  readonly outputFname?: string | undefined
  /** Takes what is shown to people; standard output by default. */
  readonly print?: ((text: string) => void) | undefined
  /** All of them log, the first one writes; those of the experiment that runs here by default. */
  readonly processes?: ExperimentProcesses | undefined
}

export type LoggedValue = number | string | boolean

/**
 * Writes down how an experiment goes: a table with a row per epoch, its configuration, its state.
 *
 * @example
 * const logger = new Logger(loggerKwargs)
 * logger.saveConfig(kwargs)
 * logger.logTabular('Epoch', epoch)
 * await logger.dumpTabular()
 */
export class Logger {
  readonly outputDir: string
  readonly expName: string
  protected readonly processes: ExperimentProcesses
  readonly #file: string
  readonly #print: (text: string) => void
  #headers: readonly string[] | undefined
  #row = new Map<string, LoggedValue>()

  constructor(options: LoggerOptions, ...surplus: readonly never[]) {
    checkOptions('Logger', options, {
      outputDir: aText,
      expName: aText,
      outputFname: aText,
      print: aFunction,
      processes: anything,
    })
    refuseSurplus('Logger', 1, surplus)
    needOptions('Logger', options, 'outputDir')
    const { outputDir, expName, outputFname = progressName, processes = experimentProcesses() } = options
    this.outputDir = outputDir
    this.expName = expName
    this.processes = processes
    this.#file = join(outputDir, outputFname)
    this.#print = options.print ?? ((text) => void process.stdout.write(text))
    if (this.#writes) {
      mkdirSync(outputDir, { recursive: true })
      writeFileSync(this.#file, '')
    }
  }

  /** Says something to whoever watches. */
  log(message: string, ...surplus: readonly never[]): void {
    refuseSurplus('log', 1, surplus, '')
    if (this.#writes) this.#print(`${message}\n`)
  }

  /** Writes what the experiment was given to `config.json`; of what is no data, the name. */
  saveConfig(config: Readonly<Record<string, unknown>>, ...surplus: readonly never[]): void {
    refuseSurplus('saveConfig', 1, surplus, '')
    checkArgument('saveConfig', 'the configuration', config, aRecord)
    if (this.#writes) writeConfig(this.outputDir, this.expName, config)
  }

  /**
   * A value for a column of the row that is being put together.
   * @throws RangeError if the column has a value already, or was not in the first row
   */
  logTabular(key: string, value: LoggedValue, ...surplus: readonly never[]): void {
    refuseSurplus('logTabular', 2, surplus, '')
    checkArgument('logTabular', `the value of ${show(key)}`, value, aLoggedValue)
    this.addColumn(key)
    this.#row.set(key, value)
  }

  /** Writes plain data, typed arrays included, to `vars.msgpack`, or to a file of its own for every iteration. */
  saveState(state: unknown, iteration?: number, ...surplus: readonly never[]): void {
    refuseSurplus('saveState', 2, surplus, '')
    if (iteration !== undefined) checkArgument('saveState', 'the iteration', iteration, wholeFrom(0))
    if (this.#writes) writeFileSync(statePath(this.outputDir, iteration), encodeMessage(state))
  }

  /** Writes the row to the table, and shows it. With several processes it must be waited for. */
  async dumpTabular(): Promise<void> {
    this.#headers ??= [...this.#row.keys()]
    if (this.#writes) {
      const row = this.#headers.map((key) => this.#row.get(key) ?? '')
      this.#print(framedTable(this.#headers, row))
      const isFirst = readFileSync(this.#file).length === 0
      appendFileSync(this.#file, `${isFirst ? `${lineOf(this.#headers)}\n` : ''}${lineOf(row)}\n`)
    }
    this.#row = new Map()
  }

  /** Keeps a place in the row for a column, so that columns stand in the order in which they were logged. */
  protected addColumn(key: string): void {
    if (key === '' || /[\t\r\n]/.test(key)) {
      throw new RangeError(`a column needs a name without tabs and line ends, got ${show(key)}`)
    }
    if (this.#headers && !this.#headers.includes(key)) {
      throw new RangeError(
        `the column ${key} is new, but the table has had ${this.#headers.join(', ')} since the first row`,
      )
    }
    if (this.#row.has(key)) throw new RangeError(`the column ${key} has a value already; was dumpTabular not called?`)
    this.#row.set(key, '')
  }

  protected setColumn(key: string, value: LoggedValue): void {
    this.#row.set(key, value)
  }

  get #writes(): boolean {
    return this.processes.rank === 0
  }
}

/** What `saveState` has written. */
export function loadState(outputDir: string, iteration?: number): unknown {
  checkArgument('loadState', 'the output directory', outputDir, aText)
  return decodeMessage(readFileSync(statePath(outputDir, iteration)))
}

export function writeConfig(outputDir: string, expName: string, config: Readonly<Record<string, unknown>>): void {
  const converted = convertJson(config) as Record<string, never>
  writeFileSync(join(outputDir, 'config.json'), configText({ ...converted, exp_name: expName }))
}

function statePath(outputDir: string, iteration: number | undefined): string {
  return join(outputDir, `vars${iteration ?? ''}.msgpack`)
}

/** The cells of the table: what can be written there and read again. */
const aLoggedValue: OptionCheck = (value) =>
  ['number', 'string', 'boolean'].includes(typeof value)
    ? undefined
    : `needs a number, a text, true or false, got ${show(value)}`

function lineOf(cells: readonly LoggedValue[]): string {
  return cells.map((cell) => String(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')
}

function framedTable(headers: readonly string[], row: readonly LoggedValue[]): string {
  const width = Math.max(15, ...headers.map((header) => header.length))
  const line = '-'.repeat(22 + width)
  const rows = headers.map((header, i) => `| ${header.padStart(width)} | ${short(row[i]!).padStart(15)} |`)
  return `${[line, ...rows, line].join('\n')}\n`
}

/** Three significant digits are enough to watch. */
function short(cell: LoggedValue): string {
  if (typeof cell !== 'number' || !Number.isFinite(cell)) return String(cell)
  const exponent = cell === 0 ? 0 : Math.floor(Math.log10(Math.abs(cell)))
  return exponent < -4 || exponent > 5 ? cell.toExponential(2) : String(Number(cell.toPrecision(exponent > 2 ? 6 : 3)))
}
