import type { Departure } from './worker-life.ts'

type Failed = Departure & { readonly type: 'failed' }

/** What decides about launches: when they are due, and how earlier ones went. */
export interface Launching {
  /** When workers are to be launched, in order. */
  readonly due: readonly number[]
  /** Workers that wait until the first one has shown that it can start. */
  readonly behindScout: number
  /** Workers that have failed since the last simulation succeeded. */
  readonly failuresInARow: number
  /** Workers that have failed before they were ready, since the last one that was. */
  readonly failedStarts: number
  readonly wasEverReady: boolean
}

/** Nothing was launched yet, or only by earlier runner starts. */
export const noLaunches: Launching = {
  due: [],
  behindScout: 0,
  failuresInARow: 0,
  failedStarts: 0,
  wasEverReady: false,
}

const backOffMs = { first: 100, most: 10_000 }
/** Workers that do not get ready, one after the other, before the run is given up. */
const mostFailedStarts = 5

/** Launches as many as are missing at the start of a runner: all at once, or as the launcher wants it. */
export function launchMissing(
  launching: Launching,
  missing: number,
  { pace, isScouting, now }: { readonly pace: number; readonly isScouting: boolean; readonly now: number },
): Launching {
  const all = Math.max(0, missing)
  const first = isScouting ? Math.min(1, all) : all
  const times = Array.from({ length: first }, (_, i) => now + i * pace)
  return { ...add(launching, ...times), behindScout: all - first }
}

/** A worker can simulate: those that wait for the first one are due. */
export function onReady(launching: Launching, now: number): Launching {
  const followers = new Array<number>(launching.behindScout).fill(now)
  return add({ ...launching, behindScout: 0, failedStarts: 0, wasEverReady: true }, ...followers)
}

/** A simulation has succeeded: the failures before it were no row. */
export function onSuccess(launching: Launching): Launching {
  return launching.failuresInARow === 0 ? launching : { ...launching, failuresInARow: 0 }
}

/** What a worker's departure leads to: another is to take its place, or none can. */
export type Succession =
  | { readonly type: 'launching'; readonly launching: Launching }
  /** No worker can be started at all. */
  | { readonly type: 'hopeless'; readonly departure: Failed }
  /** There is nothing left to start workers on. */
  | { readonly type: 'bereft' }

/** A worker is gone; `isBenched` if it was asked to leave since its host is no good. */
export function onDeparture(
  launching: Launching,
  departure: Departure,
  situation: { readonly isBenched: boolean; readonly now: number; readonly living: number },
): Succession {
  const { isBenched, now } = situation
  switch (departure.type) {
    case 'asked':
      if (departure.outlook === 'stop') return { type: 'bereft' }
      // The next is not to come before its host is known to be benched.
      return { type: 'launching', launching: isBenched ? add(launching, now + backOffMs.first) : launching }
    case 'left':
      return { type: 'launching', launching: add(launching, now) }
    case 'unseen':
      return { type: 'launching', launching }
    case 'failed':
      return departure.outlook === 'stop' ? { type: 'bereft' } : onFailure(launching, departure, situation)
  }
}

function onFailure(
  launching: Launching,
  departure: Failed,
  { now, living }: { readonly now: number; readonly living: number },
): Succession {
  const { wasReady, wasKilled, outlook } = departure
  const { wasEverReady, failuresInARow } = launching
  // A worker that could be started before and is refused now may be started again; others do the work meanwhile.
  const isForNow = outlook === 'wait' || (outlook === 'refuse' && wasEverReady && living > 0)
  const isFailedStart = !wasReady && !isForNow
  const failedStarts = launching.failedStarts + (isFailedStart ? 1 : 0)
  // A worker killed from outside might have started; one that ended by itself will do so again.
  const isHopeless = (!wasEverReady && !wasKilled) || failedStarts >= mostFailedStarts
  if (isFailedStart && isHopeless) return { type: 'hopeless', departure }
  // One failure is a mishap and is made good at once; a row of them must not become a storm of processes.
  const wait = failuresInARow === 0 ? 0 : Math.min(backOffMs.most, backOffMs.first * 2 ** failuresInARow)
  const after = add({ ...launching, failedStarts, failuresInARow: failuresInARow + 1 }, now + wait)
  return { type: 'launching', launching: after }
}

/** Where workers come with the work: how many there are to be, no more than one until it has shown that it can start. */
export function wantedWorkers(
  { wasEverReady }: Launching,
  { demand, least, most }: { readonly demand: number; readonly least: number; readonly most: number },
): number {
  return wasEverReady ? Math.min(most, Math.max(least, demand)) : Math.min(1, demand)
}

/** Launches as many as are wanted beyond those that live or are due. */
export function launchWanted(launching: Launching, wanted: number, living: number, now: number): Launching {
  const missing = Math.max(0, wanted - living - launching.due.length)
  return missing === 0 ? launching : add(launching, ...new Array<number>(missing).fill(now))
}

/** How many launches are due, no more at once than the pace allows, which is the time between two of them. */
export function countDue(
  { due }: Launching,
  { now, pace, tick }: { readonly now: number; readonly pace: number; readonly tick: number },
): number {
  const most = pace === 0 ? due.length : Math.max(1, Math.floor(tick / pace))
  const waiting = due.findIndex((time) => time > now)
  return Math.min(most, waiting < 0 ? due.length : waiting)
}

/** One launch that was due has been made. */
export function onLaunch(launching: Launching): Launching {
  return { ...launching, due: launching.due.slice(1) }
}

function add(launching: Launching, ...times: readonly number[]): Launching {
  return { ...launching, due: [...launching.due, ...times].sort((a, b) => a - b) }
}
