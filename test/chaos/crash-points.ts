import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, processesNaming } from '../processes.ts'
import { canonicalExport, type SearchOptions, search } from '../search.ts'
import { ended, launch } from './launch.ts'

export interface CrashOptions {
  /** The first point, from 1, and from there every `step`-th. */
  readonly begin?: number
  readonly step?: number
  readonly points?: Points
  readonly log?: (line: string) => void
}

export interface CrashTally {
  /** How many times a runner ended itself. */
  crashes: number
  /** What did not hold, by the number of the crash point. */
  readonly failures: string[]
}

/** A search, and the sentence of its end if it is to fail. */
interface Searched {
  readonly search: Omit<SearchOptions, 'root'>
  readonly failure?: RegExp
}

const small = { optimizee: 'recorded', generations: 2 }
const runner = { workers: 1, grace: '2s' }

/**
 * Small searches with everything in them that is written: what individuals print is packed, what they share is delivered
 * (by all that have failures), and what becomes of those that fail, by each policy, in the first generation and as the last of all.
 */
export const searches = {
  printing: { search: { ...small, options: { prints: true }, populationSize: 4, runner } },
  ranking: { search: failing({ onFailure: 'fail', retries: 1 }) },
  replacing: { search: failing({ onFailure: 'replace', retries: 0 }) },
  stopping: {
    search: { ...failing({ onFailure: 'stop', retries: 0 }), options: { fails: ['1.2'], shared: 2 } },
    failure: /^SearchFailedError: Individual 1\.2 failed for good/,
  },
} as const satisfies Record<string, Searched>

function failing(policy: Pick<NonNullable<SearchOptions['runner']>, 'onFailure' | 'retries'>) {
  return {
    ...small,
    options: { fails: ['0.1', '1.2'], shared: 2 },
    populationSize: 3,
    runner: { ...runner, ...policy },
  }
}

/** Which points are counted. */
export type Points = 'all' | 'transactions'
/** No search of this size has so many. */
const mostPoints = 1000
/** Runs beside each other: they mostly wait. Those beyond the last point are for nothing. */
const atOnce = 2

/**
 * The runner ends itself right before and right after each of its writes in turn, or every `step`-th, then goes on; the end
 * is compared with that of a run that never crashed.
 */
export async function crashAtEachPoint(
  name: keyof typeof searches,
  { begin = 1, step = 1, points: counted = 'all', log = () => {} }: CrashOptions = {},
): Promise<CrashTally> {
  const one: Searched = searches[name]
  const home = mkdtempSync(join(tmpdir(), 'twoloop-crash-points-'))
  const tally: CrashTally = { crashes: 0, failures: [] }
  try {
    const undisturbed = join(home, 'undisturbed')
    const failed = await goTo(one, undisturbed)
    if (failed !== undefined) throw new Error(`undisturbed, ${failed}`)
    const reference = canonicalExport(join(undisturbed, 'run'))
    for (let first = begin; first < mostPoints; first += step * atOnce) {
      const points = Array.from({ length: atOnce }, (_, i) => first + i * step)
      const ends = await Promise.all(points.map((point) => crashAt(point, counted, one, home, reference)))
      for (const [i, { hasCrashed, difference }] of ends.entries()) {
        if (difference !== undefined) tally.failures.push(`crash point ${points[i]}: ${difference}`)
        if (hasCrashed) tally.crashes++
        log(`crash point ${points[i]}: ${difference ?? 'the same end'}`)
      }
      if (ends.some(({ hasCrashed }) => !hasCrashed)) break
    }
    return tally
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A run whose runner ends itself at this point, if it comes to it, and that goes on. */
async function crashAt(point: number, counted: Points, one: Searched, home: string, reference: string) {
  const root = join(home, String(point))
  const at = counted === 'all' ? String(point) : `transaction:${point}`
  const hasCrashed = (await ended(launch({ ...one.search, root }, { TWOLOOP_CRASH_AT: at }))) === null
  const difference = (await goTo(one, root)) ?? (await differenceOf(one, root, reference))
  return { hasCrashed, difference }
}

/** Goes on with a search, in this process: what came of it that was not to come. */
async function goTo({ search: options, failure }: Searched, root: string): Promise<string | undefined> {
  try {
    const { status } = await search({ ...options, root })
    return failure === undefined && status === 'finished' ? undefined : `it has ${status}`
  } catch (error) {
    return failure?.test(String(error)) ? undefined : `it ended with ${error}`
  }
}

async function differenceOf({ search }: Searched, root: string, reference: string): Promise<string | undefined> {
  const run = join(root, 'run')
  if (canonicalExport(run) !== reference) return 'another canonical export'
  const { prints } = (search.options ?? {}) as { readonly prints?: boolean }
  for (const name of prints ? ['generation-000000.zip', 'generation-000001.zip'] : []) {
    if (!existsSync(join(run, 'logs', name))) return `what was printed is not in ${name}`
  }
  // A search that had come to its end is not gone on with: workers of the runner that died leave by themselves.
  await eventually(() => processesNaming(`${root}/`).length === 0, `no process of ${root} is left`) // with its end: 1 is also how 15 begins
  return undefined
}
