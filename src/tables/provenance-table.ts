import type { RecordReader } from '../record/reader.ts'
import type { WorkerRow } from '../record/rows.ts'
import { IndividualTable } from './individual-table.ts'
import type { Cell, Column, Table } from './table.ts'

const ofAttempt: readonly Column[] = [
  { name: 'attempts', kind: 'integer' },
  { name: 'milliseconds', kind: 'number' },
  { name: 'cpuMs', kind: 'number' },
  { name: 'peakMemory', kind: 'integer' },
  { name: 'worker', kind: 'integer' },
  { name: 'host', kind: 'text' },
]

/**
 * The individuals of a run with where each was simulated: worker, host, and whatever workers said of their places (Slurm job,
 * step, node, restarts, CPU), all of the attempt that was accepted.
 */
export class ProvenanceTable implements Table {
  readonly columns: readonly Column[]
  readonly #record: RecordReader
  readonly #individuals: IndividualTable
  readonly #places: ReadonlyMap<number, Readonly<Record<string, string>>>
  readonly #keys: readonly string[]

  constructor(record: RecordReader) {
    this.#record = record
    this.#places = new Map(record.workers().map((worker) => [worker.worker, placeOf(worker)]))
    this.#keys = [...new Set([...this.#places.values()].flatMap((place) => Object.keys(place)))].sort()
    const beside = [...ofAttempt, ...this.#keys.map((name): Column => ({ name, kind: 'text' }))]
    this.#individuals = new IndividualTable(record, beside)
    this.columns = [...this.#individuals.columns, ...beside]
  }

  *rows(): Generator<Cell[]> {
    for (const cells of this.#individuals.rows()) {
      const [generation, index, replicate] = cells as readonly number[]
      const id = { generation: generation!, index: index!, replicate: replicate! }
      const attempts = this.#record.attemptsOf(id)
      const accepted = attempts.find(({ verdict }) => verdict === 'accepted')
      const place = accepted && this.#places.get(accepted.worker)
      const { milliseconds = null, cpuMs = null, peakMemory = null, worker = null, host = null } = accepted ?? {}
      const where = this.#keys.map((key) => place?.[key] ?? null)
      yield [...cells, attempts.length, milliseconds, cpuMs, peakMemory, worker, host, ...where]
    }
  }
}

function placeOf({ provenance }: WorkerRow): Readonly<Record<string, string>> {
  return JSON.parse(provenance) as Record<string, string>
}
