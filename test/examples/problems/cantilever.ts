import { defineOptimizee, real } from 'twoloop'

const length = 1000 // mm
const load = 252 * 9.81 // N, at the tip
const elasticity = 210_000 // MPa
const density = 7.85e-6 // kg/mm3

/** A cantilever of steel with a rectangular cross-section, by the theory of Euler and Bernoulli. */
export default defineOptimizee({
  parameters: { width: real(5, 60), height: real(20, 200) },
  objectives: { mass: 'minimize' },
  simulate: ({ parameters: { width, height } }) => ({
    mass: density * length * width * height,
    stress: (6 * load * length) / (width * height ** 2),
    tip: (-4 * load * length ** 3) / (elasticity * width * height ** 3),
  }),
})
