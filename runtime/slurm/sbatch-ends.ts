import type { ProcessEnd } from '../../src/system/process-group.ts'
import type { EndExplanation } from '../runner/launcher.ts'
import type { PilotJob } from './pilot-job.ts'
import { describeUnseen, unseenExitCode } from './see-run-directory.ts'

/** What its pilot and Slurm say of the end of a worker, if more than how its process ended. */
export function explainSbatchEnd(pilot: PilotJob, end: ProcessEnd, directory: string): EndExplanation | undefined {
  const { refusal, state, job, isWarned, endingSince } = pilot
  if (end.error !== undefined && isWarned) return { words: 'found its job at its end', outlook: 'wait' }
  if (refusal !== undefined) return { words: `was refused by Slurm: ${refusal}`, outlook: 'refuse' }
  if (end.error !== undefined && pilot.isDamaged) {
    return {
      detail: 'cancelled',
      words: 'was ended since its pilot could not be understood any more',
      outlook: 'wait',
    }
  }
  if (end.exitCode !== undefined || end.signal !== undefined || end.error !== undefined) return undefined
  const untold = endingSince === undefined ? undefined : endedWithJob(isWarned)
  if (state === undefined || job === undefined) return untold
  if (state.exitCode === unseenExitCode) {
    return { words: describeUnseen(directory, state.nodes ?? 'its node'), outlook: 'refuse' }
  }
  const { words, ...known } = jobEnds[state.state] ?? untold ?? { words: 'is gone with its job' }
  const reason = state.reason === null ? '' : ` (${state.reason})`
  return { ...known, words: `${words}: job ${job} is ${state.state}${reason}` }
}

/** Slurm does not say in time whether a job was cancelled or what else has ended it; its simulations have not. */
function endedWithJob(isWarned: boolean): EndExplanation {
  return { detail: isWarned ? 'time-limit' : 'cancelled', words: 'was ended with its job' }
}

/** What the end of a job means for its workers, by Slurm's state of it; the middle of a sentence that begins with a worker. */
const jobEnds: Readonly<Record<string, EndExplanation>> = {
  NODE_FAIL: { detail: 'node-failure', words: 'was lost with its node', outlook: 'wait' },
  BOOT_FAIL: { detail: 'node-failure', words: 'could not be started since its node did not', outlook: 'wait' },
  TIMEOUT: { detail: 'time-limit', words: "was ended by its job's time limit" },
  DEADLINE: { detail: 'time-limit', words: "was ended by its job's time limit" },
  PREEMPTED: { detail: 'preempted', words: 'was ended since its job was preempted', outlook: 'wait' },
  CANCELLED: { detail: 'cancelled', words: 'was cancelled with its job' },
  OUT_OF_MEMORY: { detail: 'out-of-memory', words: 'was killed since its job used more memory than it had' },
}
