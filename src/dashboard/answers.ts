import type { FailureGroup } from '../record/failure-groups.ts'
import type { RunSummary } from '../record/summary.ts'

/** What the page asks for, in the form in which it comes: the server makes it, the page shows it. */

/** A run in the list of all: what it is and how far, or why it cannot be shown. */
export type RunLine = { readonly number: number; readonly name: string } & (
  | { readonly summary: RunSummary }
  | { readonly problem: string }
)

export interface RunsAnswer {
  readonly root: string
  readonly runs: readonly RunLine[]
}

export interface OverviewAnswer {
  readonly summary: RunSummary
  /** Evaluations per second since the runner was started last; null if that cannot be told. */
  readonly rate: number | null
  /** Until all generations are done, at this rate; null if that cannot be told. */
  readonly secondsLeft: number | null
  readonly failures: readonly (FailureGroup & { readonly commands: readonly string[] })[]
  readonly settings: readonly (readonly [name: string, value: string])[]
  /** Lines for a shell that show more of this run. */
  readonly commands: readonly string[]
}

export interface AxisAnswer {
  readonly scale: 'linear' | 'log'
  readonly low: number
  readonly high: number
  readonly name: string
}

/** Points as counts: cell after cell from below, column after column. */
export interface DensityAnswer {
  readonly columns: number
  readonly rows: number
  readonly counts: readonly number[]
  /** Points above or below the picture, counted at its edge. */
  readonly beyond: number
}

export interface HistoryAnswer {
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly objectives: readonly string[]
  readonly density: DensityAnswer
  /** For each column, from left to right; null where nothing was evaluated. */
  readonly best: readonly (number | null)[]
  readonly quarter: readonly (number | null)[]
  readonly median: readonly (number | null)[]
  readonly threeQuarters: readonly (number | null)[]
  readonly done: number
  readonly failed: number
  readonly summary: string
}

/** What is wrong, in a sentence. */
export interface ProblemAnswer {
  readonly problem: string
}

/** What is told when something has changed. */
export interface LiveEvent {
  readonly status: string
  readonly done: number
  readonly failed: number
  readonly generations: number
  readonly best: readonly number[] | null
}
