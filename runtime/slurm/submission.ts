import { askMeanwhile, type SlurmAnswer } from './ask.ts'

/** What came of asking Slurm to take a job. */
export type Submission =
  | { readonly type: 'taken'; readonly job: string }
  /** Whether it has been taken is not known. */
  | { readonly type: 'unsure'; readonly words: string }
  /** Slurm takes no more jobs now; fewer, or later, it may. */
  | { readonly type: 'too-many'; readonly words: string }
  | { readonly type: 'refused'; readonly words: string }

/** A submission may take long where many submit: so long that no answer is no answer. */
const patienceMs = 20_000

/** Has sbatch take a job; it is given `--parsable`. */
export async function submitJob(args: readonly string[], sbatch = 'sbatch'): Promise<Submission> {
  return readSubmission(await askMeanwhile(sbatch, ['--parsable', ...args], patienceMs))
}

/** Sites print what they like around the number of the job, and a job may have been taken before an error came. */
function readSubmission(answer: SlurmAnswer): Submission {
  switch (answer.type) {
    case 'silent':
      return { type: 'unsure', words: `sbatch ${answer.words}` }
    case 'said': {
      const job = numberIn(answer.text)
      return job === undefined ? { type: 'unsure', words: 'sbatch named no job' } : { type: 'taken', job }
    }
    case 'refused': {
      const job = numberIn(answer.text)
      if (job !== undefined) return { type: 'taken', job }
      const { words } = answer
      return { type: passing.test(words) ? 'unsure' : tooMany.test(words) ? 'too-many' : 'refused', words }
    }
  }
}

function numberIn(text: string): string | undefined {
  return [...text.matchAll(/^\s*(?:Submitted batch job )?(\d+)(?:;\S*)?\s*$/gm)].at(-1)?.[1]
}

/** The controller's answer got lost, or it could not be asked. */
const passing =
  /Unable to contact|timed out|temporarily|try again|Socket|connect failure|connection|Zero Bytes|Unexpected message/i

/** A limit of the number of jobs; what says so of a job's time or size is refused for good. */
const tooMany =
  /job array specification|array size|job submit limit|Submit(?:Job)?(?:s|Limit|PerUser)|MaxJobs|MaxSubmit|Job count|maximum number of jobs|too many jobs|job limit/i

/** How many jobs are asked for at once, after what Slurm has said so far. */
export interface RequestSize {
  readonly most: number
  /** Refusals in a row. */
  readonly refusals: number
}

/** A cluster takes as many in one array (MaxArraySize) almost everywhere. */
export const firstRequestSize: RequestSize = { most: 500, refusals: 0 }

/** The size of requests after a refusal: after two in a row half as many jobs are asked for. */
export function afterRefusal({ most, refusals }: RequestSize, asked: number): RequestSize {
  if (refusals === 0) return { most, refusals: 1 }
  return { most: Math.max(1, Math.floor(asked / 2)), refusals: 0 }
}
