import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take twenty seconds and more, those that wait in turn with those that compute: one that began last would go on
 * alone at the end, and where all wait the processors are idle.
 */
const longest = [
  'slurm/sbatch',
  'cli/check-worker',
  'optimizers/contract',
  'slurm/jobs',
  'faults/locked-record',
  'faults/crash-points',
  'slurm/launch',
  'runtime/runner/outlasted',
  'faults/damaged-record',
  'slurm/submit',
  'runtime/schedulers/submit',
  'surface/installed',
  'slurm/faults',
  'runtime/runner/misbehaviour',
  'examples/problems',
  'faults/shared-file-system',
  'batch/grid-run',
  'faults/damaged-pipes',
  'dashboard/page/page',
  'cli/check-program',
  'search/run-identity',
  'laws/batches',
  'batch/front-doors',
  'faults/full-disk',
  'docs/coming-from',
  'faults/making-a-run',
  'search/warm-start',
  'docs/results',
  'examples/examples',
  'examples/optimizers/run',
  'cli/first-steps',
  'python/twoloop',
  'faults/takeover',
  'optimizers/nsga-ii',
  'cli/resume-program',
  'chaos/campaign',
].map((name) => join(import.meta.dirname, `${name}.test.ts`))

/** Begins with the files that take longest; those that follow are in vitest's order, the largest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const missing = longest.filter((file) => !existsSync(file))
    if (missing.length > 0) throw new Error(`${import.meta.filename} lists what is not there: ${missing.join(', ')}`)
    const others = (await super.sort(files)).filter(({ moduleId }) => !longest.includes(moduleId))
    return [...longest.flatMap((file) => files.filter(({ moduleId }) => moduleId === file)), ...others]
  }
}
