import { eigenOf, type SquareMatrix } from './matrix.ts'

/** A parabola around a point: `slope . d + d' curvature d / 2` for a step d. */
export interface Quadratic {
  readonly slope: readonly number[]
  readonly curvature: SquareMatrix
}

/** What the parabola changes by along a step. */
export function changeAlong({ slope, curvature }: Quadratic, step: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < step.length; i++) {
    let bend = 0
    for (let j = 0; j < step.length; j++) bend += curvature[i]![j]! * step[j]!
    sum += step[i]! * (slope[i]! + bend / 2)
  }
  return sum
}

/** The step of at most `radius` that leads lowest, within the unit cube: axes that leave it stay at their bound. */
export function lowestStep({ slope, curvature }: Quadratic, point: readonly number[], radius: number): number[] {
  const step = point.map(() => 0)
  let free = point.map((_, i) => i)
  while (free.length > 0) {
    const fixed = step.reduce((sum, d) => sum + d * d, 0)
    if (fixed >= radius * radius) break
    const own = free.map((i) => slope[i]! + step.reduce((sum, d, j) => sum + curvature[i]![j]! * d, 0))
    const bend = free.map((i) => free.map((j) => curvature[i]![j]!))
    const moved = lowestInBall(own, bend, Math.sqrt(radius * radius - fixed))
    const outside = free.filter((i, k) => point[i]! + moved[k]! < 0 || point[i]! + moved[k]! > 1)
    if (outside.length === 0) {
      free.forEach((i, k) => {
        step[i] = moved[k]!
      })
      break
    }
    for (const i of outside) step[i] = (point[i]! + moved[free.indexOf(i)]! < 0 ? 0 : 1) - point[i]!
    free = free.filter((i) => !outside.includes(i))
  }
  const length = Math.sqrt(step.reduce((sum, d) => sum + d * d, 0))
  return length > radius ? step.map((d) => (d * radius) / length) : step
}

/** The minimum of a parabola in a ball (More and Sorensen 1983), by the eigenvectors of its curvature. */
function lowestInBall(slope: readonly number[], curvature: SquareMatrix, radius: number): number[] {
  const { values, vectors } = eigenOf(curvature)
  const along = vectors.map((vector) => vector.reduce((sum, v, i) => sum + v * slope[i]!, 0))
  const least = values[0]!
  const parts = (shift: number) => along.map((a, k) => (a === 0 ? 0 : -a / (values[k]! + shift)))
  const length = (shift: number) => Math.sqrt(parts(shift).reduce((sum, part) => sum + part * part, 0))
  let low = least > 0 ? 0 : -least * (1 + 1e-12) + Number.MIN_VALUE
  let found = parts(low)
  if (!(length(low) <= radius)) {
    let high = Math.max(low, 1e-300) + Math.sqrt(along.reduce((sum, a) => sum + a * a, 0)) / radius + Math.abs(least)
    for (let halving = 0; halving < 80; halving++) {
      const middle = (low + high) / 2
      if (length(middle) > radius) low = middle
      else high = middle
    }
    found = parts(high)
  } else if (least <= 0) {
    const rest = Math.sqrt(Math.max(0, radius * radius - length(low) ** 2))
    found = found.map((part, k) => (k === 0 ? part + rest : part)) // the hard case: downhill along the least curvature
  }
  return slope.map((_, i) => found.reduce((sum, part, k) => sum + part * vectors[k]![i]!, 0))
}
