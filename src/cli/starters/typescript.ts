import type { Starter } from './starter.ts'

export const typescript: Starter = {
  optimizee: 'module: ./simulation.ts',
  files: {
    'simulation.ts': `import { defineOptimizee, real } from 'twoloop'

// A cup of coffee: minutes, and the temperatures that were measured.
const minutes = [0, 5, 10, 20, 30, 45, 60]
const measured = [84.2, 71.2, 61.6, 47.4, 37.9, 30.3, 26.1]

export default defineOptimizee({
  module: import.meta.url,
  parameters: { rate: real(0.001, 1, { scale: 'log' }), ambient: real(0, 40) },
  objectives: { error: 'minimize' },
  simulate({ parameters: { rate, ambient } }) {
    const cooled = minutes.map((t) => ambient + (measured[0] - ambient) * Math.exp(-rate * t))
    const error = Math.sqrt(cooled.reduce((sum, T, i) => sum + (T - measured[i]) ** 2, 0) / minutes.length)
    return { error, final: cooled.at(-1) }
  },
})
`,
  },
}
