import type { ChannelPosition, RunRecord, WorkerEnd } from '../core/record.ts'
import type { Statement } from '../system/database.ts'
import type { RecordFile } from './record-file.ts'

/** Stores workers, how far each was read, and why it ended, in the transaction that is open. */
export class WorkerWriter {
  readonly #file: RecordFile
  readonly #setPosition: Statement

  constructor(file: RecordFile) {
    this.#file = file
    this.#setPosition = file.prepare('update workers set segment = ?, offset = ? where worker = ?')
  }

  /** The number of a new worker, beyond those that are taken. */
  add(launcher: string, taken: number): number {
    const { lastInsertRowid } = this.#file.run(
      'insert into workers (worker, epoch, launcher, launched) select 1 + max(?, coalesce(max(worker), 0)), ?, ?, ? from workers',
      taken,
      this.#file.epoch,
      launcher,
      new Date().toISOString(),
    )
    return Number(lastInsertRowid)
  }

  /** What a worker has said of itself. */
  write({ worker, host, space, pid, started, provenance = {} }: Parameters<RunRecord['writeWorker']>[0]): void {
    this.#file.run(
      'update workers set host = ?, space = ?, pid = ?, started = ?, provenance = ? where worker = ?',
      host,
      space,
      pid,
      started,
      JSON.stringify(provenance),
      worker,
    )
  }

  move(positions: readonly ChannelPosition[]): void {
    for (const { worker, segment, offset } of positions) this.#setPosition.run(segment, offset, worker)
  }

  end(ends: readonly WorkerEnd[]): void {
    if (ends.length === 0) return // the time as a text costs as much as a row
    const now = new Date().toISOString()
    for (const { worker, why } of ends) {
      this.#file.run('update workers set ended = ?, why = ? where worker = ?', now, why, worker)
    }
  }
}
