import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeMessage } from '../../runtime/channel/protocol.ts'
import { type RunFile, replaceFile } from '../../runtime/channel/run-file.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import { runFiles, snapshotName } from '../core/run-files.ts'
import { bundle } from '../system/bundle.ts'
import { simulationKey } from './evaluation-cache.ts'
import type { HeldRun } from './run-directory.ts'

/**
 * Puts the optimizee where workers find it: bundled once, with its snapshot made once.
 *
 * @param source where it is found, if it does not say so itself
 * @param onWarning is told if its code is another than when the run was begun
 */
export async function deliver(
  { directory, record }: Pick<HeldRun, 'directory' | 'record'>,
  optimizee: Pick<Optimizee, 'snapshot' | 'source'>,
  source: OptimizeeSource | undefined = optimizee.source,
  onWarning: (sentence: string) => void = () => {},
): Promise<RunFile['optimizee']> {
  if (!source) {
    throw new ConfigurationError(
      'Workers must be able to load the optimizee: give it `module: import.meta.url` in a file of its own whose default export it is.',
    )
  }
  const module = source.module.startsWith('file:') ? fileURLToPath(source.module) : resolve(source.module)
  const { code, hash } = await bundle(module)
  const { code: before, snapshot: known, simulation: simulated } = record.manifest()
  if (before !== undefined && before !== hash) {
    onWarning(
      `The optimizee's code has changed since ${directory} was begun; what is simulated from now on may differ.`,
    )
  }
  replaceFile(join(directory, runFiles.optimizee), code)
  const isThere = typeof known === 'string' && existsSync(join(directory, known))
  const snapshot = isThere ? known : await saveSnapshot(directory, optimizee)
  const key = simulationKey({ code: hash, options: source.options, snapshot })
  // A run in which several versions simulated is none that others can reuse.
  const simulation = simulated === undefined || simulated === key ? key : null
  record.writeManifest({ code: hash, snapshot: snapshot ?? null, simulation })
  return { module: runFiles.optimizee, options: source.options, ...(snapshot !== undefined && { snapshot }) }
}

async function saveSnapshot(directory: string, optimizee: Pick<Optimizee, 'snapshot'>): Promise<string | undefined> {
  const value = await optimizee.snapshot()
  if (value === undefined) return undefined
  const bytes = encodeMessage(value)
  const name = snapshotName(createHash('sha256').update(bytes).digest('hex').slice(0, 16))
  replaceFile(join(directory, name), bytes)
  return name
}
