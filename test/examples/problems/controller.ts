import { defineOptimizee, real } from 'twoloop'

const distance = 10 // m, from where the cart stands to where it is to be
const step = 0.01 // s
const duration = 60 // s

/** A cart that a controller drives to its place: by a force of `stiffness` times the way left, less `damping` times the speed. */
export default defineOptimizee({
  parameters: { stiffness: real(0.01, 10, { scale: 'log' }), damping: real(0.01, 10, { scale: 'log' }) },
  objectives: { error: 'minimize', effort: 'minimize' },
  simulate: ({ parameters: { stiffness, damping } }) => {
    const force = (left: number, speed: number) => stiffness * left - damping * speed
    let [left, speed, error, effort] = [distance, 0, 0, 0]
    for (let time = 0; time < duration; time += step) {
      // The midpoint rule: the second half of a step follows the speed and the force in its middle.
      const half = { left: left - (speed * step) / 2, speed: speed + (force(left, speed) * step) / 2 }
      const push = force(half.left, half.speed)
      error += half.left ** 2 * step
      effort += push ** 2 * step
      left -= half.speed * step
      speed += push * step
    }
    return { error, effort }
  },
})
