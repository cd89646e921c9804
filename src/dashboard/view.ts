import type { ScreenReader } from '../record/screen-reader.ts'
import type { Query } from './query.ts'

/** What a view is made from. */
export interface ViewContext {
  readonly record: ScreenReader
  readonly query: Query
  /** Milliseconds since 1970. */
  readonly now: number
}

/** One answer to the page, as large as a screen. */
export type View = (context: ViewContext) => object | Promise<object>

/** A picture shows no more evaluations than this, spread evenly; who looks closer sees more of them. */
export const mostDrawn = 40_000

/** From so many evaluations it is told how large numbers are, and what matters. */
export const mostSampled = 4000
