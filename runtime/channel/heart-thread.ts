import { parentPort, workerData } from 'node:worker_threads'
import { Heart, Pulse } from './heartbeat.ts'
import { WatchTime } from './watch-time.ts'

/** What the thread of a heart is told; see `BeatingHeart`. */
export interface HeartThreadData {
  readonly own: string
  /** The heart that is listened to, if any. */
  readonly other: string | undefined
  readonly interval: number
  /** Milliseconds since the other heart was last seen to beat, and the system calls that all of it took. */
  readonly shared: BigInt64Array
}

const { own, other, interval, shared } = workerData as HeartThreadData
const heart = new Heart(own, 1)
const time = new WatchTime(2 * interval, () => performance.now())
const pulse = other === undefined ? undefined : new Pulse(other, time.look())

const beat = () => {
  heart.beat()
  if (pulse) Atomics.store(shared, 0, BigInt(Math.round(pulse.silence(time.look()))))
  Atomics.store(shared, 1, BigInt(heart.operations + (pulse?.operations ?? 0)))
}
beat()
const timer = setInterval(beat, interval)
parentPort?.once('message', () => clearInterval(timer))
