import { constants } from 'node:os'
import type { FailureCause } from '../../src/core/evaluation.ts'
import type { AttemptOutcome } from './outcome.ts'

/** Who ends a job signals all of its processes, job steps one after the other: the worker may be the last to hear of it. */
const patienceMs = 2000
/** Failures that do not look like it wait for no more than this part of the time that was simulated, */
const share = 0.02
/** and not at all where a timer would cost more than it tells. */
const leastMs = 1

/** The signals by which schedulers and people end jobs; others are of a program's own making. */
const ending = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGXCPU'] as const
const names: ReadonlySet<string> = new Set(ending)
/** Shells, and what starts the tasks of a program, tell so that it was ended by a signal. */
const exitCodes: ReadonlySet<number> = new Set(ending.map((name) => 128 + constants.signals[name]))

/**
 * What a worker knows of its own end. Whoever ends it ends what it simulates, too, and often earlier: such a failure is no
 * fault of the simulation's and is not answered, so that the end of the worker counts, with what its scheduler says of it.
 */
export class EndInSight {
  #mustEnd = false
  /** The signal by which the worker was warned that its scheduler will end it. */
  #warning: NodeJS.Signals | undefined
  #onNews: (() => void) | undefined

  /** The worker has been told to end at once. */
  onEnd(): void {
    this.#mustEnd = true
    this.#onNews?.()
  }

  /** The worker was warned, and what it simulates perhaps by the same signal. */
  onWarning(signal: NodeJS.Signals): void {
    this.#warning = signal
    this.#onNews?.()
  }

  /** Whether what came of a simulation is not to be answered: the worker's end, or the warning of it, has broken it off. */
  hasBrokenOff(outcome: AttemptOutcome): boolean {
    return 'cause' in outcome && (this.#mustEnd || this.#isOfWarning(outcome.cause))
  }

  /** Waits for as long as a failure may be the work of who is about to end this worker; undefined if it is surely not. */
  doubt(outcome: AttemptOutcome, simulatedMs: number): Promise<void> | undefined {
    if (!('cause' in outcome) || this.hasBrokenOff(outcome)) return undefined
    const patience = patienceWith(outcome.cause, simulatedMs)
    if (patience < leastMs) return undefined
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#onNews = undefined
        resolve()
      }
      const timer = setTimeout(end, patience)
      this.#onNews = end
    })
  }

  #isOfWarning({ signal, exitCode }: FailureCause): boolean {
    const name = this.#warning
    return name !== undefined && (signal === name || exitCode === 128 + constants.signals[name])
  }
}

/** A program may also have been told to end by a signal and have ended itself in its own way, with any exit code. */
function patienceWith({ kind, detail, signal, exitCode }: FailureCause, simulatedMs: number): number {
  if (kind === 'timeout' || detail !== undefined) return 0
  const isSignalled = signal !== undefined ? names.has(signal) : exitCode !== undefined && exitCodes.has(exitCode)
  return isSignalled ? patienceMs : Math.min(patienceMs, share * simulatedMs)
}
