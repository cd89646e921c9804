import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take a minute and more where much runs beside them, the longest first: one that began last would go on alone at the end. */
const longest = [
  'slurm/sbatch',
  'slurm/submit',
  'optimizers/contract',
  'slurm/launch',
  'slurm/jobs',
  'faults/crash-points',
  'faults/damaged-record',
  'faults/making-a-run',
  'faults/locked-record',
  'batch/front-doors',
  'slurm/faults',
  'runtime/schedulers/submit',
  'cli/check-worker',
  'runtime/runner/outlasted',
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
