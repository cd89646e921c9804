import { setImmediate } from 'node:timers/promises'
import type { Evaluation } from '../core/evaluation.ts'
import type { Individual } from '../core/individual.ts'
import type { RecordWriter } from '../record/writer.ts'
import type { EvaluationCache } from './evaluation-cache.ts'
import { commitOf } from './reused.ts'

/** The most individuals that are looked up and stored at once. */
const lookedUpAtOnce = 1000

/** Takes what other runs have simulated as if it had been simulated here. */
export async function reuseKnown(
  cache: EvaluationCache,
  open: readonly Individual[],
  record: RecordWriter,
  signal: AbortSignal,
  onReused: (evaluations: readonly Evaluation[]) => void,
): Promise<void> {
  for (let from = 0; from < open.length && !signal.aborted; from += lookedUpAtOnce) {
    await setImmediate() // a stop is heard also where nothing has to be simulated
    const reused = cache.find(open.slice(from, from + lookedUpAtOnce), record.epoch)
    if (reused.length === 0) continue
    record.commit(commitOf(reused))
    onReused(reused.map(({ evaluation }) => evaluation))
  }
}
