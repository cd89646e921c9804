import { setImmediate } from 'node:timers/promises'
import { ConfigurationError } from '../core/errors.ts'
import { checkOptions, oneOf, refuseSurplus, trueOrFalse } from '../core/options.ts'
import { RecordReader } from '../record/reader.ts'
import { IndividualTable } from './individual-table.ts'
import { LongTable } from './long-table.ts'
import { ProvenanceTable } from './provenance-table.ts'
import { SeriesTable } from './series-table.ts'
import type { Cell, Table } from './table.ts'

export interface TableOptions {
  /**
   * - `wide`: a row for every individual, with a column for every objective and scalar output;
   * - `long`: a row for every objective and output of every individual, with the parameters beside it.
   */
  readonly shape?: 'wide' | 'long' | undefined
  /** Also what simulations reported on their way: a row for every step. */
  readonly reports?: boolean | undefined
  /** Also where each individual was simulated; of wide tables without reports. */
  readonly provenance?: boolean | undefined
  /** Whether only individuals are taken that no other dominates; for wide tables of individuals alone. */
  readonly front?: boolean | undefined
}

/** A row of a run's table, by the names of its columns. */
export type TableRow = Readonly<Record<string, Cell>>

/** The table of a run, as it is in an open record. */
export function openTable(
  record: RecordReader,
  { shape = 'wide', reports = false, provenance = false, front = false }: TableOptions = {},
): Table {
  if (front && (provenance || reports || shape !== 'wide')) {
    const also = provenance ? 'provenance' : reports ? 'reports' : `the shape ${shape}`
    throw new ConfigurationError(`a front stands in a wide table of individuals alone, got ${also} as well`)
  }
  if (provenance && (reports || shape !== 'wide')) {
    const also = reports ? 'reports' : `the shape ${shape}`
    throw new ConfigurationError(`provenance stands in a wide table without reports, got ${also} as well`)
  }
  switch (shape) {
    case 'wide':
      if (provenance) return new ProvenanceTable(record)
      return reports
        ? new SeriesTable(record)
        : new IndividualTable(record, [], front ? record.front().points : undefined)
    case 'long':
      return new LongTable(record, { reports })
  }
}

/** The most rows that are given before others may do something. */
const rowsAtOnce = 1000

/**
 * The individuals of a run as typed rows, as they are when the first is asked for, in (generation, index, replicate) order
 * and in memory that does not grow with their number. The run may be going on.
 *
 * @example for await (const { x, cost } of tableOf('runs/valley')) ...
 * @example for await (const { index, step, report } of tableOf('runs/valley', { reports: true })) ...
 * @throws ConfigurationError if the directory is not one of a run
 */
export async function* tableOf(
  run: string,
  options: TableOptions = {},
  ...surplus: readonly never[]
): AsyncGenerator<TableRow> {
  refuseSurplus('tableOf', 2, surplus)
  checkOptions('tableOf', options, {
    shape: oneOf('wide', 'long'),
    reports: trueOrFalse,
    provenance: trueOrFalse,
    front: trueOrFalse,
  })
  const record = RecordReader.openForReading(run)
  try {
    using _ = record.holdStill()
    const table = openTable(record, options)
    const names = table.columns.map(({ name }) => name)
    let given = 0
    for (const cells of table.rows()) {
      // Entries and no assignment, since a name may be __proto__.
      yield Object.fromEntries(names.map((name, i) => [name, cells[i]!]))
      if (++given % rowsAtOnce === 0) await setImmediate()
    }
  } finally {
    record.close()
  }
}
