import { defineOptimizee, real } from '../../src/index.ts'

const steps = 200
const step = 0.05
const waves = 40

/** The force of a rough sea at a time: the same for all that float on it. */
function forceAt(time: number): number {
  let force = 0
  for (let k = 1; k <= waves; k++) force += Math.sin(k * time + k * k) / k
  return force
}

/** Damped oscillators on a rough sea, which most of the time goes into: together they compute it once. */
export default defineOptimizee({
  module: import.meta.url,
  parameters: { stiffness: real(0.5, 5), damping: real(0.1, 1) },
  objectives: { swing: 'minimize' },
  simulateMany({ columns: { stiffness, damping }, length }) {
    const [at, speed, swing] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
    for (let n = 0; n < steps; n++) {
      const force = forceAt(n * step)
      for (let i = 0; i < length; i++) {
        speed[i]! += step * (force - stiffness[i]! * at[i]! - damping[i]! * speed[i]!)
        at[i]! += step * speed[i]!
        swing[i] = Math.max(swing[i]!, Math.abs(at[i]!))
      }
    }
    return swing
  },
})
