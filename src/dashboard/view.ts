import { setImmediate } from 'node:timers/promises'
import type { ScreenReader } from '../record/screen-reader.ts'
import type { Query } from './query.ts'

/** What a view is made from. */
export interface ViewContext {
  readonly record: ScreenReader
  readonly query: Query
  /** Milliseconds since 1970. */
  readonly now: number
  readonly signal: AbortSignal
}

/** One answer to the page, as large as a screen. */
export type View = (context: ViewContext) => object | Promise<object>

/** So many rows pass before others get their turn. */
const rowsAtOnce = 10_000

/** The rows, with room for other requests between them; ends when nobody waits for the answer any more. */
export async function* passing<Row>(rows: Iterable<Row>, signal: AbortSignal): AsyncGenerator<readonly Row[], void> {
  let batch: Row[] = []
  for (const row of rows) {
    batch.push(row)
    if (batch.length < rowsAtOnce) continue
    yield batch
    batch = []
    await setImmediate()
    signal.throwIfAborted()
  }
  yield batch
}
