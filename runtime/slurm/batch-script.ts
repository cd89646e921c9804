import { quoteWord } from '../../src/core/shell-words.ts'
import { toTheEnd } from '../schedulers/job-script.ts'
import { jobVariables } from '../schedulers/job-variables.ts'

export interface BatchScript {
  /** The name of the job. */
  readonly name: string
  /** The folder for what belongs to the jobs of a run; see `slurm-jobs.ts`. */
  readonly folder: string
  readonly workingDirectory: string
  /** The command that runs the search. */
  readonly command: readonly string[]
  /** Added to it when the first job starts for the first time. */
  readonly firstTime: readonly string[]
  /** Seconds before the end of the allocation at which the runner is warned. */
  readonly warning: number
  /** Options of sbatch, as they were given; they come after ours, and so before them. */
  readonly options: readonly string[]
  /** Where Slurm's programs are, for jobs that get no environment. */
  readonly path: string
}

/**
 * The batch script of a search: it runs the runner in its allocation, passes on what Slurm signals, and when time was too
 * short requeues itself, or submits itself again where that is not allowed.
 */
export function batchScript(script: BatchScript): string {
  const { name, folder, workingDirectory, command, firstTime, warning, options, path } = script
  return `#!/bin/bash
#SBATCH --job-name=${quoteWord(name)}
#SBATCH --output=${quoteWord(`${folder.replaceAll('%', '%%')}/log.txt`)} --open-mode=append
#SBATCH --requeue --no-kill
#SBATCH --signal=B:USR1@${warning}
${options.length > 0 ? `#SBATCH ${options.map(quoteWord).join(' ')}\n` : ''}
folder=${quoteWord(folder)}
export PATH="\${PATH:-/usr/bin:/bin}":${quoteWord(path)}
export ${jobVariables.warning}=${warning} ${jobVariables.warned}="$folder/warned" ${jobVariables.again}="$folder/again-$SLURM_JOB_ID"
rm -f "$${jobVariables.warned}" "$${jobVariables.again}"
trap ': >"$${jobVariables.warned}"' USR1
command=(${command.map(quoteWord).join(' ')})
${firstTime.length > 0 ? `if [ "$1" != again ] && [ "\${SLURM_RESTART_COUNT:-0}" -eq 0 ]; then command+=(${firstTime.map(quoteWord).join(' ')}); fi\n` : ''}
echo "$SLURM_JOB_ID" >>"$folder/jobs"
echo "== $(date '+%F %T') job $SLURM_JOB_ID, restart \${SLURM_RESTART_COUNT:-0}, on $SLURM_JOB_NODELIST"
cd ${quoteWord(workingDirectory)} || exit 2

${toTheEnd('scontrol requeue "$SLURM_JOB_ID" || sbatch --dependency="afterany:$SLURM_JOB_ID" "$folder/job.sh" again')}
`
}
