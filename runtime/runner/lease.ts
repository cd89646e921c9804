import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { runFiles } from '../../src/core/run-files.ts'
import { crashPoint } from '../../src/system/crash-point.ts'
import { makeOwnDirectory } from '../../src/system/own-files.ts'
import { livenessOf, ownIdentity, type ProcessIdentity } from '../../src/system/process-identity.ts'
import { BeatingHeart } from '../channel/beating-heart.ts'
import { Pulse, runnerHeart } from '../channel/heartbeat.ts'

/** Who holds a run. */
export interface Holder extends ProcessIdentity {
  readonly epoch: number
  /** ISO 8601 */
  readonly since: string
  readonly released: boolean
  /** The job that it runs in, how often that had been started again, and the scheduler's name of the node. */
  readonly job?: string | undefined
  readonly restarts?: number | undefined
  readonly node?: string | undefined
}

/** What is known of runners where they run: the scheduler's part of the lease. */
export interface RunnerPlaces {
  /** Where this process runs; recorded with it as a holder. */
  readonly own: Pick<Holder, 'job' | 'restarts' | 'node'>
  /** How many milliseconds to wait for a run that another holds. */
  readonly patience: number
  /** Whether a holder is surely gone, whatever its process or its heart seem to say. */
  isGone(holder: Holder): boolean
  /** Whether what a holder ran in is over, as far as its scheduler says; asked where its process cannot be looked up. */
  isOver(holder: Holder): boolean
}

/** A holder whose process cannot be looked up is taken for dead when its heart has been silent for this long. */
const leaseMs = 10_000
/** How often a run that another holds is looked at. */
const lookMs = 500
/** Milliseconds between two beats of a holder's heart. */
const heartbeatMs = 1000

/**
 * The right to run a run. Each runner start takes the next epoch by creating its file, which only one process can do, also
 * on network file systems; from then on whatever an earlier epoch still does is refused.
 */
export class Lease {
  readonly epoch: number
  /** The heart that beats as long as the run is held: a search may take long to be made ready. */
  readonly heart: BeatingHeart
  readonly #directory: string
  readonly #path: string
  readonly #holder: Holder
  /** The length of the file's text. */
  readonly #length: number

  private constructor(directory: string, path: string, holder: Holder) {
    this.#directory = directory
    this.#path = path
    this.#holder = holder
    this.#length = JSON.stringify(holder).length
    this.epoch = holder.epoch
    this.heart = new BeatingHeart({ own: runnerHeart(directory), interval: heartbeatMs })
  }

  /** Takes the run, or tells who holds it. */
  static async take(
    directory: string,
    { own, patience, isGone, above = 0 }: Omit<RunnerPlaces, 'isOver'> & { readonly above?: number },
    leaseTime = leaseMs,
  ): Promise<Lease | { readonly heldBy: Holder }> {
    makeOwnDirectory(directory, runFiles.lease)
    const begin = performance.now()
    for (;;) {
      const newest = newestHolder(directory)
      if (newest && !isGone(newest) && (await holds(directory, newest, leaseTime))) {
        if (performance.now() - begin >= patience) return { heldBy: newest }
        await setTimeout(lookMs)
        continue
      }
      const holder: Holder = {
        ...ownIdentity(),
        epoch: Math.max(newest?.epoch ?? 0, above) + 1,
        since: new Date().toISOString(),
        released: false,
        ...own,
      }
      const path = leasePath(directory, holder.epoch)
      try {
        crashPoint()
        writeFileSync(path, JSON.stringify(holder), { flag: 'wx' })
        crashPoint()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue // another came first: look who
        rmSync(path, { force: true }) // made, but a full disk did not take what it says
        throw error
      }
      for (const epoch of epochsIn(directory)) if (epoch < holder.epoch) rmSync(leasePath(directory, epoch))
      return new Lease(directory, path, holder)
    }
  }

  /** Who has taken the run over; undefined as long as nobody has. */
  get successor(): Holder | undefined {
    const newest = newestHolder(this.#directory)
    return newest && newest.epoch > this.epoch ? newest : undefined
  }

  /** Gives the run back, so that the next runner need not wait; does nothing if another has taken it over. */
  async release(): Promise<void> {
    await this.heart.stop()
    if (epochsIn(this.#directory).at(-1) !== this.epoch) return
    try {
      crashPoint()
      // In place and no longer than what is there: a full disk takes that too.
      writeFileSync(this.#path, JSON.stringify({ ...this.#holder, released: true }).padEnd(this.#length), {
        flag: 'r+',
      })
      crashPoint()
    } catch {
      // The disk is away; the next runner will find that this process has died.
    }
  }
}

/** Who has the run now; undefined if nobody has, or nobody who lives. Does not wait: who cannot be looked up counts. */
export function holderOf(
  directory: string,
  { isGone, isOver }: Pick<RunnerPlaces, 'isGone' | 'isOver'>,
): Holder | undefined {
  const newest = newestHolder(directory)
  if (!newest || newest.released || isGone(newest)) return undefined
  const liveness = livenessOf(newest)
  const isOverWith = liveness === 'unknown' ? isOver(newest) : liveness === 'dead'
  return isOverWith ? undefined : newest
}

async function holds(directory: string, holder: Holder, leaseTime: number): Promise<boolean> {
  if (holder.released) return false
  switch (livenessOf(holder)) {
    case 'dead':
      return false
    case 'alive':
      return true
    case 'stopped':
    case 'unknown': {
      const begin = performance.now()
      const pulse = new Pulse(runnerHeart(directory), begin)
      pulse.silence(begin)
      for (;;) {
        await setTimeout(Math.min(500, leaseTime / 10))
        const now = performance.now()
        if (pulse.silence(now) < now - begin) return true // it has beaten since
        if (now - begin >= leaseTime) return false
      }
    }
  }
}

function newestHolder(directory: string): Holder | undefined {
  const epoch = epochsIn(directory).at(-1)
  if (epoch === undefined) return undefined
  try {
    return JSON.parse(readFileSync(leasePath(directory, epoch), 'utf8')) as Holder
  } catch {
    // Its holder died between creating the file and writing it, or is about to write: nobody can say who it is.
    return { host: '', space: '', pid: 0, started: '', epoch, since: 'unknown', released: false }
  }
}

function epochsIn(directory: string): number[] {
  let names: string[]
  try {
    names = readdirSync(leases(directory))
  } catch {
    return []
  }
  return names
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((epoch) => epoch !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

const leases = (directory: string) => join(directory, runFiles.lease)
const leasePath = (directory: string, epoch: number) => join(leases(directory), `${epoch}.json`)
