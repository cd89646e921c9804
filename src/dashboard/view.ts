import type { ScreenReader } from '../record/screen-reader.ts'
import type { DrawnPart } from './answers.ts'
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

/** The most evaluations from which it is told how large numbers are, and what matters. */
export const mostSampled = 4000

/** How much is drawn of a part of a search with so many individuals: all of it, but for what is still to be evaluated, if there is room. */
export function drawnOf(rows: readonly unknown[], individuals: number): DrawnPart {
  return { all: individuals <= mostDrawn ? rows.length : individuals, count: rows.length }
}
