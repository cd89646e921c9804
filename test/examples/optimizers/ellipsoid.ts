import { defineOptimizee, real, vector } from 'twoloop'

/** An ellipsoid: the last parameter counts a thousand times as much as the first. */
export default ({ dimension }: { readonly dimension: number }) =>
  defineOptimizee({
    parameters: { x: vector(real(-5, 5), dimension) },
    objectives: { height: 'minimize' },
    simulate: ({ parameters: { x } }) =>
      x.reduce((sum, value, i) => sum + 1000 ** (i / (dimension - 1)) * (value - 1) ** 2, 0),
  })
