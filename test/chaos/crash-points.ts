import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesNaming } from '../processes.ts'
import { canonicalExport } from '../search.ts'
import { ended, launch } from './launch.ts'

export interface CrashTally {
  /** How many times a runner ended itself. */
  crashes: number
  /** What did not hold, by the number of the crash point. */
  readonly failures: string[]
}

/** A small search with everything in it that is written: what individuals print is packed. */
const one = {
  optimizee: 'recorded',
  options: { prints: true },
  populationSize: 4,
  generations: 2,
  runner: { workers: 1, grace: '2s' },
}
/** No search of this size has so many. */
const mostPoints = 1000
/** Runs beside each other: they mostly wait. */
const atOnce = 4

/**
 * The runner ends itself right before and right after each of its writes in turn, or every `step`-th, then goes on; the end
 * is compared with that of a run that never crashed.
 */
export async function crashAtEachPoint(step: number, log: (line: string) => void = () => {}): Promise<CrashTally> {
  const home = mkdtempSync(join(tmpdir(), 'twoloop-crash-points-'))
  const tally: CrashTally = { crashes: 0, failures: [] }
  try {
    const undisturbed = join(home, 'undisturbed')
    if ((await ended(launch({ ...one, root: undisturbed }))) !== 0) throw new Error('the undisturbed run failed')
    const reference = canonicalExport(join(undisturbed, 'run'))
    for (let first = 1; first < mostPoints; first += step * atOnce) {
      const points = Array.from({ length: atOnce }, (_, i) => first + i * step)
      const ends = await Promise.all(points.map((point) => crashAt(point, home, reference)))
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
async function crashAt(point: number, home: string, reference: string) {
  const options = { ...one, root: join(home, String(point)) }
  const hasCrashed = (await ended(launch(options, { TWOLOOP_CRASH_AT: String(point) }))) === null
  const code = await ended(launch(options))
  const difference = code === 0 ? differenceOf(options.root, reference) : `it ended with ${code} when it went on`
  return { hasCrashed, difference }
}

function differenceOf(root: string, reference: string): string | undefined {
  const run = join(root, 'run')
  if (canonicalExport(run) !== reference) return 'another canonical export'
  for (const name of ['generation-000000.zip', 'generation-000001.zip']) {
    if (!existsSync(join(run, 'logs', name))) return `what was printed is not in ${name}`
  }
  const left = processesNaming(`${root}/`) // with its end: 1 is also how 15 begins
  return left.length > 0 ? `${left.length} processes are left` : undefined
}
