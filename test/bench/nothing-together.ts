import { defineOptimizee, real } from '../../src/index.ts'

/** As `nothing`, of several individuals at once. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-1, 1), y: real(-1, 1) },
  objectives: { cost: 'minimize' },
  simulateMany: ({ columns: { x, y } }) => x.map((value, i) => value * value + y[i]! * y[i]!),
})
