import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { BeatingHeart } from '../channel/beating-heart.ts'
import { runnerHeart, workerHeart } from '../channel/heartbeat.ts'
import { NodeBell } from '../channel/node-bell.ts'
import { PipeDamaged } from '../channel/pipe-reader.ts'
import type { PipeWriter } from '../channel/pipe-writer.ts'
import type { Assignment, Leaving, ToWorker } from '../channel/protocol.ts'
import { type RunFile, readRunFile, workerDirectory } from '../channel/run-file.ts'
import { Answers } from './answers.ts'
import { Inbox } from './inbox.ts'
import { causeOf } from './outcome.ts'
import { Simulations } from './simulations.ts'

/** How often a worker looks for news of its runner between two simulations. */
const receiveIntervalMs = 5

export interface WorkerOptions {
  readonly directory: string
  readonly worker: number
  /** The epoch of the runner that has launched it. */
  readonly epoch: number
  readonly runFile: RunFile
  readonly optimizee: Optimizee
  readonly writer: PipeWriter
  /** Says that the scheduler will end this worker soon; undefined if nothing says so. */
  readonly warningSignal: string | undefined
}

/** What ends the work of a worker. */
interface WorkEnd {
  readonly leave: (reason: Leaving['reason']) => void
  readonly fail: (error: unknown) => void
}

/** The life of a worker: it simulates what comes through its pipe, in order, for the whole run. */
export class WorkerProgram {
  readonly #directory: string
  readonly #worker: number
  /** The run file as the runner of `#epoch` has written it. */
  #runFile: RunFile
  #epoch: number
  readonly #optimizee: Optimizee
  readonly #writer: PipeWriter
  /** Listens to that of the runner. */
  readonly #heart: BeatingHeart
  readonly #inbox: Inbox
  /** What waits begins at `#head`: to move all of it up for each would cost as much as a short simulation. */
  #queue: Assignment[] = []
  #head = 0
  readonly #answers: Answers
  readonly #simulations: Simulations
  /** Why it begins nothing more, if that is so. */
  #leaving: Leaving['reason'] | undefined
  /** Whether the last individuals came together: then the next may have come before these are answered. */
  #isGivenAhead = false

  constructor({ directory, worker, epoch, runFile, optimizee, writer, warningSignal }: WorkerOptions) {
    const channel = workerDirectory(directory, worker)
    this.#directory = directory
    this.#worker = worker
    this.#epoch = epoch
    this.#runFile = runFile
    this.#optimizee = optimizee
    this.#writer = writer
    this.#inbox = new Inbox(
      channel,
      runFile,
      () => this.#heart.silence,
      () => this.#onNews(),
    )
    this.#heart = new BeatingHeart({
      own: workerHeart(channel),
      other: runnerHeart(directory),
      interval: runFile.heartbeat,
    })
    this.#heart.startThread()
    const operations = () => writer.operations + this.#inbox.operations + this.#heart.operations
    this.#answers = new Answers(writer, operations)
    this.#simulations = new Simulations({
      directory,
      runFile,
      optimizee,
      answers: this.#answers,
      receive: () => void (this.#inbox.age > receiveIntervalMs && this.#onNews()),
    })
    process.on('uncaughtException', (error) => this.#onStrayError(error))
    process.on('SIGTERM', () => this.#leave())
    // Schedulers and people send these to all processes of a job, for the programs among them that know what they mean.
    for (const signal of ['SIGUSR1', 'SIGUSR2']) process.on(signal, () => {})
    if (warningSignal !== undefined) process.on(warningSignal, () => this.#onWarning(warningSignal as NodeJS.Signals))
  }

  /** Makes the optimizee ready; a worker that cannot do so is of no use. */
  async open(): Promise<void> {
    try {
      await this.#optimizee.open?.()
    } catch (error) {
      this.#answers.tryWrite()
      this.#writer.write({ type: 'refused', reason: `The optimizee does not start: ${(error as Error).message}` })
      throw error
    }
  }

  async run(): Promise<void> {
    let reason: Leaving['reason']
    try {
      reason = await new Promise((leave, fail) => this.#work({ leave, fail }))
    } catch (error) {
      this.#answers.tryWrite() // what has ended counts, whatever comes of the rest
      throw error
    }
    this.#sayLeaving(reason)
    await this.#optimizee.close?.()
    this.#inbox.close()
  }

  /** Simulates until there is a reason to leave; goes on by itself once what it waits for has come. */
  #work(end: WorkEnd): void {
    try {
      const wait = this.#workOn(end)
      if (wait) wait.then(() => this.#work(end), end.fail)
    } catch (error) {
      end.fail(error)
    }
  }

  /** Simulates until something has to be waited for: a promise, or what wakes it when it sleeps. */
  #workOn(end: WorkEnd): Promise<void> | undefined {
    let now = performance.now()
    for (;;) {
      if (this.#leaving || this.#isIdle) {
        if (!this.#answers.tryWrite()) return this.#flush()
        if (this.#leaving) {
          end.leave(this.#leaving)
          return undefined
        }
        if (!this.#inbox.hasNews && !this.#isGivenAhead && !this.#isOrphan()) {
          this.#inbox.sleep(() => {
            this.#answers.onWork()
            this.#work(end)
          })
          return undefined
        }
        this.#isGivenAhead = false
        this.#receive()
        if (this.#isOrphan() && !this.#inbox.hasNews) this.#leaving ??= 'grace'
        now = performance.now()
      } else if (this.#inbox.ageAt(now) > receiveIntervalMs) {
        this.#receive() // it may be a reason to leave
        now = performance.now()
      } else {
        const running = this.#simulateNext()
        if (running) return running.then(() => this.#giveTurnIfDue(performance.now()))
        now = this.#simulations.endedAt
        if (this.#simulations.isFlushDueAt(now)) return this.#giveTurn()
      }
    }
  }

  /** Gives nothing to be waited for when a simulation is synchronous. */
  #simulateNext(): Promise<void> | undefined {
    const begin = this.#head
    this.#head = Math.min(begin + this.#simulations.batchSize, this.#queue.length)
    const next = this.#queue.slice(begin, this.#head)
    if (!this.#optimizee.open) return this.#simulations.simulate(next, this.#upcoming)
    return this.open().then(() => this.#simulations.simulate(next, this.#upcoming))
  }

  /** What is simulated after that which runs, as far as it is known. */
  readonly #upcoming = (most: number): readonly Assignment[] => this.#queue.slice(this.#head, this.#head + most)

  get #isIdle(): boolean {
    return this.#head === this.#queue.length
  }

  #drop(): void {
    this.#queue = []
    this.#head = 0
  }

  #giveTurnIfDue(now: number): Promise<void> | undefined {
    return this.#simulations.isFlushDueAt(now) ? this.#giveTurn() : undefined
  }

  /** Writes what there is, and lets signals and timers in between two simulations. */
  async #giveTurn(): Promise<void> {
    await this.#flush()
    await setImmediate()
  }

  #sayLeaving(reason: Leaving['reason']): void {
    try {
      this.#writer.write({ type: 'leaving', reason, brokeOff: this.#simulations.brokeOff })
    } catch {
      // The disk is full, or away: the exit code has to say it.
    }
  }

  #receive(): void {
    this.#inbox.receive((message) => this.#handle(message))
  }

  /** Something has come while a simulation runs. */
  #onNews(): void {
    try {
      this.#receive()
    } catch {
      // A damaged pipe is met again when the simulation has ended, and is no fault of its.
    }
  }

  #handle(message: ToWorker): void {
    switch (message.type) {
      case 'hello':
        if (message.run !== this.#runFile.run) throw new PipeDamaged(`The pipe belongs to the run ${message.run}`)
        if (message.epoch > this.#epoch) this.#follow(message.epoch)
        return
      case 'simulate':
        if (this.#isIdle) this.#simulations.skipPrinted()
        this.#queue = this.#isIdle
          ? [...message.individuals]
          : this.#queue.slice(this.#head).concat(message.individuals)
        this.#head = 0
        this.#isGivenAhead = message.individuals.length > 1
        return
      case 'enough':
        this.#simulations.enough(message.keys)
        return
      case 'stop':
        this.#leaving ??= 'stop'
        this.#drop()
        return
      case 'next':
        return
    }
  }

  /** Another runner has the run: its mode and its limits hold from now on. */
  #follow(epoch: number): void {
    this.#answers.forgetTold()
    let runFile: RunFile
    try {
      runFile = readRunFile(this.#directory)
    } catch {
      return // the file system is away: as before, a timer stands behind what wakes it
    }
    this.#epoch = epoch
    this.#runFile = runFile
    this.#simulations.runFile = runFile
    this.#writer.bell = bellOf(this.#directory, this.#worker, runFile)
    this.#inbox.follow(runFile)
  }

  /** Writes the results; on a disk that is full, or away, they are kept until there is space. */
  async #flush(): Promise<void> {
    while (!this.#answers.tryWrite()) {
      if (this.#isOrphan(true) || this.#leaving === 'signal')
        throw new Error('the results cannot be written and nobody waits for them')
      await setTimeout(500)
    }
  }

  #isOrphan(evenIfBusy = false): boolean {
    const silent = this.#heart.silence > this.#runFile.grace
    return silent && (evenIfBusy || this.#isIdle)
  }

  /** Its scheduler will end it soon: it finishes what runs and begins nothing more. */
  #onWarning(signal: NodeJS.Signals): void {
    this.#leaving ??= 'warned'
    this.#simulations.warn(signal)
    this.#drop()
    this.#inbox.wake()
  }

  #leave(): void {
    this.#leaving = 'signal'
    this.#drop()
    this.#simulations.breakOff(new Error('the worker was asked to end'))
    this.#inbox.wake()
  }

  /** The process that a stray error of asynchronous code came from is not to be trusted. */
  #onStrayError(error: unknown): never {
    console.error(error)
    const isSettled = this.#simulations.onStrayError(error)
    this.#answers.tryWrite()
    // Nobody can say whose it was: it counts like any other crash.
    if (!isSettled) process.exit(1)
    const reason = `it ended itself after a stray error: ${causeOf(error).message}`
    this.#writer.write({ type: 'refused', reason })
    process.exit(1)
  }
}

/** The bell that tells of what this worker writes, where nothing else does. */
export function bellOf(directory: string, worker: number, { wakeUp }: RunFile): NodeBell | undefined {
  return wakeUp === 'poll' ? new NodeBell(directory, ownIdentity().host, worker) : undefined
}
