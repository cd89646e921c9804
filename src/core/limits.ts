/** What ends a search: totals, which may be raised later. */
export interface Limits {
  /** How many generations, or blocks of a steady search, there are at most. */
  readonly generations?: number | undefined
  /** How many individuals are simulated at most, stand-ins not counted. */
  readonly evaluations?: number | undefined
}
