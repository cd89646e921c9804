import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Individual } from '../../src/core/individual.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { runFiles } from '../../src/core/run-files.ts'
import { makeOwnDirectory } from '../../src/system/own-files.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { BeatingHeart } from '../channel/beating-heart.ts'
import { runnerHeart, workerHeart } from '../channel/heartbeat.ts'
import { NodeBell } from '../channel/node-bell.ts'
import { PipeDamaged, PipeReader, PipeWriter } from '../channel/pipe-file.ts'
import { PollPace } from '../channel/poll-pace.ts'
import {
  type AttemptKey,
  decodeMessage,
  type Leaving,
  protocolVersion,
  type Simulate,
  type ToWorker,
} from '../channel/protocol.ts'
import { type RunFile, readRunFile, workerDirectory } from '../channel/run-file.ts'
import { StuckWatch, stuckLimitMs } from '../channel/stuck-watch.ts'
import { WakeUp } from '../channel/wake-up.ts'
import { Answers } from './answers.ts'
import { Attempt, type AttemptSurroundings } from './attempt.ts'
import { BatchAttempt, type Member } from './batch-attempt.ts'
import { loadOptimizee } from './load-optimizee.ts'
import { type AttemptOutcome, causeOf } from './outcome.ts'
import { PrintedText } from './printed-text.ts'

/** Results of short simulations ride together, for this long at most. */
const flushIntervalMs = { events: 2, poll: 20 }
/** Intermediate values of a long simulation are seen within this time. */
const reportIntervalMs = 200
/** How often a worker looks for news of its runner between two simulations. */
const receiveIntervalMs = 5

type Assignment = Simulate['individuals'][number]

/** An attempt of which something may still run, whether it has ended or not. */
interface Running {
  /** Of all that are simulated together. */
  readonly keys: readonly AttemptKey[]
  readonly attempt: Pick<Attempt, 'abort'>
}

/** An individual that is simulated, perhaps together with others. */
interface KeyedMember extends Member {
  readonly key: AttemptKey
  readonly surroundings: AttemptSurroundings
}
/** What came of an individual. */
type Answered = readonly [key: AttemptKey, outcome: AttemptOutcome]

interface WorkerOptions {
  readonly directory: string
  readonly worker: number
  /** Of the runner that has launched it. */
  readonly epoch: number
  readonly runFile: RunFile
  readonly optimizee: Optimizee
  readonly writer: PipeWriter
}

/** The worker program: simulates what comes through its pipe, in order, for the whole run. */
class WorkerProgram {
  readonly #directory: string
  readonly #worker: number
  /** As the runner of `#epoch` has written it. */
  #runFile: RunFile
  #epoch: number
  readonly #optimizee: Optimizee
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  #wakeUp: WakeUp
  /** Where nothing tells of what came. */
  #pace: PollPace | undefined
  readonly #printed = new PrintedText()
  /** Listens to that of the runner. */
  readonly #heart: BeatingHeart
  readonly #queue: Assignment[] = []
  readonly #answers: Answers
  #receivedAt = 0
  /** While the runner's heart is seen to beat. */
  readonly #stuckWatch = new StuckWatch()
  #current: Running | undefined
  /** Whose code it is that runs, also what an attempt has left behind. */
  readonly #owner = new AsyncLocalStorage<Running>()
  /** Why it begins nothing more, if that is so. */
  #leaving: Leaving['reason'] | undefined
  #brokeOff = false
  #wake: () => void = () => {}
  #snapshot: { readonly value: unknown } | undefined

  constructor({ directory, worker, epoch, runFile, optimizee, writer }: WorkerOptions) {
    const channel = workerDirectory(directory, worker)
    this.#directory = directory
    this.#worker = worker
    this.#epoch = epoch
    this.#runFile = runFile
    this.#optimizee = optimizee
    this.#writer = writer
    const reopen = runFile.wakeUp === 'poll'
    this.#reader = new PipeReader(channel, 'to-worker', { reopen, removeRead: true, followsTakeover: true })
    this.#wakeUp = this.#listen()
    this.#heart = new BeatingHeart({
      own: workerHeart(channel),
      other: runnerHeart(directory),
      interval: runFile.heartbeat,
    })
    const operations = () => writer.operations + this.#reader.operations + this.#heart.operations
    this.#answers = new Answers(writer, operations)
    process.on('uncaughtException', (error) => this.#broken(error))
    process.on('SIGTERM', () => this.#leave())
    const { TWOLOOP_WARNING_SIGNAL: warning } = process.env
    if (warning !== undefined) process.on(warning, () => this.#onWarning())
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

  /** Has itself woken as the runner's mode is. */
  #listen(): WakeUp {
    const { wakeUp: mode, pollInterval } = this.#runFile
    this.#pace = mode === 'poll' ? new PollPace(pollInterval, performance.now()) : undefined
    const wakeUp = new WakeUp({ mode, pollInterval, onWake: () => this.#wakeIfDue() })
    wakeUp.follow(this.#reader, this.#reader.path)
    return wakeUp
  }

  /** Another runner has the run: its mode and its limits hold from now on. */
  #follow(epoch: number): void {
    let runFile: RunFile
    try {
      runFile = readRunFile(this.#directory)
    } catch {
      return // the file system is away: as before, a timer stands behind what wakes it
    }
    const before = this.#wakeUp
    this.#epoch = epoch
    this.#runFile = runFile
    this.#reader.reopen = runFile.wakeUp === 'poll'
    this.#writer.bell = bellOf(this.#directory, this.#worker, runFile)
    this.#wakeUp = this.#listen()
    before.close()
  }

  async run(): Promise<void> {
    for (;;) {
      if (this.#queue.length === 0 || performance.now() - this.#receivedAt > receiveIntervalMs) this.#receive()
      const next = this.#leaving ? [] : this.#queue.splice(0, this.#batchSize)
      if (next.length === 0) {
        await this.#flush()
        if (this.#leaving) break
        // Frames that came while this was being written are seen by the next look, which must come before the sleep.
        if (this.#receive()) continue
        if (this.#isOrphan()) this.#leaving = 'grace'
        else await this.#sleep()
        continue
      }
      if (this.#optimizee.open) await this.open()
      if (this.#batchSize === 1) await this.#simulate(next[0]!)
      else await this.#simulateMany(next)
      if (this.#answers.age > this.#flushInterval) {
        await this.#flush()
        await setImmediate() // lets signals and timers in between two simulations
      }
    }
    this.#sayLeaving(this.#leaving)
    await this.#optimizee.close?.()
    this.#wakeUp.close()
  }

  #sayLeaving(reason: Leaving['reason']): void {
    try {
      this.#writer.write({ type: 'leaving', reason, brokeOff: this.#brokeOff })
    } catch {
      // The disk is full, or away: the exit code has to say it.
    }
  }

  /** How many individuals are simulated at once. */
  get #batchSize(): number {
    return this.#optimizee.simulateMany ? this.#runFile.batch : 1
  }

  get #flushInterval(): number {
    return flushIntervalMs[this.#runFile.wakeUp]
  }

  async #simulate(assignment: Assignment): Promise<void> {
    const { key, individual, surroundings } = this.#memberOf(assignment)
    const attempt = new Attempt(this.#optimizee, individual, surroundings)
    const begin = performance.now()
    const running = this.#runAsOwner({ keys: [key], attempt }, () => attempt.run())
    const outcome = running instanceof Promise ? await running : running
    this.#current = undefined
    if (this.#isBrokenOff(outcome)) return
    this.#take([[key, outcome]], performance.now() - begin)
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
    const attempt = new BatchAttempt<KeyedMember>(this.#optimizee, members, {
      snapshot: () => this.#readSnapshot(),
      timeout: this.#runFile.timeout,
      onOutcome: ({ key }, outcome) => {
        if (this.#isBrokenOff(outcome)) return
        answered.push([key, outcome])
        if (this.#answers.age > this.#flushInterval) write()
        else soon ??= globalThis.setImmediate(write)
      },
      onSmaller: () => this.#answers.sayAlive(),
    })
    const isComplete = await this.#runAsOwner({ keys: members.map(({ key }) => key), attempt }, () => attempt.run())
    this.#current = undefined
    this.#brokeOff ||= !isComplete
    take()
  }

  #memberOf([key, seed, values]: Assignment): KeyedMember {
    const [generation, index, replicate, , attempt] = key
    const parameters = this.#optimizee.space.fromValues(values)
    const individual = new Individual({ generation, index, replicate }, parameters, seed)
    const surroundings: AttemptSurroundings = {
      attempt,
      timeout: this.#runFile.timeout,
      snapshot: () => this.#readSnapshot(),
      report: (step, value) => this.#report(key, step, value),
      directory: ({ make } = { make: true }) =>
        make
          ? makeOwnDirectory(this.#directory, runFiles.individuals, individual.name)
          : join(this.#directory, runFiles.individuals, individual.name),
    }
    return { key, individual, surroundings }
  }

  #runAsOwner<T>(running: Running, run: () => T): T {
    this.#current = running
    return this.#owner.run(running, run)
  }

  /** A simulation that was broken off because the worker must go has not failed. */
  #isBrokenOff(outcome: AttemptOutcome): boolean {
    const isBrokenOff = this.#leaving === 'signal' && 'cause' in outcome
    this.#brokeOff ||= isBrokenOff
    return isBrokenOff
  }

  #take(answered: readonly Answered[], milliseconds: number): void {
    // A program that outlasts a simulation prints without this process's knowledge.
    const printed = this.#printed.take(this.#optimizee.open ? Number.POSITIVE_INFINITY : milliseconds)
    const each = milliseconds / answered.length
    for (const [key, outcome] of answered) {
      this.#answers.addResult(
        'cause' in outcome
          ? [key, each, null, outcome.cause, null, printed]
          : [key, each, outcome.fitness, null, outcome.outputs ?? null, printed],
      )
    }
  }

  #report(key: AttemptKey, step: number, value: number): void {
    if (typeof step !== 'number' || typeof value !== 'number') return
    this.#answers.addReport(key, step, value)
    if (this.#answers.age > reportIntervalMs) this.#answers.tryWrite()
  }

  /** Takes what the runner has written; true if there was anything, or if there is another segment to look at. */
  #receive(): boolean {
    this.#receivedAt = performance.now()
    const messages = this.#reader.read() as ToWorker[]
    this.#refuseStuckPipe()
    for (const message of messages) this.#handle(message)
    if (messages.length > 0) this.#pace?.restart(this.#receivedAt)
    return this.#wakeUp.follow(this.#reader, this.#reader.path) || messages.length > 0
  }

  /** Its runner would wait for ever for the answer to what is lost in it. Of a file system that is away, no heart is seen. */
  #refuseStuckPipe(): void {
    const { heartbeat } = this.#runFile
    const isHeartSeen = this.#heart.silence < 2 * heartbeat
    const now = performance.now()
    this.#stuckWatch.onLook({ isStuck: this.#reader.isStuck && isHeartSeen, end: this.#reader.end }, now)
    if (this.#stuckWatch.stuckFor(now) > Math.max(stuckLimitMs, 4 * heartbeat)) {
      throw new PipeDamaged(`${this.#reader.path} has lost what was in it`)
    }
  }

  #handle(message: ToWorker): void {
    switch (message.type) {
      case 'hello':
        if (message.run !== this.#runFile.run) throw new PipeDamaged(`The pipe belongs to the run ${message.run}`)
        if (message.epoch > this.#epoch) this.#follow(message.epoch)
        return
      case 'simulate':
        if (this.#queue.length === 0) this.#printed.skip()
        for (const individual of message.individuals) this.#queue.push(individual)
        return
      case 'stop':
        this.#leaving ??= 'stop'
        this.#queue.length = 0
        return
      case 'next':
        return
    }
  }

  /** Writes the results; on a disk that is full, or away, they are kept until there is space. */
  async #flush(): Promise<void> {
    while (!this.#answers.tryWrite()) {
      if (this.#isOrphan(true)) throw new Error('the results cannot be written and there is no runner')
      await setTimeout(500)
    }
  }

  #isOrphan(evenIfBusy = false): boolean {
    const silent = this.#heart.silence > this.#runFile.grace
    return silent && (evenIfBusy || this.#queue.length === 0)
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#wake = () => {}
  }

  /** The longer the last simulation took and the longer it is idle since, the more rarely it looks. */
  #wakeIfDue(): void {
    if (!this.#pace || (!this.#current && this.#pace.isDue(performance.now()))) this.#wake()
  }

  /** Its scheduler will end it soon: it finishes what runs and begins nothing more. */
  #onWarning(): void {
    this.#leaving ??= 'warned'
    this.#queue.length = 0
    this.#wake()
  }

  #leave(): void {
    this.#leaving = 'signal'
    this.#queue.length = 0
    this.#current?.attempt.abort(new Error('the worker was asked to end'))
    this.#wake()
  }

  /**
   * Stray errors of asynchronous code belong to nobody's promise; the process they came from is not to be trusted. They are
   * the fault of whoever's code it was: one whose attempt has ended keeps its result, and who runs now is not blamed.
   */
  #broken(error: unknown): void {
    console.error(error)
    const owner = this.#owner.getStore()
    const cause = causeOf(error)
    const isKnown = owner !== undefined && (owner !== this.#current || owner.keys.length === 1)
    if (isKnown && owner === this.#current) this.#take([[owner.keys[0]!, { cause }]], 0)
    this.#answers.tryWrite()
    if (!isKnown && this.#current) process.exit(1) // nobody can say whose it was: it counts like any other crash
    this.#writer.write({ type: 'refused', reason: `it ended itself after a stray error: ${cause.message}` })
    process.exit(1)
  }

  #readSnapshot(): unknown {
    const name = this.#runFile.optimizee.snapshot
    this.#snapshot ??= {
      value: name === undefined ? undefined : decodeMessage(readFileSync(join(this.#directory, name))),
    }
    return this.#snapshot.value
  }
}

/** The bell that tells of what this worker writes, where nothing else does. */
function bellOf(directory: string, worker: number, { wakeUp }: RunFile): NodeBell | undefined {
  return wakeUp === 'poll' ? new NodeBell(directory, ownIdentity().host, worker) : undefined
}

/** Where this worker runs, as far as its environment says. */
function ownProvenance(): Record<string, string> {
  const named = {
    slurmJob: process.env.SLURM_JOB_ID,
    slurmStep: process.env.SLURM_STEP_ID,
    slurmNode: process.env.SLURMD_NODENAME,
    slurmRestarts: process.env.SLURM_RESTART_COUNT,
    slurmMemory: process.env.SLURM_MEM_PER_NODE,
    slurmGpus: process.env.SLURM_STEP_GPUS,
    pilot: process.env.TWOLOOP_PILOT,
    gpuShare: process.env.TWOLOOP_GPU_SHARE,
    slurmCpus: process.env.SLURM_CPUS_PER_TASK,
    cpu: cpus()[0]?.model,
  }
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

async function main(directory: string, worker: number): Promise<void> {
  const begin = performance.now()
  const runFile = readRunFile(directory)
  const epoch = Number(process.env.TWOLOOP_EPOCH ?? 0)
  const hello = {
    type: 'hello',
    protocol: protocolVersion,
    run: runFile.run,
    worker,
    epoch,
    ...ownIdentity(),
    provenance: ownProvenance(),
  }
  const bell = bellOf(directory, worker, runFile)
  const writer = new PipeWriter(workerDirectory(directory, worker), 'from-worker', { hello, bell })
  let optimizee: Optimizee
  try {
    optimizee = await loadOptimizee(join(directory, runFile.optimizee.module), runFile.optimizee.options)
  } catch (error) {
    writer.write({ type: 'refused', reason: `The optimizee does not load: ${(error as Error).message ?? error}` })
    throw error
  }
  const program = new WorkerProgram({ directory, worker, epoch, runFile, optimizee, writer })
  await program.open()
  writer.write({ type: 'ready', milliseconds: performance.now() - begin })
  try {
    await program.run()
  } catch (error) {
    if (error instanceof PipeDamaged) writer.write({ type: 'refused', reason: `${error.message}.` })
    throw error
  }
}

const [directory, worker] = process.argv.slice(2)
if (directory === undefined || !/^\d+$/.test(worker ?? '')) {
  console.error('usage: worker.js RUN_DIRECTORY WORKER_NUMBER')
  process.exit(2)
}
await main(directory, Number(worker))
process.exit(0)
