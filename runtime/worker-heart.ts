import { parentPort, workerData } from 'node:worker_threads'
import { Heart, Pulse } from './heartbeat.ts'

/**
 * The worker's heart beats in a thread of its own, since a simulation may keep the main thread busy for hours. The thread
 * also listens to the runner's heart and leaves how long it has been silent where the main thread can see it.
 */
export interface WorkerHeartData {
  readonly own: string
  readonly runner: string
  readonly interval: number
  /** One Int32: milliseconds since the runner was last seen to live. */
  readonly silence: SharedArrayBuffer
}

const { own, runner, interval, silence } = workerData as WorkerHeartData
const heart = new Heart(own)
const pulse = new Pulse(runner, performance.now())
const milliseconds = new Int32Array(silence)

const beat = () => {
  heart.beat()
  Atomics.store(milliseconds, 0, Math.min(pulse.silence(performance.now()), 2 ** 31 - 1))
}
beat()
const timer = setInterval(beat, interval)
parentPort?.once('message', () => clearInterval(timer))
