import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { readManifest } from '../record/reader.ts'
import { runExperimentFile } from './run-experiment.ts'

/** What `run` left in the manifest for `resume`. */
const startedBy = z.looseObject({
  file: z.string(),
  overrides: z.strictObject({
    set: z.array(z.string()).optional(),
    seed: z.number().optional(),
    generations: z.number().optional(),
    workers: z.number().optional(),
    launcher: z.string().optional(),
    order: z.string().optional(),
  }),
})

/** The same file with the same words on the command line, into the same directory. */
export async function resumeRun(
  run: string,
  { generations, json }: { readonly generations?: number | undefined; readonly json: boolean },
): Promise<number> {
  const started = startedBy.safeParse(readManifest(run))
  if (!started.success) {
    throw new ConfigurationError(`${run}: was not started from an experiment's file; go on with it by your own program`)
  }
  const { file, overrides } = started.data
  const directory = resolve(run)
  return runExperimentFile({
    file,
    overrides: { ...overrides, ...(generations !== undefined && { generations }) },
    root: dirname(directory),
    name: basename(directory),
    overwrite: false,
    json,
  })
}
