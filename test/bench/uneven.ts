import { setTimeout } from 'node:timers/promises'
import { defineOptimizee, real } from '../../src/index.ts'

export const shortMs = 40
export const longMs = 400

/** A quarter of the simulations takes ten times as long as the others. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { x: real(-5, 5), y: real(-5, 5) },
  objectives: { cost: 'minimize' },
  async simulate({ parameters: { x, y } }, { random }) {
    await setTimeout(random.chance(0.25) ? longMs : shortMs)
    return x ** 2 + y ** 2
  },
})
