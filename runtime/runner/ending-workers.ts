import type { RunRecord } from '../../src/core/record.ts'
import type { Alarm } from './alarm.ts'
import type { PresentWorkers } from './present-workers.ts'
import { type GivenUp, orderlyEnds } from './worker-life.ts'
import type { WorkerProcess } from './worker-process.ts'

/** How long a worker has between SIGTERM and SIGKILL. */
const gentleMs = 2000

const stayed: GivenUp = { type: 'given up', kind: 'worker-lost', why: 'it did not leave when it was asked to' }
const runEnded: GivenUp = { type: 'given up', kind: 'worker-lost', why: orderlyEnds.runEnded }

interface EndingOptions {
  /** Milliseconds that the workers have to finish what runs. */
  readonly drain: number
  readonly alarm: Alarm
  readonly now: () => number
}

/** Ends all workers: asks, waits, kills. */
export async function endWorkers(workers: PresentWorkers, { drain, alarm, now }: EndingOptions): Promise<void> {
  for (const worker of workers.living) {
    worker.stop()
    // A worker that has not said hello holds nothing, and its scheduler may not let it start for long.
    if (worker.identity === undefined) worker.giveUp(runEnded)
  }
  const begin = now()
  while (workers.living.length > 0) {
    const overdue = now() - begin - drain
    for (const worker of workers.living) press(worker, overdue)
    await alarm.rest()
    for (const worker of workers.all) worker.checkLife()
  }
}

/** Ends a worker that should have left so many milliseconds ago, gently first. */
export function press(worker: WorkerProcess, overdue: number): void {
  if (overdue > gentleMs) worker.giveUp(stayed)
  else if (overdue > 0) worker.press()
}

/** Ends all workers at once, without waiting. */
export function killWorkers(workers: PresentWorkers): void {
  for (const worker of workers.living) worker.giveUp(runEnded)
}

/**
 * Lets go of all workers, which have ended, and stores the ends of those that hold nothing and of which nothing is left to
 * store. The pipes of others are read by the next runner: they may have answered, or what they answered could not be stored.
 */
export function storeEnds(workers: PresentWorkers, record: RunRecord): void {
  const ended = workers.all.filter(({ held, reading }) => held.size === 0 && reading.isStored)
  const ends = ended.map(({ number }) => ({ worker: number, why: orderlyEnds.runEnded }))
  for (const worker of workers.all) workers.remove(worker, { mayWrite: false })
  try {
    record.commit({ attempts: [], reports: [], positions: [], ends })
  } catch {
    // On a full disk a run still ends in order; the next runner will find that the workers have died.
  }
}
