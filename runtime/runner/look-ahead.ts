/**
 * How many individuals a worker is to hold. Short ones ride in company, so that the way through the pipe does not bound
 * the throughput; long ones are handed out one by one, or one batch by another, so that no worker holds what another could
 * have begun.
 */
export interface LookAhead {
  /** Mean duration of one individual in milliseconds, undefined as long as nothing has been measured. */
  readonly meanMs: number | undefined
  /** Individuals that nobody holds. */
  readonly waiting: number
  /** What each worker has of those that nobody held when the dealing began: the last gets no less than the first. */
  readonly share: number
  /** Workers that hold nothing. */
  readonly idle: number
  /** How many individuals a worker simulates at once. */
  readonly batch: number
  readonly limit: number
  /** Milliseconds that pass before an answer is seen and what follows it has come, where nothing tells of either. */
  readonly wayMs: number
}

/** A worker holds about this much work in advance, and two ways more. */
const horizonMs = 20
/** Below this much work a worker, what is left is dealt out at once: another round trip would cost more than it levels. */
const lastDealMs = 2

export function lookAhead({ meanMs, waiting, share, idle, batch, limit, wayMs }: LookAhead): number {
  const together = Math.min(batch, limit, Math.ceil(waiting / Math.max(1, idle)))
  if (meanMs === undefined) return together
  const byTime = Math.min(limit, Math.floor((horizonMs + 2 * wayMs) / Math.max(meanMs, 1e-6)))
  const fair = share * meanMs < lastDealMs ? Math.ceil(share) : Math.ceil(share / 2)
  const most = Math.min(byTime, fair)
  return Math.max(together, most - (most % batch))
}
