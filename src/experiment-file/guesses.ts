import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { designFromRows } from '../../optimizers/designs/manual.ts'
import { typingOf } from '../core/read-cell.ts'
import type { Space } from '../core/space.ts'
import { nestColumns } from '../tables/nest-columns.ts'
import { readRows, readTable } from '../tables/read-table.ts'
import { makeAt, type Place } from './place.ts'

type Guesses = readonly Readonly<Record<string, unknown>>[]

/**
 * First guesses, from where they stand: a list, or a table with a column for every parameter. What else a table has, as
 * exports do, is left aside.
 *
 * @param folder what the file's path is relative to
 */
export async function readGuesses(
  given: Guesses | { readonly file: string } | undefined,
  space: Space,
  folder: string,
  place: Place,
): Promise<Guesses | undefined> {
  if (given === undefined || !('file' in given)) return given
  const rows = nestColumns(await readTable(resolve(folder, given.file)), space.definitions)
  const known = new Set(space.names)
  const guesses = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name))))
  return makeAt(place, () => [...designFromRows(space, guesses, given.file, typingOf(given.file))])
}

/** Whether a table tells nothing of results, so that its rows are guesses; no more than the first of them is looked at. */
export async function holdsGuesses(source: string, objectives: readonly string[]): Promise<boolean> {
  if (!statSync(source, { throwIfNoEntry: false })?.isFile()) return false
  const results = [...objectives, ...objectives.map((name) => `objective ${name}`), 'outcome']
  for await (const first of readRows(source)) return !results.some((name) => Object.hasOwn(first, name))
  return false
}
