import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How many files and folders a run has created: those that are there, and the segments of pipes that were read and
 * removed since.
 */
export function filesCreated(directory: string): number {
  let entries: { readonly name: string; isDirectory(): boolean }[]
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch {
    return 0 // removed meanwhile
  }
  const removed = ['to-worker', 'from-worker'].map((pipe) => {
    const segments = entries.flatMap(({ name }) => (name.startsWith(`${pipe}.`) ? [Number(name.split('.')[1])] : []))
    return Math.max(0, ...segments) - segments.length
  })
  const below = entries.map((entry) => (entry.isDirectory() ? filesCreated(join(directory, entry.name)) : 0))
  return [entries.length, ...removed, ...below].reduce((sum, count) => sum + count, 0)
}
