import { boolean, choice, integer, real, Space, space, vector } from '../../../src/core/space.ts'

/** The unit cube itself: parameters are coordinates. */
export function cube(dimension: number): Space<Record<string, number>> {
  return new Space<Record<string, number>>(Array.from({ length: dimension }, (_, i) => [`x${i}`, real(0, 1)] as const))
}

/** A parameter of every kind. */
export const mixed = space({
  rate: real(0.01, 100, { scale: 'log' }),
  steps: integer(1, 10),
  solver: choice(['euler', 'rk4', 'verlet']),
  adaptive: boolean(),
  offsets: vector(real(-1, 1), 2),
})

export function numbersOf(point: Record<string, number>): number[] {
  return Object.values(point)
}
