import { defineOptimizee, real } from '../../src/index.ts'

/** A simulation that costs nothing, so that only what is around it is measured. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-1, 1), y: real(-1, 1) },
  objectives: { cost: 'minimize' },
  simulate: ({ parameters }) => parameters.x * parameters.x + parameters.y * parameters.y,
})
