import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureDetail } from '../../src/core/evaluation.ts'
import { ownWords } from './ask.ts'
import { unseen } from './see-run-directory.ts'

/** What srun's own output says of the end of a step, or of why there was none. */
export type SrunEnd =
  | { readonly type: 'ended'; readonly detail: FailureDetail; readonly words: string }
  /** The step alone, or its job, was cancelled, by a person or by the scheduler: srun does not say which. */
  | { readonly type: 'cancelled' }
  | { readonly type: 'node-failed' }
  /** The step's node does not see the run directory. */
  | { readonly type: 'unseen'; readonly host: string; readonly directory: string }
  /** The controller is away for a while. */
  | { readonly type: 'no-controller' }
  | { readonly type: 'allocation-over' }
  /** The allocation, or what is left of it, cannot give what is asked for. */
  | { readonly type: 'unavailable'; readonly words: string }
  | { readonly type: 'refused'; readonly words: string }

/** What srun itself prints; the worker's own output goes to files of its own, which it can see the size of. */
export const srunOutput = 'srun.txt'

/** What srun has printed of the worker that has this folder. */
export function readSrunOutput(channel: string): string {
  try {
    return readFileSync(join(channel, srunOutput), 'utf8')
  } catch {
    return ''
  }
}

/** @returns undefined if it says nothing of the kind: then the worker ended by itself */
export function readSrunEnd(text: string): SrunEnd | undefined {
  const line = text.split('\n').find((one) => one.startsWith(unseen))
  if (line) {
    const [host, directory] = line.slice(unseen.length + 1).split(': ')
    return { type: 'unseen', host: host!, directory: directory! }
  }
  const found = ends.find(([pattern]) => pattern.test(text))
  return found?.[1](text)
}

const ended = (detail: FailureDetail, words: string) => (): SrunEnd => ({ type: 'ended', detail, words })

/** The first that fits counts: what took the step comes before what that led to. */
const ends: readonly (readonly [pattern: RegExp, end: (text: string) => SrunEnd])[] = [
  [
    /oom-kill|Out Of Memory|exceeded memory limit/,
    ended('out-of-memory', 'was killed since it used more memory than it had'),
  ],
  [/DUE TO TIME LIMIT/, ended('time-limit', "was ended by its job's time limit")],
  [/DUE TO PREEMPTION/, ended('preempted', 'was ended since its job was preempted')],
  [/DUE TO JOB REQUEUE/, ended('requeued', 'was ended since its job was requeued')],
  [
    /Node failure|DUE TO NODE FAILURE|Task launch for .* failed|Communication connection failure/,
    () => ({ type: 'node-failed' }),
  ],
  [/CANCELLED AT|Cancelled pending job step/, () => ({ type: 'cancelled' })],
  [/Unable to contact slurm controller|slurm_persist_conn|connect failure/i, () => ({ type: 'no-controller' })],
  [
    /Expired or invalid job|has expired|Invalid job id|already completing or completed|has been revoked/,
    () => ({ type: 'allocation-over' }),
  ],
  [
    /Unable to create step .*: (Requested node configuration is not available|Required node not available)/,
    (text) => ({ type: 'unavailable', words: ownWords(text) }),
  ],
  [
    /^srun: (?:error|fatal): (?:Unable to |Invalid |.*mutually exclusive|.*not supported)|^srun: (?:unrecognized|invalid) option|^srun: option .* requires an argument/m,
    (text) => ({ type: 'refused', words: ownWords(text) }),
  ],
]
