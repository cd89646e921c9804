import { defineOptimizee, real } from '../../src/index.ts'

const names = Array.from({ length: 10 }, (_, i) => `x${i}`)

/** A curved valley in ten dimensions, at a part of its cost where an optimizer asks for less than all of a budget. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: Object.fromEntries(names.map((name) => [name, real(-5, 5)])),
  objectives: { cost: 'minimize' },
  budget: { name: 'steps', low: 1, high: 27 },
  simulate({ parameters, budget = 27 }) {
    const x = names.map((name) => parameters[name]!)
    let cost = 27 / budget - 1
    for (let i = 1; i < x.length; i++) cost += 100 * (x[i]! - x[i - 1]! ** 2) ** 2 + (1 - x[i - 1]!) ** 2
    return cost
  },
})
