/** The 51 targets of a BBOB run, as distances from the least value: 100 down to 1e-8. */
export const targets: readonly number[] = Array.from({ length: 51 }, (_, i) => 10 ** (2 - i / 5))

/** When one search reached the targets: the number of evaluations at each, as far as it came. */
export interface Attainment {
  readonly function: number
  readonly instance: number
  readonly reached: readonly number[]
}

/** The part of all targets that the searches had reached after so many evaluations. */
export function reachedWithin(attainments: readonly Attainment[], evaluations: number): number {
  const all = attainments.flatMap(({ reached }) => reached)
  return all.filter((at) => at <= evaluations).length / (attainments.length * targets.length)
}

/** The mean of that part over the logarithm of the evaluations, from the number of dimensions on. */
export function areaWithin(attainments: readonly Attainment[], evaluations: number, dimension: number): number {
  const whole = Math.log(evaluations / dimension)
  const areas = attainments.flatMap(({ reached }) =>
    reached.map((at) => Math.max(0, Math.log(evaluations / Math.max(at, dimension)) / whole)),
  )
  return areas.reduce((sum, area) => sum + area, 0) / (attainments.length * targets.length)
}

/** How many functions at least one search solved to the last target. */
export function solvedFunctions(attainments: readonly Attainment[]): number {
  const solved = attainments.filter(({ reached }) => reached.length === targets.length)
  return new Set(solved.map((attainment) => attainment.function)).size
}

/** Evaluations spent in all for each search that reached the last target; null where none did. */
export function expectedRunningTime(attainments: readonly Attainment[], evaluations: number): number | null {
  const times = attainments.map(({ reached }) => reached[targets.length - 1])
  const solved = times.filter((time) => time !== undefined).length
  if (solved === 0) return null
  return times.reduce<number>((sum, time) => sum + (time ?? evaluations), 0) / solved
}
