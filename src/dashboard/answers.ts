import type { FailureGroup } from '../record/failure-groups.ts'
import type { IndividualDocument } from '../record/individual-document.ts'
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
  /** Whether between two whole numbers there is none. */
  readonly isWhole?: boolean
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
  /** How many of the evaluations in this part of the search are in the picture. */
  readonly drawn: DrawnPart
  readonly summary: string
}

export interface DrawnPart {
  readonly all: number
  readonly count: number
}

export interface ParametersAnswer {
  readonly objectives: readonly string[]
  readonly y: AxisAnswer
  readonly drawn: DrawnPart
  /** How many evaluations importance was estimated from. */
  readonly sampled: number
  /** Less important parameters that are not drawn. */
  readonly left: number
  readonly parameters: readonly ParameterPicture[]
}

export interface ParameterPicture {
  readonly x: AxisAnswer
  /** The levels of what has no order, from left to right. */
  readonly labels: readonly string[] | null
  readonly importance: number | null
  readonly density: DensityAnswer
  /** Where the best individual stands, from 0 to 1. */
  readonly best: number | null
  readonly summary: string
}

export interface IndividualsAnswer {
  readonly total: number
  readonly offset: number
  readonly order: string
  readonly isDescending: boolean
  readonly objectives: readonly string[]
  readonly parameters: readonly string[]
  /** Further parameters, which have no column. */
  readonly left: number
  readonly rows: readonly IndividualLine[]
}

export interface IndividualLine {
  readonly name: string
  readonly outcome: string
  readonly fitness: readonly (number | string)[]
  readonly parameters: readonly (number | string)[]
  readonly milliseconds: number | null
  readonly worker: number | null
  readonly cause: string | null
}

export interface IndividualAnswer {
  readonly name: string
  readonly document: IndividualDocument
  readonly made: string | null
  readonly parents: readonly string[]
  readonly children: readonly string[]
  readonly logs: readonly { readonly title: string; readonly text: string }[]
  /** What was left out so that the answer is not larger than a screen. */
  readonly left: string | null
  readonly commands: readonly string[]
}

export interface WorkersAnswer {
  readonly x: AxisAnswer
  readonly columns: number
  readonly rows: readonly WorkerRowAnswer[]
  readonly summary: string
}

export interface WorkerRowAnswer {
  readonly label: string
  readonly host: string
  /** Places from 0 to 1 between which it lived. */
  readonly from: number
  readonly to: number
  readonly why: string | null
  readonly isLost: boolean
  /** A digit for each column: in how much of that time something was simulated, in ninths. */
  readonly busy: string
  /** A digit for each column: how many attempts failed then, 9 is nine or more. */
  readonly failed: string
}

export interface HealthAnswer {
  readonly notes: readonly { readonly kind: 'good' | 'note' | 'warning'; readonly sentence: string }[]
}

export interface ReportsAnswer {
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly curves: readonly {
    readonly name: string
    readonly isBest: boolean
    readonly points: readonly (readonly [step: number, value: number])[]
  }[]
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
