import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Worker as Thread } from 'node:worker_threads'
import { Individual } from '../../src/core/individual.ts'
import type { Optimizee } from '../../src/core/optimizee.ts'
import { makeOwnDirectory } from '../../src/system/own-files.ts'
import { ownIdentity } from '../../src/system/process-identity.ts'
import { runnerHeart, workerHeart } from '../channel/heartbeat.ts'
import { NodeBell } from '../channel/node-bell.ts'
import { PipeDamaged, PipeReader, PipeWriter, stuckLimitMs } from '../channel/pipe-file.ts'
import { PollPace } from '../channel/poll-pace.ts'
import {
  type AttemptKey,
  decodeMessage,
  type Leaving,
  protocolVersion,
  type Result,
  type Simulate,
  type ToWorker,
} from '../channel/protocol.ts'
import { type RunFile, readRunFile, workerDirectory } from '../channel/run-file.ts'
import { WakeUp } from '../channel/wake-up.ts'
import { Attempt, type AttemptOutcome, causeOf } from './attempt.ts'
import type { WorkerHeartData } from './heart-thread.ts'
import { loadOptimizee } from './load-optimizee.ts'
import { PrintedText } from './printed-text.ts'

/** Results of short simulations ride together, for this long at most. */
const flushIntervalMs = { events: 2, poll: 20 }
/** Intermediate values of a long simulation are seen within this time. */
const reportIntervalMs = 200
/** How often a worker looks for news of its runner between two simulations. */
const receiveIntervalMs = 5

type Assignment = Simulate['individuals'][number]

/** The worker program: simulates what comes through its pipe, in order, for the whole run. */
class WorkerProgram {
  readonly #directory: string
  readonly #runFile: RunFile
  readonly #optimizee: Optimizee
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #wakeUp: WakeUp
  /** Where nothing tells of what came. */
  readonly #pace: PollPace | undefined
  readonly #printed = new PrintedText()
  /** What the thread of its heart says: the runner's silence and the thread's system calls; see `heart-thread.ts`. */
  readonly #heart: Int32Array
  readonly #queue: Assignment[] = []
  #results: Result[] = []
  readonly #reports: { type: 'report'; key: AttemptKey; values: [number, number][] }[] = []
  #operationsTold = 0
  #flushedAt = performance.now()
  #receivedAt = 0
  /** When the pipe was first seen to be stuck while the runner's heart was seen to beat. */
  #stuckSince: number | undefined
  #current: { readonly key: AttemptKey; readonly attempt: Attempt } | undefined
  /** Why it begins nothing more, if that is so. */
  #leaving: Leaving['reason'] | undefined
  #brokeOff = false
  #wake: () => void = () => {}
  #snapshot: { readonly value: unknown } | undefined

  constructor(directory: string, worker: number, runFile: RunFile, optimizee: Optimizee, writer: PipeWriter) {
    const channel = workerDirectory(directory, worker)
    this.#directory = directory
    this.#runFile = runFile
    this.#optimizee = optimizee
    this.#writer = writer
    const reopen = runFile.wakeUp === 'poll'
    this.#reader = new PipeReader(channel, 'to-worker', { reopen, removeRead: true, followsTakeover: true })
    this.#wakeUp = new WakeUp({
      mode: runFile.wakeUp,
      pollInterval: runFile.pollInterval,
      onWake: () => this.#wakeIfDue(),
    })
    this.#pace = reopen ? new PollPace(runFile.pollInterval, performance.now()) : undefined
    this.#wakeUp.add(this.#reader.path)
    this.#heart = startHeart(directory, channel, runFile.heartbeat)
    process.on('uncaughtException', (error) => this.#broken(error))
    process.on('SIGTERM', () => this.#leave())
  }

  async run(): Promise<void> {
    for (;;) {
      if (this.#queue.length === 0 || performance.now() - this.#receivedAt > receiveIntervalMs) this.#receive()
      const next = this.#leaving ? undefined : this.#queue.shift()
      if (!next) {
        await this.#flush()
        if (this.#leaving) break
        // What came while this was being written is seen by the next look, which must come before the sleep.
        if (this.#receive()) continue
        if (this.#isOrphan()) this.#leaving = 'grace'
        else await this.#sleep()
        continue
      }
      await this.#simulate(next)
      if (performance.now() - this.#flushedAt > flushIntervalMs[this.#runFile.wakeUp]) {
        await this.#flush()
        await setImmediate() // lets signals and timers in between two simulations
      }
    }
    this.#sayLeaving(this.#leaving)
    await this.#wakeUp.close()
  }

  #sayLeaving(reason: Leaving['reason']): void {
    try {
      this.#writer.write({ type: 'leaving', reason, brokeOff: this.#brokeOff })
    } catch {
      // The disk is full, or away: the exit code has to say it.
    }
  }

  async #simulate([key, seed, values]: Assignment): Promise<void> {
    const [generation, index, replicate, , number] = key
    const parameters = this.#optimizee.space.fromValues(values)
    const individual = new Individual({ generation, index, replicate }, parameters, seed)
    const attempt = new Attempt(this.#optimizee, individual, {
      attempt: number,
      timeout: this.#runFile.timeout,
      snapshot: () => this.#readSnapshot(),
      report: (step, value) => this.#report(key, step, value),
      directory: () => makeOwnDirectory(this.#directory, 'individuals', individual.name),
    })
    this.#current = { key, attempt }
    const begin = performance.now()
    const running = attempt.run()
    const outcome = running instanceof Promise ? await running : running
    this.#current = undefined
    // A simulation that was broken off because the worker must go has not failed.
    if (this.#leaving === 'signal' && 'cause' in outcome) {
      this.#brokeOff = true
      return
    }
    this.#take(key, outcome, performance.now() - begin)
  }

  #take(key: AttemptKey, outcome: AttemptOutcome, milliseconds: number): void {
    const printed = this.#printed.take(milliseconds)
    this.#results.push(
      'cause' in outcome
        ? [key, milliseconds, null, outcome.cause, null, printed]
        : [key, milliseconds, outcome.fitness, null, outcome.outputs ?? null, printed],
    )
  }

  #report(key: AttemptKey, step: number, value: number): void {
    if (typeof step !== 'number' || typeof value !== 'number') return
    const last = this.#reports.at(-1)
    if (last?.key === key) last.values.push([step, value])
    else this.#reports.push({ type: 'report', key, values: [[step, value]] })
    if (performance.now() - this.#flushedAt > reportIntervalMs) this.#tryFlush()
  }

  /** Takes what the runner has written; true if there was anything. */
  #receive(): boolean {
    this.#receivedAt = performance.now()
    const messages = this.#reader.read() as ToWorker[]
    this.#refuseStuckPipe()
    for (const message of messages) this.#handle(message)
    if (messages.length > 0) this.#pace?.restart(this.#receivedAt)
    return messages.length > 0
  }

  /** Its runner would wait for ever for the answer to what is lost in it. Of a file system that is away, no heart is seen. */
  #refuseStuckPipe(): void {
    const { heartbeat } = this.#runFile
    const isHeartSeen = Atomics.load(this.#heart, 0) < 2 * heartbeat
    const now = performance.now()
    this.#stuckSince = this.#reader.isStuck && isHeartSeen ? (this.#stuckSince ?? now) : undefined
    if (now - (this.#stuckSince ?? now) > Math.max(stuckLimitMs, 4 * heartbeat)) {
      throw new PipeDamaged(`${this.#reader.path} has lost what was in it`)
    }
  }

  #handle(message: ToWorker): void {
    switch (message.type) {
      case 'hello':
        if (message.run !== this.#runFile.run) throw new PipeDamaged(`The pipe belongs to the run ${message.run}`)
        this.#wakeUp.add(this.#reader.path)
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
    while (!this.#tryFlush()) {
      if (this.#isOrphan(true)) throw new Error('the results cannot be written and there is no runner')
      await setTimeout(500)
    }
  }

  #tryFlush(): boolean {
    try {
      while (this.#reports.length > 0) {
        this.#writer.write(this.#reports[0])
        this.#reports.shift()
      }
      while (this.#results.length > 0) this.#results = this.#results.slice(this.#writeResults())
    } catch {
      return false
    }
    this.#flushedAt = performance.now()
    return true
  }

  /** Writes all results, or at least the first, and gives how many: what makes a message impossible is a bad result. */
  #writeResults(): number {
    const results = this.#results
    const operations = this.#writer.operations + this.#reader.operations + Atomics.load(this.#heart, 1)
    const write = (some: readonly Result[]) => {
      this.#writer.write({ type: 'results', results: some, operations: operations - this.#operationsTold })
      this.#operationsTold = operations
    }
    for (const some of [results, results.slice(0, 1)]) {
      try {
        write(some)
        return some.length
      } catch (error) {
        if (isSystemError(error)) throw error
      }
    }
    const [key, milliseconds, , , , printed] = results[0]!
    const message = 'The simulation returned outputs that no message can hold.'
    write([[key, milliseconds, null, { kind: 'bad-result', message }, null, printed]])
    return 1
  }

  #isOrphan(evenIfBusy = false): boolean {
    const silent = Atomics.load(this.#heart, 0) > this.#runFile.grace
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

  #leave(): void {
    this.#leaving = 'signal'
    this.#queue.length = 0
    this.#current?.attempt.abort(new Error('the worker was asked to end'))
    this.#wake()
  }

  /** Stray errors of asynchronous code belong to nobody's promise; the process they came from is not to be trusted. */
  #broken(error: unknown): void {
    console.error(error)
    if (this.#current) this.#take(this.#current.key, { cause: causeOf(error) }, 0)
    this.#tryFlush()
    this.#writer.write({ type: 'refused', reason: `it ended itself after a stray error: ${causeOf(error).message}` })
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

function isSystemError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined
}

function startHeart(directory: string, channel: string, interval: number): Int32Array {
  const shared = new SharedArrayBuffer(8)
  const workerData: WorkerHeartData = {
    own: workerHeart(channel),
    runner: runnerHeart(directory),
    interval,
    shared,
  }
  new Thread(new URL('./heart-thread.js', import.meta.url), { workerData }).unref()
  return new Int32Array(shared)
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
    slurmCpus: process.env.SLURM_CPUS_PER_TASK,
    cpu: cpus()[0]?.model,
  }
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

async function main(directory: string, worker: number): Promise<void> {
  const begin = performance.now()
  const runFile = readRunFile(directory)
  const hello = {
    type: 'hello',
    protocol: protocolVersion,
    run: runFile.run,
    worker,
    epoch: Number(process.env.TWOLOOP_EPOCH ?? 0),
    ...ownIdentity(),
    provenance: ownProvenance(),
  }
  const bell = runFile.wakeUp === 'poll' ? new NodeBell(directory, hello.host, worker) : undefined
  const writer = new PipeWriter(workerDirectory(directory, worker), 'from-worker', { hello, bell })
  let optimizee: Optimizee
  try {
    optimizee = await loadOptimizee(join(directory, runFile.optimizee.module), runFile.optimizee.options)
  } catch (error) {
    writer.write({ type: 'refused', reason: `The optimizee does not load: ${(error as Error).message ?? error}` })
    throw error
  }
  const program = new WorkerProgram(directory, worker, runFile, optimizee, writer)
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
