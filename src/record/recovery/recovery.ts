import type { FromPipes } from './from-pipes.ts'
import type { Unread } from './salvage.ts'

/** What came of a look at a run's record. */
export type Recovery =
  | { readonly state: 'sound'; readonly directory: string }
  | {
      readonly state: 'recovered'
      readonly directory: string
      /** What was wrong with the record. */
      readonly damage: string
      /** The name under which it lies in the run directory now; null if there was nothing to keep. */
      readonly kept: string | null
      readonly saved: RecoveredCounts
      /** Individuals of the newest generation that was saved that have no evaluation. */
      readonly pending: number
      /** The part of what was saved that stood in workers' pipes only. */
      readonly fromPipes: FromPipes
      readonly lost: {
        /** The first generation that could not be made whole; null if none is missing. It is lost with all after it. */
        readonly generationsFrom: number | null
        readonly generations: number
        /** Whether the file of the experiment is not known any more. */
        readonly manifest: boolean
        readonly tables: readonly Unread[]
      }
    }

export interface RecoveredCounts {
  readonly generations: number
  readonly individuals: number
  readonly evaluations: number
}

export type Recovered = Extract<Recovery, { state: 'recovered' }>
