/** A scheduler other than Slurm, as far as a search needs it that goes on from one of its jobs to the next. */
export interface Scheduler {
  /** The name of the scheduler as people write it. */
  readonly name: string
  /** Its program that takes jobs. */
  readonly submitter: string
  /** What a line of a script begins with that is meant for it. */
  readonly mark: string
  /** The variable in a job's environment with the job's number. */
  readonly jobVariable: string
  /** What it is told of a job. */
  options(job: { readonly name: string; readonly log: string; readonly seconds: number }): readonly string[]
  /** How the script `$folder/job.sh` is submitted, as a line of shell; `after` is a variable with the job that is to end before. */
  submission(after?: string): string
  /** The number of the job in what it answers to that; undefined if there is none. */
  jobIn(answer: string): string | undefined
  /** The command that asks for a job. */
  question(job: string): readonly string[]
  /** Whether the job waits or runs, by an answer to that without an error. */
  isQueued(answer: string): boolean
}

/** PBS Professional, OpenPBS and Torque. */
const pbs: Scheduler = {
  name: 'pbs',
  submitter: 'qsub',
  mark: '#PBS',
  jobVariable: 'PBS_JOBID',
  options: ({ name, log, seconds }) => [
    `-N ${jobNameOf(name).slice(0, 15)}`,
    '-j oe',
    `-o ${log}`,
    `-l walltime=${clock(seconds)}`,
  ],
  submission: (after) => `qsub ${after === undefined ? '' : `-W "depend=afterany:$${after}" `}"$folder/job.sh"`,
  jobIn: (answer) => /^(\d+\S*)\s*$/m.exec(answer)?.[1],
  question: (job) => ['qstat', job],
  // Of one that has ended PBS gives an error; Torque lists it for a while, and so does PBS where it is asked for its history.
  isQueued: (answer) => !/\s[CF]\s+\S+\s*$/m.test(answer),
}

/** IBM Spectrum LSF. */
const lsf: Scheduler = {
  name: 'lsf',
  submitter: 'bsub',
  mark: '#BSUB',
  jobVariable: 'LSB_JOBID',
  options: ({ name, log, seconds }) => [`-J ${jobNameOf(name)}`, `-o ${log}`, `-W ${Math.ceil(seconds / 60)}`],
  submission: (after) => `bsub ${after === undefined ? '' : `-w "ended($${after})" `}<"$folder/job.sh"`,
  jobIn: (answer) => /^Job <(\d+)>/m.exec(answer)?.[1],
  question: (job) => ['bjobs', '-noheader', '-o', 'stat', job],
  isQueued: (answer) => /^(PEND|RUN|PROV|WAIT|PSUSP|USUSP|SSUSP)\b/m.test(answer),
}

export const schedulers = { pbs, lsf } as const satisfies Record<string, Scheduler>

/** A job's name in words that mean nothing to a scheduler: brackets would make it an array of jobs. */
function jobNameOf(name: string): string {
  return name.replaceAll(/[^\w-]/g, '-')
}

/** Hours, minutes and seconds. */
function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`
}
