import { nameOf } from '../../src/core/individual.ts'
import type { Job } from './job.ts'
import type { WorkerProcess } from './worker-process.ts'

/**
 * What adopted workers were given by earlier runner starts and have not answered, as far as their pipes were read: they
 * still hold it. The jobs that no worker holds are given back.
 */
export function leaveInherited(jobs: readonly Job[], workers: readonly WorkerProcess[]): readonly Job[] {
  if (!workers.some(({ hasInherited }) => hasInherited)) return jobs
  const byName = new Map(jobs.map((job) => [job.individual.name, job]))
  const held = new Set<Job>()
  for (const worker of workers) {
    for (const [generation, index, replicate, epoch, attempt] of worker.takeInherited()) {
      const job = byName.get(nameOf({ generation, index, replicate }))
      if (!job || attempt < job.attempt || held.has(job)) continue
      job.attempt = attempt
      job.epoch = epoch
      worker.held.add(job)
      held.add(job)
    }
  }
  return jobs.filter((job) => !held.has(job))
}
