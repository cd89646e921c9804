import { runFiles } from '../../src/core/run-files.ts'
/** What is said on a node that does not see the run directory, before the node's name and the directory. */
export const unseen = 'twoloop: the run directory is not seen on'
/** How a job or step ends that does not see the run directory; nothing else of ours ends so. */
export const unseenExitCode = 72

/**
 * Shell lines that wait until the run directory is seen, by this run's name in its file: a network file system may take a
 * while, and a folder of the same name on a disk of the node's own is another. They need `directory`, `run` (its
 * identity) and `patience` in seconds.
 *
 * @param folder another folder that must be there, as a word of the shell
 */
export function untilRunIsSeen(folder: string): string {
  return `until grep -qsF "\\"$run\\"" "$directory/${runFiles.run}" && [ -d ${folder} ]; do
  if [ "$patience" -le 0 ]; then
    echo "${unseen} \${SLURMD_NODENAME:-this node}: $directory" >&2
    exit ${unseenExitCode}
  fi
  patience=$((patience - 1))
  sleep 1
done`
}

/** The end of a sentence about a worker. */
export function describeUnseen(directory: string, host: string): string {
  return `does not see ${directory} on ${host}; the run directory must lie on a file system that all nodes share`
}
