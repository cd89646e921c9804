import type { FailureGroup } from '../record/failure-groups.ts'
import type { IndividualDocument } from '../record/individual-document.ts'
import type { BestIndividual, RunSummary } from '../record/summary.ts'

/** What the page asks for, in the form in which it comes: the server makes it, the page shows it. */

/** A run in the list of all: what it is and how far, or why it cannot be shown. */
export type RunLine = { readonly number: number; readonly name: string } & (
  | {
      readonly summary: ListedRun
      readonly rate: number | null
      readonly secondsLeft: number | null
      /** What Slurm says of its job. */
      readonly slurm: string | null
    }
  | { readonly problem: string }
)

/** As much of a run as its row in the list of all has. */
export type ListedRun = Pick<
  RunSummary,
  | 'status'
  | 'reason'
  | 'generations'
  | 'generationLimit'
  | 'evaluations'
  | 'objectives'
  | 'holder'
  | 'optimizer'
  | 'seed'
  | 'created'
> & { readonly best: Pick<BestIndividual, 'fitness' | 'violation' | 'budget'> | null }

export interface RunsAnswer {
  readonly root: string
  readonly runs: readonly RunLine[]
  /** Runs that wait in Slurm's queue and have not begun, in words. */
  readonly submitted: readonly { readonly name: string; readonly words: string }[]
}

export interface CompareAnswer {
  /** The objectives of all runs together. */
  readonly objectives: readonly string[]
  readonly objective: string
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly groups: readonly ComparedGroup[]
  /** What is not compared, and why. */
  readonly left: readonly string[]
  readonly targets: number
  readonly summary: string
}

/** Runs of the same search with different seeds. */
export interface ComparedGroup {
  readonly name: string
  readonly runs: readonly string[]
  readonly evaluations: number
  /** The best so far over the runs, for each column: the middle half from `low` to `high`, and the middle. */
  readonly low: readonly (number | null)[]
  readonly median: readonly (number | null)[]
  readonly high: readonly (number | null)[]
  /** Which part of targets and runs together is reached, for each column. */
  readonly reached: readonly number[]
}

export interface OverviewAnswer {
  readonly summary: RunSummary
  /** What was asked for beside the space, fact by fact. */
  readonly problem: readonly (readonly [name: string, words: string])[]
  /** What has been found, in sentences. */
  readonly found: string
  /** Whether that is a front, of which no individual is the best. */
  readonly isFront: boolean
  /** How many parameters of the best there are beside those that it is shown with. */
  readonly parametersLeft: number
  /** Evaluations per second since the runner was started last; null if that cannot be told. */
  readonly rate: number | null
  /** The seconds until all generations are done, at this rate; null if they cannot be told. */
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
  /** The part that is looked at. */
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly whole: { readonly x: AxisAnswer; readonly y: AxisAnswer }
  readonly objectives: readonly string[]
  readonly density: DensityAnswer
  /** Evaluations of less than the whole budget, which no line is about; null where there are none. */
  readonly parts: DensityAnswer | null
  /** What the budget counts, where there is one. */
  readonly budget: string | null
  /** The best and the quartiles of each column, from left to right; null where nothing was evaluated. */
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

/** Which individuals are drawn of a problem with a budget: those that have so much of it. */
export interface ShareAnswer {
  /** What the budget counts. */
  readonly name: string
  readonly chosen: number
  /** What can be chosen, the most first, and how many are done with it. */
  readonly others: readonly (readonly [budget: number, done: number])[]
  /** Which are drawn, in words. */
  readonly sentence: string
}

export interface DrawnPart {
  readonly all: number
  readonly count: number
}

export interface ParametersAnswer {
  readonly objectives: readonly string[]
  readonly share: ShareAnswer | null
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

export interface ParallelAnswer {
  readonly objectives: readonly string[]
  readonly share: ShareAnswer | null
  readonly filter: string
  /** The axes from left to right; `column` is the name by which filters know one. */
  readonly axes: readonly (AxisAnswer & {
    readonly column: string
    readonly labels: readonly string[] | null
    /** The levels as they stand in a filter. */
    readonly levels: readonly string[] | null
    /** The part of it that the filter keeps, from 0 to 1; null is all. */
    readonly kept: readonly [from: number, to: number] | null
  })[]
  /** What the filter consists of; `column` is the axis that a part is about, if it is about one. */
  readonly terms: readonly { readonly column: string | null; readonly text: string }[]
  /** Less important parameters without an axis. */
  readonly left: number
  /** How many lines go from which place of an axis to which of the next, for each axis but the last. */
  readonly gaps: readonly DensityAnswer[]
  /** Individuals that a filter keeps, or the best of all, best first; `rank` 0 is the best of all, 1 the worst. */
  readonly lines: readonly {
    readonly name: string
    readonly rank: number
    /** The places on each axis, from 0 to 1; null where there is none. */
    readonly places: readonly (number | null)[]
  }[]
  /** How many individuals the lines stand for. */
  readonly kept: number
  readonly drawn: DrawnPart
  readonly summary: string
}

export interface PairsAnswer {
  readonly objectives: readonly string[]
  readonly share: ShareAnswer | null
  readonly axes: readonly (AxisAnswer & { readonly labels: readonly string[] | null })[]
  readonly left: number
  readonly pairs: readonly PairPicture[]
  readonly drawn: DrawnPart
  readonly summary: string
}

export interface PairPicture {
  /** The numbers of its axes. */
  readonly x: number
  readonly y: number
  readonly columns: number
  readonly rows: number
  /** Cell after cell from below, column after column: a dot where nobody is, else the mean rank in tenths, 0 the best. */
  readonly cells: string
  readonly count: number
  /** Where individuals are best, in words. */
  readonly best: string | null
}

export interface FrontAnswer {
  readonly objectives: readonly string[]
  readonly x: AxisAnswer
  readonly y: AxisAnswer
  readonly density: DensityAnswer
  /** The front, or some of it, by the first objective, best first. */
  readonly members: readonly {
    readonly name: string
    readonly fitness: readonly number[]
    readonly isFeasible: boolean
  }[]
  /** How many are in the front. */
  readonly count: number
  readonly reference: readonly number[] | null
  readonly volumes: readonly (readonly [generation: number, volume: number])[]
  readonly drawn: DrawnPart
  readonly summary: string
}

export interface ImportanceAnswer {
  readonly objectives: readonly string[]
  readonly share: ShareAnswer | null
  readonly of: string
  /** What it was estimated from. */
  readonly note: string
  readonly analyses: readonly AnalysisPicture[]
  /** The line for a shell that analyses the whole run. */
  readonly command: string
}

export interface AnalysisPicture {
  readonly title: string
  readonly summary: string
  /** What a bar of the whole length stands for; the largest value where nothing else is known to bound them. */
  readonly reach?: number
  /** A bar for each value, with the interval in which it lies, where that is known. */
  readonly bars: readonly {
    readonly name: string
    readonly value: number | null
    readonly low?: number
    readonly high?: number
  }[]
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
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
  /** Whether individuals may have a part of a budget. */
  readonly hasBudget: boolean
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
  readonly budget: number | null
  readonly continues: string | null
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
  /** Whether it ended since its host was benched. */
  readonly isBenched: boolean
  /** Whether it took the place of one that was lost or benched. */
  readonly isRestart: boolean
  /** The part of all the time that is shown in which the worker simulated, from 0 to 1. */
  readonly busyPart: number
  /** How many attempts failed. */
  readonly failures: number
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
  readonly stopped?: number
  readonly generations: number
  readonly best: readonly number[] | null
}
