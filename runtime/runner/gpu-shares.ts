import type { VisibleGpus } from '../../src/system/gpus.ts'
import type { Variables } from '../../src/system/process-group.ts'

/** Tells a worker which share it has, so that it can tell a runner that adopts it. */
const shareVariable = 'TWOLOOP_GPU_SHARE'

/** The GPUs that one process may use, dealt out to the workers that it starts: each sees its own. */
export class GpuShares {
  readonly #perWorker: number
  readonly #visible: VisibleGpus
  readonly #shareOf = new Map<number, number>()

  constructor(perWorker: number, visible: VisibleGpus) {
    this.#perWorker = perWorker
    this.#visible = visible
  }

  /** How many workers have GPUs of their own. */
  get capacity(): number {
    return Math.floor(this.gpus / this.#perWorker)
  }

  get gpus(): number {
    const counts = Object.values(this.#visible).map(({ length }) => length)
    return counts.length > 0 ? Math.min(...counts) : 0
  }

  /** Whether one more worker would have its own, beside those that have these shares. */
  hasRoom(taken: readonly number[] = []): boolean {
    return this.#free(taken) !== undefined
  }

  /** The environment in which a worker sees its GPUs, beside those that have these shares; it is empty if none are left. */
  take(worker: number, taken: readonly number[] = []): Variables {
    const share = this.#free(taken)
    if (share === undefined) return {}
    this.#shareOf.set(worker, share)
    const from = share * this.#perWorker
    const own = Object.entries(this.#visible).map(
      ([variable, gpus]) => [variable, gpus.slice(from, from + this.#perWorker).join(',')] as const,
    )
    return { ...Object.fromEntries(own), [shareVariable]: String(share) }
  }

  /** The worker has ended. */
  release(worker: number): void {
    this.#shareOf.delete(worker)
  }

  #free(taken: readonly number[]): number | undefined {
    const occupied = new Set([...this.#shareOf.values(), ...taken])
    return Array.from({ length: this.capacity }, (_, share) => share).find((share) => !occupied.has(share))
  }
}
