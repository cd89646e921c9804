import { workerData } from 'node:worker_threads'

/**
 * A thread of an experiment's process: ends it, and what it has started, when the process that wants its result is gone,
 * even if the experiment is in one long calculation.
 */
const { parent } = workerData as ParentWatchData

export interface ParentWatchData {
  /** The process that started this one. */
  readonly parent: number
}

/** Shorter than it takes to try the experiment again elsewhere. */
const intervalMs = 50

setInterval(() => {
  if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL')
}, intervalMs)
