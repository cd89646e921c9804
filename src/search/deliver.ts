import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeMessage } from '../../runtime/channel/protocol.ts'
import { type DeliveredOptimizee, replaceFile } from '../../runtime/channel/run-file.ts'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizee, OptimizeeSource } from '../core/optimizee.ts'
import { aRecord, checkArgument, type OptionCheck } from '../core/options.ts'
import { runFiles, snapshotName } from '../core/run-files.ts'
import { show } from '../core/text.ts'
import type { Manifest } from '../record/rows.ts'
import { bundleForWorkers } from '../system/bundle.ts'
import { hashOfBundle } from '../system/bundle-code.ts'
import { digestOf } from '../system/file-digest.ts'
import { acceptedSentence, changedFiles, codeFilesOf, recordOfFiles, refuseChanged } from './changed-code.ts'
import { simulationKey } from './evaluation-cache.ts'
import { ownVersion } from './provenance.ts'
import type { HeldRun } from './run-directory.ts'

export interface DeliveryOptions {
  /** Goes on also if the simulation's files are others than when the run was begun; that is recorded. */
  readonly acceptChangedCode?: boolean | undefined
  /** Whether nothing is left to be simulated: then what was delivered before need not be made anew. */
  readonly isOver?: boolean | undefined
  /** Is told if they are. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

/**
 * Puts the optimizee where workers find it: bundled once, with its snapshot made once.
 *
 * @param source where it is found, if it does not say so itself
 * @throws ConfigurationError if its files are others than when the run was begun, unless that is accepted
 */
export async function deliver(
  run: Pick<HeldRun, 'directory' | 'record'>,
  optimizee: Pick<Optimizee, 'snapshot' | 'source' | 'namedFiles'>,
  source: OptimizeeSource | undefined = optimizee?.source,
  { acceptChangedCode = false, isOver = false, onWarning = () => {} }: DeliveryOptions = {},
): Promise<DeliveredOptimizee> {
  checkArgument('deliver', 'the first argument', run, aHeldRun)
  checkArgument('deliver', 'the second argument, an optimizee,', optimizee, aRecord)
  const { directory, record } = run
  if (!source) {
    throw new ConfigurationError(
      'Workers must be able to load the optimizee: give it `module: import.meta.url` in a file of its own whose default export it is.',
    )
  }
  const module = source.module.startsWith('file:') ? fileURLToPath(source.module) : resolve(source.module)
  const manifest = record.manifest()
  const { code: before, snapshot: known, simulation: simulated } = manifest
  const delivered = (snapshot: unknown): DeliveredOptimizee => {
    return { module: runFiles.optimizee, options: source.options, ...(typeof snapshot === 'string' && { snapshot }) }
  }
  const home = optimizee.namedFiles?.().folder ?? dirname(module)
  if (isOver && isDelivered(directory, manifest, home)) return delivered(known)
  const { code, hash, files } = await bundleForWorkers(module)
  const own = files.filter((path) => !path.startsWith(directory + sep)) // what was made for this run is none of the user's
  const { folder, paths } = optimizee.namedFiles?.() ?? { folder: dirname(own[0] ?? module), paths: [] }
  const now = codeFilesOf(folder, [...own, ...paths])
  const { attempts, done } = record.counts()
  // Whoever mends what could not even be started has nothing of before to go on with.
  const changed = attempts + done === 0 ? undefined : changedFiles(manifest, now)
  if (changed && changed.length > 0) {
    if (!acceptChangedCode) refuseChanged(directory, changed)
    onWarning(acceptedSentence(directory, changed))
  }
  if (changed === undefined && attempts + done > 0 && before !== undefined && before !== hash) {
    onWarning(
      `The optimizee's code has changed since ${directory} was begun; what is simulated from now on may differ.`,
    )
  }
  record.writeManifest(recordOfFiles(manifest, changed, now))
  replaceFile(join(directory, runFiles.optimizee), code)
  const isThere = typeof known === 'string' && existsSync(join(directory, known))
  const snapshot = isThere ? known : await saveSnapshot(directory, optimizee)
  const key = simulationKey({ code: hash, twoloop: ownVersion(), options: source.options, snapshot })
  // A run in which several versions simulated is none that others can reuse.
  const simulation = simulated === undefined || simulated === key ? key : null
  record.writeManifest({ code: hash, snapshot: snapshot ?? null, simulation })
  return delivered(snapshot)
}

/**
 * Whether a run has what it was given at first, of files that are as they were. Files whose content is the same also import
 * the same others; where one that is recorded is none of that folder, they do not seem to be. No worker may load it, since a
 * bundle names packages and data by where they lay when it was made.
 */
function isDelivered(directory: string, manifest: Manifest, folder: string): boolean {
  const { twoloop, files, code, snapshot } = manifest
  if (twoloop !== ownVersion() || typeof files !== 'object' || files === null) return false
  const isThere = typeof snapshot !== 'string' || existsSync(join(directory, snapshot))
  const isAsBegun = Object.entries(files).every(([name, digest]) => digestOf(join(folder, name)) === digest)
  return isThere && isAsBegun && isBundle(join(directory, runFiles.optimizee), code)
}

function isBundle(path: string, hash: unknown): boolean {
  return existsSync(path) && hashOfBundle(readFileSync(path, 'utf8')) === hash
}

async function saveSnapshot(directory: string, optimizee: Pick<Optimizee, 'snapshot'>): Promise<string | undefined> {
  const value = await optimizee.snapshot()
  if (value === undefined) return undefined
  const bytes = encodeMessage(value)
  const name = snapshotName(createHash('sha256').update(bytes).digest('hex').slice(0, 16))
  replaceFile(join(directory, name), bytes)
  return name
}

const aHeldRun: OptionCheck = (run) =>
  typeof (run as Partial<HeldRun> | null | undefined)?.directory === 'string'
    ? undefined
    : `needs a run that is held, as by HeldRun.take, got ${show(run)}`
