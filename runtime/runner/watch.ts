import { longestPause } from '../channel/poll-pace.ts'
import { stuckLimitMs } from '../channel/stuck-watch.ts'
import type { WakeUpMode } from '../channel/wake-up.ts'
import type { GivenUp } from './worker-life.ts'

/**
 * A simulation that does not heed its timeout is ended with its worker after this much more. A command that ignores SIGTERM is
 * killed by its worker two seconds after it, and what has left its group a search later, which takes its time on a busy machine.
 */
const timeoutMarginMs = 6000
/** What was sent may be seen late, and so may the answer. */
const ways = 2

/**
 * Hearts beat once a second at most and are listened to as often, so that one that beats may seem silent for two seconds, and
 * for three when everything was frozen in between.
 */
const leastSilenceMs = 4000

/** When a worker is given up; all in milliseconds that its runner has watched it, see `WatchTime`. */
export interface WatchLimits {
  /** How long its heart may be silent. */
  readonly silentMs: number
  /** How long half a message may stay in its pipe. */
  readonly stuckMs: number
  /** How long one simulation may take; undefined if it may take as long as it likes. */
  readonly timeoutMs: number | undefined
  /** How much longer than its timeout a simulation may seem to take. */
  readonly marginMs: number
}

export function watchLimits(
  settings: {
    readonly heartbeatTimeout: number
    readonly timeout?: number | undefined
    readonly pollInterval: number
  },
  mode: WakeUpMode,
): WatchLimits {
  return {
    silentMs: Math.max(leastSilenceMs, settings.heartbeatTimeout),
    stuckMs: stuckLimitMs,
    timeoutMs: settings.timeout,
    marginMs: timeoutMarginMs + (mode === 'poll' ? ways * longestPause(settings.pollInterval) : 0),
  }
}

/** What is seen of a worker. */
export interface Sight {
  /** Milliseconds since its heart was last seen to beat; undefined if nobody has listened now, or there is none yet. */
  readonly silentFor: number | undefined
  readonly stuckFor: number
  /** Milliseconds since it last gave a sign of work while it holds some. */
  readonly busyFor: number
}

/** Why a worker is to be given up, if it is. */
export function verdictOn({ silentFor = 0, stuckFor, busyFor }: Sight, limits: WatchLimits): GivenUp | undefined {
  const { silentMs, stuckMs, timeoutMs, marginMs } = limits
  if (silentFor > silentMs) {
    const why = `its heart has been silent for ${Math.round(silentFor / 1000)} s`
    return { type: 'given up', kind: 'worker-lost', why, detail: 'silent' }
  }
  if (stuckFor > stuckMs) {
    return { type: 'given up', kind: 'channel-damaged', why: 'its pipe has shown half a message for too long' }
  }
  if (timeoutMs !== undefined && busyFor > timeoutMs + marginMs) {
    const why = 'it was ended since its simulation ran over its timeout'
    return { type: 'given up', kind: 'timeout', why, limitMs: timeoutMs }
  }
  return undefined
}
