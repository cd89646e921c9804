import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take a minute and more where much runs beside them, those that wait in turn with those that compute: one
 * that began last would go on alone at the end, and two that wait would leave the processors idle.
 */
const longest = [
  'slurm/sbatch',
  'optimizers/contract',
  'faults/crash-points',
  'slurm/jobs',
  'faults/damaged-record',
  'slurm/launch',
  'faults/making-a-run',
  'slurm/submit',
  'surface/installed',
  'slurm/faults',
  'batch/front-doors',
  'faults/locked-record',
  'faults/full-disk',
  'runtime/schedulers/submit',
  'faults/damaged-pipes',
  'cli/check-worker',
  'search/front',
  'runtime/runner/outlasted',
  'docs/results',
  'docs/coming-from',
  'examples/optimizers/run',
  'examples/examples',
  'laws/laws',
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
