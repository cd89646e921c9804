import { boolean, choice, integer, type ParameterMap, real, Space, vector, when } from '../../../src/core/space.ts'

/** A problem with choices or integers whose least cost is known to be 0. */
export interface DiscreteProblem {
  readonly name: string
  readonly space: Space
  /** Undefined is a failure. */
  cost(parameters: Record<string, unknown>): number | undefined
  /** The cost at which it is solved: 0 where nothing is real. */
  readonly solvedAt: number
  readonly budget: number
}

/** Neither all true nor all false, so that no method is favoured by where it starts. */
const pattern = Array.from({ length: 64 }, (_, i) => (i * 7 + (i >> 2)) % 3 === 0)
const places = [1.3, -2.1, 3.7, 0.4, -4.2, 2.6, -0.8, 4.4]
const wholes = [7, -12, 31, 0, -44, 18, -3, 25]
const levels = ['a', 'b', 'c', 'd', 'e']

export const discreteProblems: readonly DiscreteProblem[] = [
  problem({
    name: 'onemax',
    parameters: { bits: vector(boolean(), 40) },
    cost: ({ bits }) => count(bits, (bit, i) => bit !== pattern[i]),
    solvedAt: 0,
    budget: 10_000,
  }),
  problem({
    name: 'leading ones',
    parameters: { bits: vector(boolean(), 20) },
    cost: ({ bits }) => {
      const first = bits.findIndex((bit, i) => bit !== pattern[i])
      return first < 0 ? 0 : bits.length - first
    },
    solvedAt: 0,
    budget: 10_000,
  }),
  problem({
    name: 'traps of four',
    parameters: { bits: vector(boolean(), 20) },
    cost: ({ bits }) => {
      const right = bits.map((bit, i) => bit === pattern[i])
      const inTrap = [0, 4, 8, 12, 16].map((at) => count(right.slice(at, at + 4), (one) => one))
      return inTrap.reduce((sum, ones) => sum + (ones === 4 ? 0 : 1 + ones), 0)
    },
    solvedAt: 0,
    budget: 20_000,
  }),
  problem({
    name: 'choices',
    parameters: { picks: vector(choice(levels), 12) },
    cost: ({ picks }) => count(picks, (pick, i) => pick !== levels[(i * 3 + 1) % 5]),
    solvedAt: 0,
    budget: 10_000,
  }),
  problem({
    name: 'integer sphere',
    parameters: { n: vector(integer(-50, 50), 8) },
    cost: ({ n }) => sumOf(n, (value, i) => (value - wholes[i]!) ** 2),
    solvedAt: 0,
    budget: 10_000,
  }),
  problem({
    name: 'integer ellipsoid',
    parameters: { n: vector(integer(-50, 50), 8) },
    cost: ({ n }) => {
      const z = n.map((value, i) => value - wholes[i]! + (i > 0 ? (n[i - 1]! - wholes[i - 1]!) / 2 : 0))
      return sumOf(z, (value, i) => 1e3 ** (i / 7) * value ** 2)
    },
    solvedAt: 0,
    budget: 20_000,
  }),
  problem({
    name: 'mixed sphere',
    parameters: { x: vector(real(-5, 5), 4), n: vector(integer(-50, 50), 3), mode: vector(choice(levels), 3) },
    cost: ({ x, n, mode }) =>
      sphere(x) + sumOf(n, (v, i) => ((v - wholes[i]!) / 10) ** 2) + count(mode, (m, i) => m !== levels[i + 1]),
    solvedAt: 1e-6,
    budget: 20_000,
  }),
  problem({
    // Each choice has an optimum of its own, and only one of them is as deep as can be.
    name: 'mixed with dependence',
    parameters: { x: vector(real(-5, 5), 3), mode: choice(levels) },
    cost: ({ x, mode }) => {
      const at = levels.indexOf(mode)
      return sumOf(x, (value, i) => (value - places[(at + 2 * i) % 8]!) ** 2) + [0.9, 0.6, 0, 0.3, 1.2][at]!
    },
    solvedAt: 1e-6,
    budget: 20_000,
  }),
  problem({
    // Of two kernels, each has parameters that the other has not.
    name: 'conditional',
    parameters: {
      kernel: choice(['linear', 'radial']),
      slope: when({ kernel: 'linear' }, vector(real(-5, 5), 2)),
      width: when({ kernel: 'radial' }, real(1e-3, 1e3, { scale: 'log' })),
      degree: when({ kernel: 'radial' }, integer(1, 9)),
    },
    cost: ({ kernel, slope, width, degree }) =>
      kernel === 'linear' ? 0.5 + 0.1 * sphere(slope!) : Math.log10(width! / 0.05) ** 2 + (degree! - 7) ** 2 / 10,
    solvedAt: 1e-6,
    budget: 10_000,
  }),
  problem({
    name: 'mixed Rastrigin',
    parameters: { x: vector(real(-5, 5), 3), n: vector(integer(-5, 5), 3) },
    cost: ({ x, n }) =>
      sumOf(x, (value, i) => {
        const z = value - places[i]!
        return 10 + z * z - 10 * Math.cos(2 * Math.PI * z)
      }) + sumOf(n, (value, i) => Math.abs(value - [2, -3, 1][i]!) + ((value - [2, -3, 1][i]!) % 2 === 0 ? 0 : 3)),
    solvedAt: 1e-6,
    budget: 20_000,
  }),
  problem({
    name: 'optimum at the bounds',
    parameters: { x: vector(real(0, 1), 4), n: vector(integer(0, 20), 2), on: vector(boolean(), 2) },
    cost: ({ x, n, on }) =>
      sumOf(x, (value, i) => (i % 2 === 0 ? value : 1 - value)) + n[0]! + (20 - n[1]!) + count(on, (one) => !one),
    solvedAt: 1e-6,
    budget: 10_000,
  }),
  problem({
    name: 'logarithmic rates',
    parameters: {
      rates: vector(real(1e-6, 1, { scale: 'log' }), 3),
      size: integer(1, 4096, { scale: 'log' }),
      rule: choice(['sgd', 'adam', 'rms']),
    },
    cost: ({ rates, size, rule }) =>
      sumOf(rates, (rate, i) => Math.log10(rate / [3e-4, 0.02, 5e-6][i]!) ** 2) +
      Math.log2(size / 96) ** 2 +
      (rule === 'adam' ? 0 : 0.5),
    solvedAt: 1e-6,
    budget: 10_000,
  }),
  problem({
    // Half of the space cannot be simulated, and the optimum lies at the edge of it.
    name: 'half failing',
    parameters: { x: vector(real(-5, 5), 4), n: vector(integer(0, 20), 2) },
    cost: ({ x, n }) => {
      if (x[0]! + x[1]! + (n[0]! - 10) / 2 > 1) return undefined
      return sumOf(x, (value, i) => (value - [0.5, -0.5, 2, -3][i]!) ** 2) + (n[0]! - 11) ** 2 + (n[1]! - 4) ** 2
    },
    solvedAt: 1e-6,
    budget: 20_000,
  }),
]

interface Given<P> extends Omit<DiscreteProblem, 'space' | 'cost'> {
  readonly parameters: ParameterMap<P>
  cost(parameters: P): number | undefined
}

function problem<P>({ parameters, cost, ...given }: Given<P>): DiscreteProblem {
  return { ...given, space: new Space<P>(parameters) as unknown as Space, cost: (found) => cost(found as P) }
}

function sphere(x: readonly number[]): number {
  return sumOf(x, (value, i) => (value - places[i]!) ** 2)
}

function sumOf(values: readonly number[], term: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + term(value, i), 0)
}

function count<T>(values: readonly T[], is: (value: T, i: number) => boolean): number {
  return values.filter(is).length
}
