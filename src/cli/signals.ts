import { exitCodes } from './fail.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The wish to stop, from whoever signals this process: the first asks for an orderly end, the second ends at once. */
export class StopSignal implements Disposable {
  readonly #controller = new AbortController()
  readonly #say: (sentence: string) => void

  constructor(say: (sentence: string) => void) {
    this.#say = say
    for (const signal of signals) process.on(signal, this.#receive)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    if (this.#controller.signal.aborted) process.exit(process.exitCode ?? exitCodes.stopped)
    this.#say(`Stopping after ${signal}: what is being simulated may end, the rest is kept for later.`)
    this.#controller.abort(new Error(`stopped by ${signal}`))
  };

  [Symbol.dispose](): void {
    for (const signal of signals) replaceForGood(signal, this.#receive, () => process.exit())
  }
}

/** Answers SIGUSR1 with a report of how far the run is; what has arrived is stored all the time. */
export class ReportSignal implements Disposable {
  readonly #report: () => void

  constructor(report: () => void) {
    this.#report = report
    process.on('SIGUSR1', report)
  }

  [Symbol.dispose](): void {
    replaceForGood('SIGUSR1', this.#report, () => {})
  }
}

/**
 * Gives a signal another listener when a command has said what came of it and only has to end: one without a listener would
 * end the process by itself in these last moments, in place of the exit code.
 */
function replaceForGood(signal: NodeJS.Signals, listener: NodeJS.SignalsListener, last: () => void): void {
  process.on(signal, last)
  process.off(signal, listener)
  if (!process.listeners('exit').includes(endAtOnce)) process.on('exit', endAtOnce)
}

/** Node's own end after the last event gives all signals back to the kernel first, and `process.exit` does not. */
function endAtOnce(exitCode: number): void {
  process.exit(exitCode)
}
