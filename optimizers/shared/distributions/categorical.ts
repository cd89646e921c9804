import { blend } from '../matrix.ts'

/**
 * How likely each level of an unordered axis is, from the levels of the elite. One imagined observation is spread evenly
 * over the levels (the prior of Perks 1947), so that no level is given up for ever after a generation without it.
 */
export function fitCategorical(
  old: readonly number[] | undefined,
  observed: readonly number[],
  levels: number,
  smoothing: number,
): number[] {
  const counts = new Array<number>(levels).fill(1 / levels)
  for (const level of observed) counts[level]!++
  const fresh = counts.map((count) => count / (observed.length + 1))
  return old === undefined ? fresh : blend(old, fresh, smoothing)
}
