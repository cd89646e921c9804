import { quoteWord } from '../../src/core/shell-words.ts'
import { jobVariables } from './job-variables.ts'
import type { Scheduler } from './scheduler.ts'

export interface JobScript {
  readonly scheduler: Scheduler
  /** The name of the job. */
  readonly name: string
  /** The folder beside the run directory for what belongs to its jobs. */
  readonly folder: string
  readonly workingDirectory: string
  /** The command that runs the search. */
  readonly command: readonly string[]
  /** Added to it in the first job. */
  readonly firstTime: readonly string[]
  /** How long a job lasts. */
  readonly seconds: number
  /** Options of the scheduler, as they were given; they come after ours. */
  readonly options: readonly string[]
  /** Where the scheduler's programs are, for jobs that get no environment. */
  readonly path: string
}

/** What all jobs of a run print. */
export const logName = 'log.txt'

/**
 * The script of a search that goes on from job to job: it tells the runner when the job ends, passes on a wish to stop, and
 * submits itself again when the time was too short. All that differs between schedulers is what `Scheduler` says.
 */
export function jobScript(script: JobScript): string {
  const { scheduler, name, folder, workingDirectory, command, firstTime, seconds, options, path } = script
  const { mark, jobVariable } = scheduler
  const own = scheduler.options({ name, log: quoteWord(`${folder}/${logName}`), seconds })
  const words = [...own, ...(options.length > 0 ? [options.map(quoteWord).join(' ')] : [])]
  return `#!/bin/bash
${words.map((line) => `${mark} ${line}`).join('\n')}

begun=$(date +%s)
folder=${quoteWord(folder)}
exec >>"$folder/${logName}" 2>&1
export PATH="\${PATH:-/usr/bin:/bin}":${quoteWord(path)}
export ${jobVariables.ends}=$((begun + ${seconds})) ${jobVariables.again}="$folder/again-$${jobVariable}"
command=(${command.map(quoteWord).join(' ')})
${firstTime.length > 0 ? `if [ ! -e "$folder/begun" ]; then command+=(${firstTime.map(quoteWord).join(' ')}); fi\n` : ''}: >"$folder/begun"
grep -qxF "$${jobVariable}" "$folder/jobs" || echo "$${jobVariable}" >>"$folder/jobs"
echo "== $(date '+%F %T') job $${jobVariable} on $(uname -n)"
rm -f "$${jobVariables.again}"
cd ${quoteWord(workingDirectory)} || exit 2

${toTheEnd(scheduler.submission(jobVariable))}
`
}

/**
 * The last lines of a job's script: the runner to its end, and a line of shell that has another job go on where the search
 * wants one, unless it was cancelled.
 */
export function toTheEnd(goOn: string): string {
  return `"\${command[@]}" </dev/null &
runner=$!
trap 'cancelled=1; kill -TERM "$runner"' TERM INT HUP
while kill -0 "$runner" 2>/dev/null; do wait "$runner"; done # a signal ends the wait, not the runner
wait "$runner"
code=$?

if [ -e "$${jobVariables.again}" ] && [ -z "$cancelled" ]; then
  rm -f "$${jobVariables.again}"
  ${goOn}
fi
exit "$code"`
}
