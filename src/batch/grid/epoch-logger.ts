import {
  aRecord,
  checkArgument,
  checkOptions,
  type OptionCheck,
  refuseSurplus,
  trueOrFalse,
} from '../../core/options.ts'
import { show } from '../../core/text.ts'
import { type LoggedValue, Logger } from './logger.ts'

export interface Statistics {
  readonly mean: number
  /** The standard deviation of the population, not of a sample of it. */
  readonly std: number
  readonly min: number
  readonly max: number
}

export interface StatisticsOptions {
  /** Whether the table has the extremes too. */
  readonly withMinAndMax?: boolean | undefined
  /** Whether the mean is all, under the key's own name. */
  readonly averageOnly?: boolean | undefined
}

interface Column extends StatisticsOptions {
  readonly key: string
}

/**
 * A logger that gathers many values in an epoch and logs their average, deviation and extremes, over all processes of the
 * experiment.
 *
 * @example
 * const logger = new EpochLogger(loggerKwargs)
 * logger.store({ EpRet: 12.5, EpLen: 200 })
 * logger.logTabular('EpRet', { withMinAndMax: true }) // AverageEpRet, StdEpRet, MaxEpRet, MinEpRet
 * logger.logTabular('EpLen', { averageOnly: true }) // EpLen
 * await logger.dumpTabular()
 */
export class EpochLogger extends Logger {
  #stored = new Map<string, number[]>()
  #columns: Column[] = []

  /** Values of this epoch, one or several for each key. */
  store(values: Readonly<Record<string, number | ArrayLike<number>>>, ...surplus: readonly never[]): void {
    refuseSurplus('store', 1, surplus, '; values stand by their names')
    checkArgument('store', 'the values', values, aRecord)
    for (const [key, given] of Object.entries(values)) {
      checkArgument('store', `the value of ${show(key)}`, given, numbersOfAnEpoch)
      const known = this.#stored.get(key)
      const added = typeof given === 'number' ? [given] : Array.from(given)
      if (!known) this.#stored.set(key, added)
      else for (const value of added) known.push(value)
    }
  }

  /** A value as it stands; or, without one, what was stored under the key, by its statistics. */
  override logTabular(key: string, value: LoggedValue): void
  override logTabular(key: string, options?: StatisticsOptions): void
  override logTabular(key: string, given: LoggedValue | StatisticsOptions = {}, ...surplus: readonly never[]): void {
    refuseSurplus('logTabular', 2, surplus)
    if (typeof given !== 'object') {
      super.logTabular(key, given)
      return
    }
    checkOptions('logTabular', given, { withMinAndMax: trueOrFalse, averageOnly: trueOrFalse })
    const column = { key, ...given }
    if (this.processes.size === 1 && !this.#stored.has(key)) throw nothingStored(key)
    for (const [name] of columnsOf(column)) this.addColumn(name)
    this.#columns.push(column)
  }

  override async dumpTabular(): Promise<void> {
    const columns = this.#columns
    const stored = this.#stored
    this.#columns = []
    this.#stored = new Map([...stored].filter(([key]) => !columns.some((column) => column.key === key)))
    if (columns.length > 0) {
      const values = columns.map(({ key }) => stored.get(key) ?? [])
      const gathered = this.processes.size === 1 ? [values] : await this.processes.allGather(values)
      for (const [i, column] of columns.entries()) {
        const statistics = statisticsOf(
          column.key,
          gathered.flatMap((own) => own[i]!),
        )
        for (const [name, statistic] of columnsOf(column)) this.setColumn(name, statistics[statistic])
      }
    }
    await super.dumpTabular()
  }

  /** What has been stored under a key in this epoch, over all processes, all of which must ask. */
  async getStats(key: string, ...surplus: readonly never[]): Promise<Statistics> {
    refuseSurplus('getStats', 1, surplus, '')
    const gathered = await this.processes.allGather(this.#stored.get(key) ?? [])
    return statisticsOf(key, gathered.flat())
  }
}

const numbersOfAnEpoch: OptionCheck = (given) =>
  typeof given === 'number' ||
  ((Array.isArray(given) || ArrayBuffer.isView(given)) &&
    Array.from(given as ArrayLike<unknown>).every((value) => typeof value === 'number'))
    ? undefined
    : `needs a number, or a list of them, got ${show(given)}`

/** The names of the columns for a key, and what stands in each. */
function columnsOf({ key, averageOnly, withMinAndMax }: Column): (readonly [name: string, keyof Statistics])[] {
  return [
    [averageOnly ? key : `Average${key}`, 'mean'],
    ...(averageOnly ? [] : [[`Std${key}`, 'std'] as const]),
    ...(withMinAndMax ? [[`Max${key}`, 'max'] as const, [`Min${key}`, 'min'] as const] : []),
  ]
}

function statisticsOf(key: string, values: readonly number[]): Statistics {
  if (values.length === 0) throw nothingStored(key)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const [min, max] = values.reduce(
    ([least, most], value) => [value < least ? value : least, value > most ? value : most],
    [values[0]!, values[0]!],
  )
  return { mean, std: Math.sqrt(variance), min, max }
}

function nothingStored(key: string): RangeError {
  return new RangeError(`logTabular('${key}') needs a value, or values that were stored in this epoch, got none`)
}
