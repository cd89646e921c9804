import { parentPort, workerData } from 'node:worker_threads'
import { Heart, Pulse } from '../channel/heartbeat.ts'
import { WatchTime } from '../channel/watch-time.ts'

/**
 * The worker's heart beats in a thread of its own, since a simulation may keep the main thread busy for hours. The thread
 * also listens to the runner's heart and leaves how long it has been silent where the main thread can see it.
 */
export interface WorkerHeartData {
  readonly own: string
  readonly runner: string
  readonly interval: number
  /** Int32s: milliseconds since the runner was last seen to live, and the system calls that this took. */
  readonly shared: SharedArrayBuffer
}

const { own, runner, interval, shared } = workerData as WorkerHeartData
const heart = new Heart(own)
const time = new WatchTime(2 * interval, performance.now())
const pulse = new Pulse(runner, time.at(performance.now()))
const [silence, operations] = [0, 1]
const seen = new Int32Array(shared)

const beat = () => {
  heart.beat()
  Atomics.store(seen, silence, Math.min(pulse.silence(time.at(performance.now())), 2 ** 31 - 1))
  Atomics.store(seen, operations, heart.operations + pulse.operations)
}
beat()
const timer = setInterval(beat, interval)
parentPort?.once('message', () => clearInterval(timer))
