import { mkdirSync } from 'node:fs'
import { Heart, Pulse, runnerHeart, workerHeart } from '../../runtime/channel/heartbeat.ts'
import { NodeBell } from '../../runtime/channel/node-bell.ts'
import { PipeReader } from '../../runtime/channel/pipe-reader.ts'
import { PipeWriter } from '../../runtime/channel/pipe-writer.ts'
import { PollPace } from '../../runtime/channel/poll-pace.ts'
import {
  type Hello,
  protocolVersion,
  type Result,
  type Simulate,
  type ToWorker,
} from '../../runtime/channel/protocol.ts'
import { type RunFile, readRunFile, workerDirectory } from '../../runtime/channel/run-file.ts'
import { WakeUp } from '../../runtime/channel/wake-up.ts'
import { Random } from '../../src/index.ts'
import { quantile } from './floors.ts'

/** What one process is to play. */
export interface Play {
  readonly directory: string
  /** The number of its first worker. */
  readonly first: number
  readonly count: number
  /** Milliseconds that a simulation takes on average. */
  readonly meanMs: number
}

/** Workers that say they are of one node, as they would share one on a cluster. */
const workersPerNode = 20

/** A worker as the runner sees it, with pipe files and a heart, whose simulations are timers. */
class PlayedWorker {
  readonly #writer: PipeWriter
  readonly #reader: PipeReader
  readonly #heart: Heart
  readonly #pulse: Pulse
  readonly #pace: PollPace
  readonly #random: Random
  readonly #meanMs: number
  readonly #queue: Simulate['individuals'][number][] = []
  #isBusy = false
  #answeredAt: number | undefined
  /** Milliseconds from each answer to the next individual. */
  readonly idle: number[] = []
  busyMs = 0

  constructor(directory: string, number: number, meanMs: number, { run, pollInterval }: RunFile) {
    const channel = workerDirectory(directory, number)
    mkdirSync(channel, { recursive: true })
    const host = `node-${Math.ceil(number / workersPerNode)}`
    const process = { host, space: 'played', pid: number, started: '0' }
    const hello: Hello = { type: 'hello', protocol: protocolVersion, run, worker: number, epoch: 1, ...process }
    const bell = new NodeBell(directory, host, number)
    this.#writer = new PipeWriter(channel, 'from-worker', { hello, bell })
    this.#reader = new PipeReader(channel, 'to-worker', { reopen: true, removeRead: true, followsTakeover: true })
    this.#heart = new Heart(workerHeart(channel))
    this.#pulse = new Pulse(runnerHeart(directory), performance.now())
    this.#pace = new PollPace(pollInterval, performance.now())
    this.#random = Random.of(number, 'durations')
    this.#meanMs = meanMs
    this.#writer.write({ type: 'ready', milliseconds: 0 })
    this.beat()
  }

  look(): void {
    const now = performance.now()
    if (this.#isBusy || !this.#pace.isDue(now)) return
    for (const message of this.#reader.read() as ToWorker[]) {
      this.#pace.restart(now)
      if (message.type === 'simulate') this.#queue.push(...message.individuals)
    }
    this.#begin()
  }

  beat(): void {
    this.#heart.beat()
    this.#pulse.silence(performance.now())
  }

  #begin(): void {
    const next = this.#queue.shift()
    if (!next) return
    this.#isBusy = true
    if (this.#answeredAt !== undefined) this.idle.push(performance.now() - this.#answeredAt)
    const milliseconds = this.#meanMs * (0.5 + this.#random.uniform()) // no two in step
    setTimeout(() => this.#end(next, milliseconds), milliseconds)
  }

  #end([key]: Simulate['individuals'][number], milliseconds: number): void {
    const result: Result = [key, milliseconds, [1], null, null, null]
    this.#writer.write({ type: 'results', results: [result] })
    this.#answeredAt = performance.now()
    this.busyMs += milliseconds
    this.#isBusy = false
    this.#begin()
  }
}

/** What the workers of one node have seen. */
export interface NodeReport {
  readonly idleMs: { readonly p50: number; readonly p99: number }
  readonly idleFraction: number
}

// One process that plays many workers.
const { directory, first, count, meanMs } = JSON.parse(process.argv[2]!) as Play
const runFile = readRunFile(directory)
const workers = Array.from({ length: count }, (_, i) => new PlayedWorker(directory, first + i, meanMs, runFile))
setInterval(() => {
  for (const worker of workers) worker.beat()
}, runFile.heartbeat)
const look = () => {
  for (const worker of workers) worker.look()
}
new WakeUp({ mode: runFile.wakeUp, pollInterval: runFile.pollInterval, onWake: look })
process.on('SIGTERM', report)
process.stdout.write('ready\n')

function report(): void {
  const idle = workers.flatMap((worker) => worker.idle)
  const idleMs = idle.reduce((sum, milliseconds) => sum + milliseconds, 0)
  const busyMs = workers.reduce((sum, worker) => sum + worker.busyMs, 0)
  const seen: NodeReport = {
    idleMs: { p50: quantile(idle, 0.5), p99: quantile(idle, 0.99) },
    idleFraction: idleMs / (idleMs + busyMs),
  }
  process.stdout.write(`${JSON.stringify(seen)}\n`)
  process.exit(0)
}
