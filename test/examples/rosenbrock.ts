import { defineOptimizee, real } from 'twoloop'

/** The inner loop: parameters in, fitness out. Workers load this file, so the optimizee is its default export. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-2, 2), y: real(-2, 2) },
  objectives: { cost: 'minimize' },
  simulate({ parameters: { x, y } }, { random }) {
    const noise = 1e-6 * random.normal() // the same numbers on every attempt, on every worker
    return { cost: (1 - x) ** 2 + 100 * (y - x ** 2) ** 2 + Math.abs(noise), noise }
  },
})
