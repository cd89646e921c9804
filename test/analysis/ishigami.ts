import { real, type Space, space } from '../../src/core/space.ts'

export interface Angles {
  readonly x1: number
  readonly x2: number
  readonly x3: number
}

/** T. Ishigami and T. Homma, An importance quantification technique in uncertainty analysis for computer models, 1990. */
export const ishigamiSpace: Space<Angles> = space<Angles>({
  x1: real(-Math.PI, Math.PI),
  x2: real(-Math.PI, Math.PI),
  x3: real(-Math.PI, Math.PI),
})

export function ishigami({ x1, x2, x3 }: Angles, a = 7, b = 0.1): number {
  return Math.sin(x1) + a * Math.sin(x2) ** 2 + b * x3 ** 4 * Math.sin(x1)
}

const [a, b] = [7, 0.1]
const alone = (1 + (b * Math.PI ** 4) / 5) ** 2 / 2
const second = a ** 2 / 8
const together = b ** 2 * Math.PI ** 8 * (1 / 18 - 1 / 50)
const variance = alone + second + together

/** What the integrals give. */
export const exact = {
  mean: a / 2,
  variance,
  first: [alone / variance, second / variance, 0],
  total: [(alone + together) / variance, second / variance, together / variance],
  /** Of the pairs 1 and 2, 1 and 3, 2 and 3. */
  second: [0, together / variance, 0],
}
