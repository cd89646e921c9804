import { ConfigurationError } from '../core/errors.ts'
import { isMap, isSame, type PlainData } from '../core/plain-data.ts'
import type { RunIdentity } from './run-identity.ts'
import { isOfVersionOne, readVersionOne } from './run-identity-1.ts'

/** @throws ConfigurationError if a run directory's search is another than the one that is wanted */
export function refuseOther(directory: string, known: PlainData | undefined, wanted: RunIdentity): void {
  const difference = known === undefined ? undefined : differenceOf(known, wanted)
  if (difference === undefined) return
  throw new ConfigurationError(
    `${directory} holds a run of another configuration (${difference}); choose another name, or --overwrite it.`,
  )
}

/** How the search of a run, as its record has it, differs from the one that is wanted; undefined if it is the same. */
export function differenceOf(known: PlainData, wanted: RunIdentity): string | undefined {
  const before = isOfVersionOne(known) ? readVersionOne(known, wanted) : (known as unknown as RunIdentity)
  if (isSame(before, wanted)) return undefined
  return otherVersion(before, wanted) ?? firstDifference(asWritten(before), asWritten(wanted))
}

/** No experiment file says the version of an algorithm, so that it is told in words: all else may differ for its sake. */
function otherVersion({ optimizer: before }: RunIdentity, { optimizer: wanted }: RunIdentity): string | undefined {
  if (before.type !== wanted.type || before.version === wanted.version) return undefined
  return `the optimizer ${before.type} went on with runs of its version ${before.version} when this was begun, and goes on only with those from version ${wanted.version} now`
}

/** Where two values first differ, in words. */
function firstDifference(before: unknown, now: unknown, path: readonly string[] = []): string {
  if (isMap(before) && isMap(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      if (isSame(before[key] ?? null, now[key] ?? null)) continue
      return firstDifference(before[key] ?? null, now[key] ?? null, [...path, key])
    }
  }
  return `${path.join('.')} was ${shown(before)} and is now ${shown(now)}`
}

/** What is part of a search, as an experiment file says it: each key stands where people look for it. */
function asWritten({ version, optimizee, optimizer, failures, plan, warmStart, ...problem }: RunIdentity) {
  const { module, options } = optimizee
  const isProgram = module === 'command' || module === 'program'
  return {
    version,
    optimizee: { ...problem, module, ...(isProgram && isMap(options) ? options : { options }) },
    optimizer: { type: optimizer.type, ...(optimizer.settings as object) },
    ...failures, // a simulation or its runner may say so
    ...((plan as object | undefined) ?? { order: 'generations', start: [] }),
    warmStart,
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}

/** The options of the simulation that a run was begun with, as far as its record names any. */
export function simulationOptionsIn(known: PlainData | undefined): Readonly<Record<string, PlainData>> {
  const { version, optimizee, ...options } = (known ?? {}) as Readonly<Record<string, PlainData>>
  if (version === undefined) return options // of a batch, which wrote them down beside each other
  return ((optimizee as { readonly options?: PlainData }).options ?? {}) as Readonly<Record<string, PlainData>>
}
