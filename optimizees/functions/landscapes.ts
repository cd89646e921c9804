/** One benchmark function, to be minimized. */
export interface Landscape {
  /** The number that L2L knows it by. */
  readonly id: number
  readonly dims: number
  /** Bounds of every coordinate. */
  readonly box: readonly [low: number, high: number]
  readonly optimum: { readonly coords: readonly number[]; readonly cost: number }
  cost(x: readonly number[]): number
}

/**
 * The benchmark functions that L2L has, from the mathematical literature. Unless another source is named they are as in
 * S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments: Test Functions and Datasets, and M. Molga and
 * C. Smutnicki, Test functions for optimization needs, 2005. Optima without a closed form were computed (and are
 * computed again in a test).
 */
export const landscapes = {
  rastrigin2d: rastrigin(0, 2),
  rastrigin10d: rastrigin(1, 10),
  rosenbrock2d: rosenbrock(2, 2),
  rosenbrock10d: rosenbrock(3, 10),
  ackley2d: ackley(4, 2),
  ackley10d: ackley(5, 10),
  chasm: chasm(6),
  gauss2d: {
    id: 7,
    dims: 2,
    box: [-5, 5],
    optimum: { coords: [-1, -1], cost: -1 / (2 * Math.PI * Math.sqrt(1.5 * 0.3 - 0.1 ** 2)) },
    cost: gaussian([-1, -1], [1.5, 0.1, 0.3]),
  },
  shekel2d: shekel(8),
  langermann2d: langermann(9),
  michalewicz2d: michalewicz(10),
  permutation2d: permutation(11, 2),
  easom2d: easom(12, 2),
  easom10d: easom(13, 10),
  '3gaussians2d': threeGaussians(14),
} as const satisfies Readonly<Record<string, Landscape>>

export type FunctionName = keyof typeof landscapes

/** L. A. Rastrigin, Systems of extremal control, 1974; in n dimensions, Mühlenbein et al. 1991. */
function rastrigin(id: number, dims: number): Landscape {
  return {
    id,
    dims,
    box: [-5, 5],
    optimum: { coords: filled(dims, 0), cost: 0 },
    cost: (x) => sum(x, (xi) => xi ** 2 + 10 - 10 * Math.cos(2 * Math.PI * xi)),
  }
}

/** H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960. */
function rosenbrock(id: number, dims: number): Landscape {
  return {
    id,
    dims,
    box: [-2, 2],
    optimum: { coords: filled(dims, 1), cost: 0 },
    cost: (x) => sum(x.slice(1), (next, i) => 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2),
  }
}

/** D. H. Ackley, A connectionist machine for genetic hillclimbing, 1987. */
function ackley(id: number, dims: number): Landscape {
  return {
    id,
    dims,
    box: [-2, 2],
    optimum: { coords: filled(dims, 0), cost: 0 },
    cost(x) {
      const distance = Math.sqrt(sum(x, (xi) => xi ** 2) / dims)
      const waves = sum(x, (xi) => Math.cos(2 * Math.PI * xi)) / dims
      return Math.E + 20 - 20 * Math.exp(-0.2 * distance) - Math.exp(waves)
    },
  }
}

/** A crack, some thousandths wide, that leads down a gentle slope; as in L2L. */
function chasm(id: number): Landscape {
  return {
    id,
    dims: 2,
    box: [-2, 2],
    optimum: { coords: [0, 0], cost: 0 },
    cost: ([x, y]) => (1e3 * Math.abs(x!)) / (1e3 * Math.abs(x!) + 1) + 1e-2 * Math.abs(y!),
  }
}

/**
 * J. Shekel, Test functions for multimodal search techniques, 1971: the seven holes of Shekel-7 in its first two
 * coordinates. L2L adds the width of a hole once per dimension; in the literature, and here, it is added once.
 */
function shekel(id: number): Landscape {
  const holes = [
    { at: [4, 4], width: 0.1 },
    { at: [1, 1], width: 0.2 },
    { at: [8, 8], width: 0.2 },
    { at: [6, 6], width: 0.4 },
    { at: [3, 7], width: 0.4 },
    { at: [2, 9], width: 0.6 },
    { at: [5, 3], width: 0.3 },
  ]
  return {
    id,
    dims: 2,
    box: [0, 10],
    optimum: { coords: [4.002013893, 3.998666764], cost: -10.770349454 },
    cost: (x) => -sum(holes, ({ at, width }) => 1 / (squaredDistance(x, at) + width)),
  }
}

/** Langermann's function with five centres (Molga and Smutnicki, section 2.10). */
function langermann(id: number): Landscape {
  const centres = [
    { at: [3, 5], height: 1 },
    { at: [5, 2], height: 2 },
    { at: [2, 1], height: 5 },
    { at: [1, 4], height: 2 },
    { at: [7, 9], height: 3 },
  ]
  return {
    id,
    dims: 2,
    box: [0, 10],
    optimum: { coords: [2.793402292, 1.597232494], cost: -4.155809292 },
    cost: (x) =>
      sum(centres, ({ at, height }) => {
        const square = squaredDistance(x, at)
        return height * Math.exp(-square / Math.PI) * Math.cos(Math.PI * square)
      }),
  }
}

/** Z. Michalewicz, Genetic algorithms + data structures = evolution programs, 1992; steepness m = 10. */
function michalewicz(id: number): Landscape {
  return {
    id,
    dims: 2,
    box: [0, Math.PI],
    optimum: { coords: [2.202905516, Math.PI / 2], cost: -1.80130341 },
    cost: (x) => -sum(x, (xi, i) => Math.sin(xi) * Math.sin(((i + 1) * xi ** 2) / Math.PI) ** 20),
  }
}

/** The Perm function d, beta of A. Neumaier, with beta = 0.005. */
function permutation(id: number, dims: number): Landscape {
  const beta = 0.005
  const numbers = Array.from({ length: dims }, (_, i) => i + 1)
  return {
    id,
    dims,
    box: [-dims, dims],
    optimum: { coords: numbers, cost: 0 },
    cost: (x) => sum(numbers, (k) => sum(x, (xi, i) => ((i + 1) ** k + beta) * ((xi / (i + 1)) ** k - 1)) ** 2),
  }
}

/**
 * E. Easom, A survey of global optimization techniques, 1990; in n dimensions with the sign of X.-S. Yang, 2010. L2L's
 * product of cosines turns the hole into a peak where n is odd; here each factor is cos(x - pi), which is 1 at the optimum.
 */
function easom(id: number, dims: number): Landscape {
  return {
    id,
    dims,
    box: [-10, 10],
    optimum: { coords: filled(dims, Math.PI), cost: -1 },
    cost: (x) =>
      -x.reduce((product, xi) => product * Math.cos(xi - Math.PI), 1) * Math.exp(-sum(x, (xi) => (xi - Math.PI) ** 2)),
  }
}

/** Three bells of different shapes, upside down. */
function threeGaussians(id: number): Landscape {
  const bells = [
    gaussian([-1, -1], [1.5, 0.1, 0.3]),
    gaussian([1, 1], [0.25, 0.3, 1]),
    gaussian([2, -2], [0.5, 0.25, 1.3]),
  ]
  return {
    id,
    dims: 2,
    box: [-5, 5],
    optimum: { coords: [0.99905735, 0.995099411], cost: -0.398474996 },
    cost: (x) => sum(bells, (bell) => bell(x)),
  }
}

/** The density of a normal distribution in two dimensions, negative; the covariances are those of xx, xy and yy. */
function gaussian(mean: readonly [number, number], [xx, xy, yy]: readonly [number, number, number]) {
  const determinant = xx * yy - xy ** 2
  return ([x, y]: readonly number[]) => {
    const dx = x! - mean[0]
    const dy = y! - mean[1]
    const square = (yy * dx ** 2 - 2 * xy * dx * dy + xx * dy ** 2) / determinant
    return -Math.exp(-square / 2) / (2 * Math.PI * Math.sqrt(determinant))
  }
}

function squaredDistance(x: readonly number[], centre: readonly number[]): number {
  return sum(x, (xi, i) => (xi - centre[i]!) ** 2)
}

function sum<T>(items: readonly T[], term: (item: T, i: number) => number): number {
  let total = 0
  for (let i = 0; i < items.length; i++) total += term(items[i]!, i)
  return total
}

function filled(dims: number, value: number): number[] {
  return new Array<number>(dims).fill(value)
}
