import { choice, defineOptimizee, real, when } from 'twoloop'

type State = readonly [x: number, y: number, vx: number, vy: number]

const eccentricity = 0.9
const period = 2 * Math.PI

/** How accurately, and at which cost, a solver goes once around an elliptic orbit: with a fixed step, or with an adaptive one. */
export default defineOptimizee({
  parameters: {
    solver: choice(['rk4', 'adaptive']),
    step: when({ solver: 'rk4' }, real(1e-4, 0.1, { scale: 'log' })),
    tolerance: when({ solver: 'adaptive' }, real(1e-12, 1e-3, { scale: 'log' })),
  },
  objectives: { evaluations: 'minimize' },
  simulate({ parameters: { step, tolerance } }) {
    const start: State = [1 - eccentricity, 0, 0, Math.sqrt((1 + eccentricity) / (1 - eccentricity))]
    const { end, evaluations } = tolerance === undefined ? fixed(start, step!) : adaptive(start, tolerance)
    return { evaluations, error: Math.hypot(end[0] - start[0], end[1] - start[1]) }
  },
})

function fixed(start: State, step: number) {
  const steps = Math.ceil(period / step)
  let end = start
  for (let i = 0; i < steps; i++) end = rungeKutta(end, period / steps)
  return { end, evaluations: 4 * steps }
}

/** Each step is made as one and as two halves: what they differ by says how long the next one may be. */
function adaptive(start: State, tolerance: number) {
  let [end, time, step, evaluations] = [start, 0, 1e-3, 0]
  while (time < period && evaluations < 1e6) {
    step = Math.min(step, period - time)
    const whole = rungeKutta(end, step)
    const halves = rungeKutta(rungeKutta(end, step / 2), step / 2)
    const error = Math.hypot(...halves.map((value, i) => value - whole[i]!))
    evaluations += 11 // the first of the whole step is that of the first half
    if (error <= tolerance) [end, time] = [halves, period - time <= step ? period : time + step]
    step *= Math.min(4, 0.9 * (tolerance / Math.max(error, 1e-300)) ** 0.2)
  }
  return { end, evaluations }
}

/** The classical method of fourth order. */
function rungeKutta(from: State, step: number): State {
  const a = force(from)
  const b = force(along(from, a, step / 2))
  const c = force(along(from, b, step / 2))
  const d = force(along(from, c, step))
  return from.map((value, i) => value + (step / 6) * (a[i]! + 2 * b[i]! + 2 * c[i]! + d[i]!)) as unknown as State
}

function along(from: State, change: State, step: number): State {
  return from.map((value, i) => value + step * change[i]!) as unknown as State
}

function force([x, y, vx, vy]: State): State {
  const cube = Math.hypot(x, y) ** 3
  return [vx, vy, -x / cube, -y / cube]
}
