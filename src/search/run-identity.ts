import type { Optimizee } from '../core/optimizee.ts'
import type { Optimizer, PlainData } from '../core/optimizer.ts'
import { isSame } from '../core/plain-data.ts'

/** What makes two searches the same: all that their results depend on, and not how they are run. */
export function describeSearch(
  optimizer: Optimizer,
  optimizee: Optimizee,
  { warmStart }: { readonly warmStart?: string } = {},
): PlainData {
  const { generations: _, ...settings } = optimizer.settings
  return plain({
    parameters: optimizee.space.definitions,
    objectives: optimizee.objectives.definition,
    optimizee: optimizee.source?.options ?? null,
    optimizer: { type: optimizer.type, ...settings },
    ...(warmStart !== undefined && { warmStart }),
  })
}

/** Why a run directory's search is another than the one that is wanted; undefined if it is the same, or if none has begun. */
export function otherSearch(directory: string, known: PlainData | undefined, wanted: PlainData): string | undefined {
  if (known === undefined || isSame(known, wanted)) return undefined
  return `${directory} holds a run of another configuration (${firstDifference(known, wanted)}); choose another name, or --overwrite it.`
}

/** Where two plain values first differ, in words. */
function firstDifference(known: PlainData, wanted: PlainData, path = ''): string {
  if (isRecord(known) && isRecord(wanted)) {
    for (const key of new Set([...Object.keys(known), ...Object.keys(wanted)])) {
      if (isSame(known[key] ?? null, wanted[key] ?? null)) continue
      return firstDifference(known[key] ?? null, wanted[key] ?? null, path ? `${path}.${key}` : key)
    }
  }
  return `${path} was ${shown(known)} and is now ${shown(wanted)}`
}

function shown(value: PlainData): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}

function isRecord(value: PlainData): value is { readonly [key: string]: PlainData } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function plain(value: unknown): PlainData {
  return JSON.parse(JSON.stringify(value)) as PlainData
}
