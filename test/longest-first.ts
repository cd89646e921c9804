import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take minutes, the longest first: one that began last would go on alone at the end. */
const longest = [
  'slurm/sbatch',
  'faults/crash-points',
  'optimizers/contract',
  'slurm/launch',
  'slurm/submit',
  'slurm/jobs',
  'slurm/faults',
  'chaos/campaign',
  'faults/damaged-record',
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
