import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { designFromRows } from '../../optimizers/designs/manual.ts'
import type { Problem } from '../core/optimizee.ts'
import { isMap } from '../core/plain-data.ts'
import { typingOf } from '../core/read-cell.ts'
import type { Space } from '../core/space.ts'
import { show } from '../core/text.ts'
import { pointsIn } from '../tables/points-of-run.ts'
import { readCells, readTableRows } from '../tables/read-table.ts'
import { below, makeAt, type Place, refuse } from './place.ts'

type Guesses = readonly Readonly<Record<string, unknown>>[]

/** What a search is given to begin with: points to simulate first, and results that it need not simulate. */
export interface Beginning {
  readonly start?: Guesses
  /** The warm start as the file names it, and the absolute path of what that is. */
  readonly warmStart?: { readonly named: string; readonly source: string }
}

/**
 * The keys `start` and `warmStart` of a file. A table without results has nothing to tell: its rows are first guesses,
 * under either key.
 *
 * @param folder what paths are relative to
 */
export async function readBeginning(
  { start, warmStart }: { readonly start?: Guesses | { readonly file: string }; readonly warmStart?: string },
  { space, objectives }: Pick<Problem, 'space' | 'objectives'>,
  folder: string,
  place: Place,
): Promise<Beginning> {
  const known = warmStart === undefined ? undefined : { named: warmStart, source: findSource(warmStart, folder) }
  if (known && start === undefined && (await holdsGuesses(known.source, objectives.names))) {
    return { start: await guessesIn(known.source, known.named, space, below(place, 'warmStart')) }
  }
  const guesses =
    start && 'file' in start
      ? await guessesIn(resolve(folder, start.file), start.file, space, below(place, 'start'))
      : start
  return { ...(guesses && { start: guesses }), ...(known && { warmStart: known }) }
}

/** Refuses a guess alone, which is none of the forms that `start` has. @throws ConfigurationError */
export function refuseLoneGuess(start: unknown, place: Place): void {
  if (!isMap(start) || 'file' in start) return
  const example = '; a single guess is a list of one, as [{ x: 1 }]'
  refuse(place, `needs a list of first guesses or { file: guesses.csv }, got ${show(start)}${example}`)
}

/** A table with a column for every parameter; what else it has, as exports do, is left aside. */
async function guessesIn(path: string, file: string, space: Space, place: Place): Promise<Guesses> {
  const rows = pointsIn(await readCells(path), space.definitions)
  const known = new Set(space.names)
  const guesses = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name))))
  return makeAt(place, () => [...designFromRows(space, guesses, file, typingOf(file))])
}

/** Whether a table tells nothing of results; no more than the first of its rows is looked at. */
async function holdsGuesses(source: string, objectives: readonly string[]): Promise<boolean> {
  if (!statSync(source, { throwIfNoEntry: false })?.isFile()) return false
  const results = [...objectives, ...objectives.map((name) => `objective ${name}`), 'outcome']
  for await (const first of readTableRows(source)) return !results.some((name) => Object.hasOwn(first, name))
  return false
}

/** Tables lie beside the experiment, runs often where the command is given. */
function findSource(source: string, folder: string): string {
  const beside = resolve(folder, source)
  return existsSync(beside) ? beside : resolve(source)
}
