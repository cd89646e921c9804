import { checkAnalysis, type Factor } from './factor.ts'
import { groupRows } from './groups.ts'
import { decompose } from './variation.ts'

/** What an output is on average at each value of a factor, whatever the other factors are. */
export interface MainEffect {
  readonly name: string
  readonly levels: readonly EffectLevel[]
  /** How far the lowest of the means is from the highest; 0 if the output does not vary. */
  readonly range: number
  /** The part of the output's variance that lies between the levels (eta squared); null if there is no variance. */
  readonly share: number | null
}

export interface EffectLevel {
  /** The level's name, where levels have no order. */
  readonly label?: string | undefined
  readonly low: number
  readonly high: number
  /** Rows with an output, and those without one. */
  readonly runs: number
  readonly failed: number
  /** Null if none of its rows has an output. */
  readonly mean: number | null
}

/**
 * The main effect of every factor. In a full factorial design the shares are those of the analysis of variance, and add up
 * to 1 with those of the interactions; in other designs what the other factors do to the levels is noise, which enters
 * the shares. A factor with many values is cut into parts with as many rows each, unless its values are levels. A level of
 * which nothing has an output is there, without a mean. Rows in which a factor has no value do not count.
 */
export function mainEffects(
  factors: readonly Factor[],
  output: ArrayLike<number>,
  ...surplus: readonly never[]
): MainEffect[] {
  checkAnalysis('mainEffects', factors, output, surplus)
  return factors.map((factor) => {
    const rows = Array.from(factor.values, (_, row) => row).filter((row) => !Number.isNaN(factor.values[row]!))
    const groups = groupRows(factor, rows)
    const complete = groups.map((group) => group.rows.filter((row) => Number.isFinite(output[row]!)))
    const { means, range, within } = decompose(complete, output)
    return {
      name: factor.name,
      levels: groups.map(({ rows, ...level }, i) => {
        const runs = complete[i]!.length
        return { ...level, runs, failed: rows.length - runs, mean: means[i]! }
      }),
      range,
      share: within === null ? null : 1 - within,
    }
  })
}
