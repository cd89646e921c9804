import { dirname, relative } from 'node:path'
import { ConfigurationError } from '../core/errors.ts'
import type { Optimizer } from '../core/optimizer.ts'
import type { PlainData } from '../core/plain-data.ts'
import { counted } from '../core/text.ts'
import type { Manifest } from '../record/rows.ts'
import { digestOf, filesAt } from '../system/file-digest.ts'

/** The user's files that a simulation is made of: digests by their names, as seen from its folder. */
export type CodeFiles = Readonly<Record<string, string>>

/** @param paths of files and folders; what cannot be read is left out */
export function codeFilesOf(folder: string, paths: readonly string[]): CodeFiles {
  const files = [...new Set(paths.flatMap(filesAt))].sort()
  const digests = files.flatMap((path) => {
    const digest = digestOf(path)
    return digest === undefined ? [] : [[relative(folder, path), digest] as const]
  })
  return Object.fromEntries(digests)
}

/**
 * The files of a run's simulation that are not what they were when it was begun; undefined of a run that has none recorded.
 * What is named now and was not then says nothing, nor does what is not there any more: whoever names it is refused for that.
 */
export function changedFiles({ files }: Manifest, now: CodeFiles): string[] | undefined {
  if (typeof files !== 'object' || files === null) return undefined
  return Object.entries(files).flatMap(([name, before]) => (before === (now[name] ?? before) ? [] : [name]))
}

/**
 * What is recorded of the files: those of the beginning, and that others were accepted later. What is named and was not there
 * at the beginning is none of them: a simulation may have written it.
 *
 * @param changed undefined as long as nothing was simulated with them
 */
export function recordOfFiles(manifest: Manifest, changed: readonly string[] | undefined, now: CodeFiles): Manifest {
  const { files, codeChanges, epoch } = manifest
  if (changed === undefined) return { files: files ? renewed(files as CodeFiles, now) : now }
  if (changed.length === 0) return {}
  const before = Array.isArray(codeChanges) ? (codeChanges as readonly PlainData[]) : []
  return {
    files: { ...(files as CodeFiles), ...now },
    codeChanges: [...before, { epoch: epoch ?? null, files: changed }],
  }
}

function renewed(files: CodeFiles, now: CodeFiles): CodeFiles {
  return Object.fromEntries(Object.entries(files).map(([name, before]) => [name, now[name] ?? before]))
}

/**
 * What is recorded of the files of an optimizer of one's own. What it did before is not done again, so that in most orders
 * nothing else shows that it is another: an optimizer says by its version that it searches otherwise.
 *
 * @param onWarning is told if some are not what they were when the run was begun
 */
export function recordOfOptimizer(
  { optimizerFiles: before, optimizerVersion: earlier, codeChanges, epoch }: Manifest,
  { type, version }: Pick<Optimizer, 'type' | 'version'>,
  paths: readonly string[],
  directory: string,
  onWarning: (sentence: string) => void = () => {},
): Manifest {
  if (paths.length === 0) return {}
  const now = codeFilesOf(dirname(paths[0]!), paths)
  const known = changedFiles({ files: before ?? null }, now)
  if (known === undefined) return { optimizerFiles: now, optimizerVersion: version }
  if (known.length === 0) return { optimizerVersion: version }
  const isOther = earlier !== undefined && earlier !== version
  const how = isOther
    ? `version ${version} now, after version ${String(earlier)}: what was proposed before stays as it is`
    : `version ${version} as before: from now on it may search otherwise; give it another version where it does`
  onWarning(`${sentenceOf(directory, known)}, and the optimizer ${type} is of ${how}.`)
  const changes = Array.isArray(codeChanges) ? (codeChanges as readonly PlainData[]) : []
  return {
    optimizerFiles: { ...(before as CodeFiles), ...now },
    optimizerVersion: version,
    codeChanges: [...changes, { epoch: epoch ?? null, files: known }],
  }
}

/** @throws ConfigurationError that names what has changed */
export function refuseChanged(directory: string, changed: readonly string[]): never {
  throw new ConfigurationError(
    `${sentenceOf(directory, changed)}; undo that, begin anew with --overwrite or under another name, or go on all ` +
      'the same with --accept-changed-code (acceptChangedCode: true in a program).',
  )
}

export function acceptedSentence(directory: string, changed: readonly string[]): string {
  return `${sentenceOf(directory, changed)}; what is simulated from now on may differ.`
}

function sentenceOf(directory: string, [first = '', ...others]: readonly string[]): string {
  const more = others.length === 0 ? ' has' : ` and ${counted(others.length, 'more file')} have`
  return `${first}${more} changed since ${directory} was begun`
}
