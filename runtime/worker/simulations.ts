import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Optimizee, ProcessUsage } from '../../src/core/optimizee.ts'
import { digestOfFolder } from '../../src/system/folder-digest.ts'
import { type Assignment, type AttemptKey, decodeMessage, type Printed, type Used } from '../channel/protocol.ts'
import type { RunFile } from '../channel/run-file.ts'
import type { Answers } from './answers.ts'
import { Attempt } from './attempt.ts'
import { BatchAttempt } from './batch-attempt.ts'
import { neverStopped } from './early-stop.ts'
import { EndInSight } from './end-in-sight.ts'
import { checkpointOfKey, Member, type MemberSurroundings } from './member.ts'
import { type AttemptOutcome, causeOf } from './outcome.ts'
import { PrintedText } from './printed-text.ts'
import { Reports } from './reports.ts'
import { removeCheckpoint } from './restored.ts'

/** Results of short simulations ride together, for this long at most. */
const flushIntervalMs = { events: 2, poll: 20 }
/** Simulations that take less are told what comes next, */
const momentMs = 2
/** and of so many at most. */
const mostAhead = 16

/** An attempt of which something may still run, whether it has ended or not. */
interface Running {
  /** The keys of all attempts that are simulated together. */
  readonly keys: readonly AttemptKey[]
  readonly attempt: Pick<Attempt, 'abort'>
}

/** An individual that is simulated alone, now or soon. */
interface Alone {
  readonly member: Member
  readonly attempt: Attempt
}

/** What came of an individual. */
type Answered = readonly [key: AttemptKey, outcome: AttemptOutcome]

export interface SimulationsOptions {
  readonly directory: string
  readonly runFile: RunFile
  readonly optimizee: Optimizee
  readonly answers: Answers
  /** Looks whether the runner has written anything, also while a simulation runs that lets nobody else run. */
  readonly receive: () => void
}

/** What a worker simulates, alone or several at once, and what came of it: its answers. */
export class Simulations {
  /** The run file of the runner that has the run now. */
  runFile: RunFile
  readonly #directory: string
  readonly #optimizee: Optimizee
  readonly #answers: Answers
  readonly #reports: Reports
  /** What the members have in common. */
  readonly #around: MemberSurroundings
  readonly #printed = new PrintedText()
  /** What processes have used that attempts have started, until the attempts are answered. */
  readonly #usages = new Map<AttemptKey, ProcessUsage>()
  #current: Running | undefined
  /** Those of which the optimizee has heard before their turn. */
  readonly #prepared = new Map<Assignment, Alone>()
  /** Whether the last simulation has taken no longer than a moment. */
  #wasShort = false
  #endedAt = 0
  /** How long standard error was when what is simulated had printed all, if that is known. */
  #stderrEnd: number | undefined
  /** Whose code it is that runs, also what an attempt has left behind. */
  readonly #owner = new AsyncLocalStorage<Running>()
  readonly #end = new EndInSight()
  #brokeOff = false
  #snapshot: { readonly value: unknown } | undefined
  /** Whether individuals are given parts of a budget, and may leave checkpoints. */
  #hasBudget = false

  constructor({ directory, runFile, optimizee, answers, receive }: SimulationsOptions) {
    this.runFile = runFile
    this.#directory = directory
    this.#optimizee = optimizee
    this.#answers = answers
    this.#reports = new Reports({ answers, receive, areHeard: () => this.runFile.hearsReports === true })
    this.#around = {
      directory,
      optimizee,
      reports: this.#reports,
      timeout: () => this.runFile.timeout,
      snapshot: () => this.#readSnapshot(),
      account: (key, usage) => void this.#usages.set(key, usage),
      printedUntil: (bytes) => {
        this.#stderrEnd = bytes
      },
    }
  }

  /** How many individuals are simulated at once. */
  get batchSize(): number {
    return this.#optimizee.simulateMany ? this.runFile.batch : 1
  }

  /** Whether answers have waited for as long as they may. */
  isFlushDueAt(now: number): boolean {
    return this.#answers.ageAt(now) > flushIntervalMs[this.runFile.wakeUp]
  }

  /** When the last simulation of one alone had ended: to read the clock again costs as much as a short one. */
  get endedAt(): number {
    return this.#endedAt
  }

  /** Whether something was broken off since the worker must end. */
  get brokeOff(): boolean {
    return this.#brokeOff
  }

  /** What is printed from now on is that of simulations. */
  skipPrinted(): void {
    if (!this.#current) this.#printed.skip()
  }

  /** Breaks off what is simulated. */
  breakOff(reason: Error): void {
    this.#end.onEnd()
    this.#current?.attempt.abort(reason)
  }

  /** The worker's scheduler will end it soon; it may have told the program that is simulated by the same signal. */
  warn(signal: NodeJS.Signals): void {
    this.#end.onWarning(signal)
  }

  /** These need not go on, now or once they are begun. */
  enough(keys: readonly AttemptKey[]): void {
    for (const key of keys) this.#reports.stopOf(key).want()
  }

  /**
   * Gives nothing to be waited for when a simulation is synchronous: a promise for each costs more than many a simulation.
   * @param next gives what is simulated after that, so many at most, as far as it is known
   */
  simulate(
    assignments: readonly Assignment[],
    next: (most: number) => readonly Assignment[],
  ): Promise<void> | undefined {
    if (this.batchSize > 1) return this.#simulateMany(assignments)
    if (this.#wasShort && this.#optimizee.prepare) this.#prepare([assignments[0]!, ...next(mostAhead)])
    return this.#simulateOne(assignments[0]!)
  }

  /** Tells the optimizee what comes, no more often than for half of what it may hear of. */
  #prepare(assignments: readonly Assignment[]): void {
    if (this.#prepared.size > mostAhead / 2) return
    const upcoming = assignments.flatMap((assignment) => {
      if (this.#prepared.has(assignment)) return []
      const alone = this.#aloneOf(assignment)
      this.#prepared.set(assignment, alone)
      return alone.attempt.upcoming
    })
    this.#optimizee.prepare!(upcoming)
  }

  #aloneOf(assignment: Assignment): Alone {
    const member = this.#memberOf(assignment)
    return { member, attempt: new Attempt(this.#optimizee, member) }
  }

  #simulateOne(assignment: Assignment): Promise<void> | undefined {
    const { member, attempt } = this.#takePrepared(assignment) ?? this.#aloneOf(assignment)
    const { key, stop } = member
    if (stop !== neverStopped) stop.onStop = () => attempt.stop()
    const begin = performance.now()
    const came = this.#runAsOwner({ keys: [key], attempt }, runAttempt, attempt)
    if (came instanceof Promise) return came.then((outcome) => this.#onOutcome(member, outcome, begin))
    return this.#onOutcome(member, came, begin)
  }

  #takePrepared(assignment: Assignment): Alone | undefined {
    if (this.#prepared.size === 0) return undefined
    const prepared = this.#prepared.get(assignment)
    this.#prepared.delete(assignment)
    return prepared
  }

  #onOutcome({ key, stop }: Member, came: AttemptOutcome, begin: number): Promise<void> | undefined {
    const outcome = stop.outcomeOf(came)
    this.#endedAt = performance.now()
    const milliseconds = this.#endedAt - begin
    const doubt = this.#end.doubt(outcome, milliseconds)
    if (doubt) return doubt.then(() => this.#conclude(key, outcome, milliseconds))
    this.#conclude(key, outcome, milliseconds)
    return undefined
  }

  #conclude(key: AttemptKey, outcome: AttemptOutcome, milliseconds: number): void {
    this.#current = undefined
    if (this.#isBrokenOff(outcome)) return
    this.#wasShort = milliseconds < momentMs
    this.#answer(key, outcome, milliseconds, this.#takePrinted(milliseconds))
  }

  /** Several at once. What is known together shares the time since the answers before it. */
  async #simulateMany(assignments: readonly Assignment[]): Promise<void> {
    const members = assignments.map((assignment) => this.#memberOf(assignment))
    let answered: Answered[] = []
    let since = performance.now()
    let soon: NodeJS.Immediate | undefined
    const take = () => {
      const now = performance.now()
      if (answered.length > 0) this.#take(answered, now - since)
      answered = []
      since = now
      clearImmediate(soon)
      soon = undefined
    }
    const write = () => {
      take()
      this.#answers.tryWrite()
    }
    const attempt = new BatchAttempt<Member>(this.#optimizee, members, {
      snapshot: () => this.#readSnapshot(),
      timeout: this.runFile.timeout,
      onOutcome: ({ key, stop }, came) => {
        const outcome = stop.outcomeOf(came)
        if (this.#isBrokenOff(outcome)) return
        answered.push([key, outcome])
        if (this.isFlushDueAt(performance.now())) write()
        else soon ??= setImmediate(write)
      },
      onFailure: (outcome, milliseconds) => this.#end.doubt(outcome, milliseconds),
      onSmaller: () => this.#answers.sayAlive(),
    })
    const isComplete = await this.#runAsOwner({ keys: members.map(({ key }) => key), attempt }, runAttempt, attempt)
    this.#current = undefined
    this.#brokeOff ||= !isComplete
    take()
  }

  #memberOf(assignment: Assignment): Member {
    const member = new Member(assignment, this.#around)
    this.#hasBudget ||= member.hasBudget
    return member
  }

  #runAsOwner<A extends Running['attempt'], T>(running: Running, run: (attempt: A) => T, attempt: A): T {
    this.#current = running
    return this.#owner.run(running, run, attempt)
  }

  /** A simulation that was broken off because the worker must end has not failed. */
  #isBrokenOff(outcome: AttemptOutcome): boolean {
    const isBrokenOff = this.#end.hasBrokenOff(outcome)
    this.#brokeOff ||= isBrokenOff
    return isBrokenOff
  }

  /** What is printed of all that were simulated together is that of each. */
  #take(answered: readonly Answered[], milliseconds: number): void {
    const printed = this.#takePrinted(milliseconds)
    for (const [key, outcome] of answered) this.#answer(key, outcome, milliseconds / answered.length, printed)
  }

  #takePrinted(milliseconds: number): Printed | null {
    // A program that outlasts a simulation prints without this process's knowledge.
    const printed = this.#printed.take(this.#optimizee.open ? Number.POSITIVE_INFINITY : milliseconds, this.#stderrEnd)
    this.#stderrEnd = undefined
    return printed
  }

  #answer(key: AttemptKey, outcome: AttemptOutcome, milliseconds: number, printed: Printed | null): void {
    const used = this.#takeUsage(key)
    this.#reports.forget(key)
    if ('cause' in outcome) {
      this.#answers.addResult([key, milliseconds, null, outcome.cause, null, printed, used])
      if (this.#hasBudget) removeCheckpoint(this.#checkpointOf(key))
      return
    }
    const { fitness, outputs = null, isStopped } = outcome
    const checkpoint = this.#hasBudget && !isStopped ? digestOfFolder(this.#checkpointOf(key)) : undefined
    if (checkpoint || isStopped)
      this.#answers.addResult([key, milliseconds, fitness, null, outputs, printed, used, { checkpoint, isStopped }])
    else this.#answers.addResult([key, milliseconds, fitness, null, outputs, printed, used])
  }

  #checkpointOf(key: AttemptKey): string {
    return join(this.#directory, checkpointOfKey(key))
  }

  #takeUsage(key: AttemptKey): Used | null {
    const usage = this.#usages.size > 0 ? this.#usages.get(key) : undefined
    if (!usage) return null
    this.#usages.delete(key)
    return [usage.cpuMs, usage.peakMemory]
  }

  /**
   * A stray error belongs to nobody's promise: it is the fault of whoever's code it was. One whose attempt has ended keeps
   * its result, and who runs now is not blamed.
   *
   * @returns whether it is known whose fault it is, or nothing runs that could be blamed
   */
  onStrayError(error: unknown): boolean {
    const owner = this.#owner.getStore()
    const isKnown = owner !== undefined && (owner !== this.#current || owner.keys.length === 1)
    if (isKnown && owner === this.#current) this.#take([[owner.keys[0]!, { cause: causeOf(error) }]], 0)
    return isKnown || !this.#current
  }

  #readSnapshot(): unknown {
    const name = this.runFile.optimizee.snapshot
    this.#snapshot ??= {
      value: name === undefined ? undefined : decodeMessage(readFileSync(join(this.#directory, name))),
    }
    return this.#snapshot.value
  }
}

function runAttempt<T>(attempt: { readonly run: () => T }): T {
  return attempt.run()
}
