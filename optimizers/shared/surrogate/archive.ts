/** What was evaluated lately, oldest first: points of the ordered axes, one after the other, with their costs. */
export type Archive = { readonly points: Float64Array; readonly costs: Float64Array }

export const emptyArchive: Archive = { points: new Float64Array(0), costs: new Float64Array(0) }

/** The archive with more points; the oldest leave when there are more than `most`. */
export function withPoints(
  { points, costs }: Archive,
  added: readonly { readonly x: Float64Array; readonly cost: number }[],
  most: number,
): Archive {
  const newest = added.slice(-most)
  const n = newest[0]?.x.length ?? 0
  const leaving = Math.max(0, costs.length + newest.length - most)
  const kept = points.subarray(leaving * n)
  const all = new Float64Array(kept.length + newest.length * n)
  all.set(kept)
  newest.forEach(({ x }, i) => {
    all.set(x, kept.length + i * n)
  })
  return { points: all, costs: Float64Array.from([...costs.subarray(leaving), ...newest.map(({ cost }) => cost)]) }
}

export function pointIn({ points, costs }: Archive, at: number): Float64Array {
  const n = points.length / costs.length
  return points.subarray(at * n, (at + 1) * n)
}

/** How well two lists agree in order: Kendall's tau-b, 1 if in all pairs. */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  let agreement = 0
  let [differentA, differentB] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [first, second] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)]
      agreement += first * second
      differentA += Math.abs(first)
      differentB += Math.abs(second)
    }
  }
  return differentA === 0 || differentB === 0 ? 0 : agreement / Math.sqrt(differentA * differentB)
}
