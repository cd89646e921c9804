import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { quoteWord } from '../../src/core/shell-words.ts'
import { pilotProgram } from '../../src/system/programs.ts'
import { untilRunIsSeen } from './see-run-directory.ts'

/** How many seconds before the end of its time a pilot is warned, so that its workers can finish what they have begun. */
const warningSeconds = 120

/**
 * The batch script of all pilots of a run. Its arguments are the numbers of the pilots of one array, in the order of its
 * tasks.
 */
export function pilotScript(directory: string, run: string, settings: RunnerSettings): string {
  const { workersPerJob, cpusPerWorker, tasksPerWorker, gpusPerWorker, memoryPerWorker, sbatch } = settings
  const options = [
    '--job-name=twoloop-workers',
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${workersPerJob * tasksPerWorker * cpusPerWorker}`,
    ...(gpusPerWorker === undefined ? [] : [`--gpus=${workersPerJob * gpusPerWorker}`]),
    ...(memoryPerWorker === undefined ? [] : [`--mem=${timesMemory(memoryPerWorker, workersPerJob)}`]),
    '--no-requeue', // the launcher replaces what fails, with new workers
    '--output=/dev/null', // on a node that does not see the run directory there would be nowhere to write
    `--signal=B:USR1@${warningSeconds}`,
    ...sbatch,
  ]
  return `#!/bin/sh
#SBATCH ${options.map(quoteWord).join(' ')}
directory=${quoteWord(directory)} run=${quoteWord(run)} patience=${Math.ceil(settings.heartbeatTimeout / 1000)}
shift "\${SLURM_ARRAY_TASK_ID:-0}" # to the number of this one's pilot
${untilRunIsSeen('"$directory/pilots"')}
exec >>"$directory/pilots/output.txt" 2>&1
exec ${quoteWord(process.execPath)} ${quoteWord(pilotProgram())} "$directory" "$1"
`
}

/** `500M` twice is `1000M`. */
function timesMemory(memory: string, count: number): string {
  return memory.replace(/^[\d.]+/, (amount) => String(Number(amount) * count))
}
