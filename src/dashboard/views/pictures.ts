import type { Density, DrawnAxis } from '../../analysis/density.ts'
import type { AxisAnswer, DensityAnswer } from '../answers.ts'

export function axisAnswer(axis: DrawnAxis, name: string, isWhole = false): AxisAnswer {
  return { ...axis, name, ...(isWhole && { isWhole }) }
}

export function densityAnswer({ columns, rows, counts, beyond }: Density): DensityAnswer {
  return { columns, rows, counts: Array.from(counts), beyond }
}

/** As many digits as a screen can tell apart. */
export function digits(value: number): number {
  return Number(value.toPrecision(6))
}
