import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { plainDataOf } from '../core/plain-data.ts'
import { readManifest } from '../record/reader.ts'
import { programSchema } from '../search/begun-by-program.ts'
import { loadProgram } from './load-program.ts'
import { type RunRequest, runExperimentFile, runLoaded } from './run-experiment.ts'
import { unsealedSettings } from './sealed-settings.ts'
import { requireTrust } from './trust.ts'

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

interface ResumeRequest extends Pick<RunRequest, 'acceptChangedCode' | 'json'> {
  readonly generations?: number | undefined
  readonly trust: boolean
}

/** The same file with the same words on the command line, into the same directory. */
export async function resumeRun(
  run: string,
  { generations, acceptChangedCode, trust, json }: ResumeRequest,
): Promise<number> {
  const manifest = readManifest(run)
  const directory = resolve(run)
  const program = programSchema.safeParse(manifest.program)
  if (program.success) {
    requireTrust(directory, 'going on with it executes the modules that its record names', trust)
    const now = generations === undefined ? program.data : withGenerations(program.data, generations)
    const loaded = await loadProgram(run, basename(directory), now)
    const recorded = { program: plainDataOf(now) }
    return runLoaded(loaded, {
      root: dirname(directory),
      overwrite: false,
      acceptChangedCode,
      json,
      manifest: recorded,
    })
  }
  const started = startedBy.safeParse(manifest)
  if (!started.success) {
    throw new ConfigurationError(
      `${run}: its record does not say how it was started; go on with it by your own program, or, if it was killed while it began, by the command that began it`,
    )
  }
  const { file, overrides } = started.data
  requireTrust(directory, `going on with it executes ${file}`, trust)
  const set = overrides.set && { set: [...unsealedSettings(directory, overrides.set)] }
  return runExperimentFile({
    file,
    overrides: { ...overrides, ...set, ...(generations !== undefined && { generations }) },
    root: dirname(directory),
    name: basename(directory),
    overwrite: false,
    acceptChangedCode,
    json,
  })
}

type Program = z.output<typeof programSchema>

function withGenerations({ optimizer, plan, ...rest }: Program, generations: number): Program {
  const limits = typeof plan.limits === 'object' ? { limits: { ...plan.limits, generations } } : {}
  return {
    ...rest,
    plan: { ...plan, ...limits },
    optimizer: { ...optimizer, settings: { ...optimizer.settings, generations } },
  }
}
