import { RunnerFailure } from '../../runtime/runner/runner-failure.ts'
import { isFailed, stoppingFailure } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import { isSame } from '../core/plain-data.ts'
import type { Counts } from '../record/rows.ts'
import type { RecordWriter } from '../record/writer.ts'

/** What a run was when it had finished. */
export interface Finished {
  readonly hash: string
  readonly counts: Counts
}

/** Nothing of a run that has finished lives on; it may be gone on with all the same. */
export function finishedBefore(record: RecordWriter): Finished | undefined {
  const { status, hash } = record.manifest()
  if (status !== 'finished' || typeof hash !== 'string' || record.openWorkers().length > 0) return undefined
  return { hash, counts: record.counts() }
}

/** The hash that it had, if nothing has come since: what is not there of a record that somebody has cut, is simulated again. */
export function hashOf(record: RecordWriter, finished: Finished | undefined): string {
  return finished && isSame(finished.counts, record.counts()) ? finished.hash : record.hash()
}

/** A search that a failure has stopped stays stopped: the failure is in the record, whoever was killed before saying so. */
export function refuseStopped(record: RecordWriter): void {
  if (record.failures(1).length === 0) return
  // Where results are told one by one, others may have been asked for since.
  for (let generation = record.generations - 1; generation >= 0; generation--) {
    const failed = record.evaluations(generation).find(isFailed)
    if (failed) throw new RunnerFailure(stoppingFailure(failed))
  }
}

/**
 * A search in which nothing worked has failed, also where it has fewer individuals than it takes to give it up, or its first
 * generation has.
 */
export function refuseHopeless(record: RecordWriter): void {
  const { done, stopped, failed } = record.counts()
  const [first] = record.firstOutcomes(1)
  if (done + stopped > 0 || !first?.cause) return
  throw new RunnerFailure(`None of ${failed} individuals was simulated well; ${nameOf(first)}: ${first.cause.message}`)
}
