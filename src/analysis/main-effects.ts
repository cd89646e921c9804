import { checkLengths, completeRows, type Factor } from './factor.ts'
import { decompose, groupRows } from './groups.ts'

/** What an output is on average at each value of a factor, whatever the other factors are. */
export interface MainEffect {
  readonly name: string
  readonly levels: readonly EffectLevel[]
  /** From the lowest of the means to the highest. */
  readonly range: number
  /** The part of the output's variance that lies between the levels (eta squared); null if there is no variance. */
  readonly share: number | null
}

export interface EffectLevel {
  /** The level's name, where levels have no order. */
  readonly label?: string | undefined
  readonly low: number
  readonly high: number
  readonly runs: number
  readonly mean: number
}

/**
 * The main effect of every factor. In a full factorial design the shares are those of the analysis of variance, and add up
 * to 1 with those of the interactions; in other designs what the other factors do to the levels is noise, which enters
 * the shares. A factor with many values is cut into parts with as many rows each.
 */
export function mainEffects(factors: readonly Factor[], output: ArrayLike<number>): MainEffect[] {
  checkLengths('mainEffects', factors, output)
  const complete = completeRows(output)
  return factors.map((factor) => {
    const rows = complete.filter((row) => !Number.isNaN(factor.values[row]!))
    const groups = groupRows(factor, rows)
    const { means, total, within } = decompose(groups, output)
    return {
      name: factor.name,
      levels: groups.map(({ rows, ...level }, i) => ({ ...level, runs: rows.length, mean: means[i]! })),
      range: means.length === 0 ? 0 : Math.max(...means) - Math.min(...means),
      share: total > 0 ? 1 - within / total : null,
    }
  })
}
