import { refuseSurplus } from '../../src/core/options.ts'
import { checkDesigns, checkNames, checkOnce, checkSize } from './check.ts'
import { checkUnrepeated, DesignPoints, type Stretch } from './design-points.ts'
import { digitsOf } from './factors.ts'
import { type ReplicationOptions, replication } from './replication.ts'

type Designs<T extends readonly unknown[]> = { readonly [I in keyof T]: DesignPoints<T[I]> }
type All<T extends readonly unknown[]> = T extends readonly [infer First, ...infer Rest] ? First & All<Rest> : unknown

/**
 * Every point of each design with every point of the others, which are over other parameters; the last design changes
 * fastest.
 * @example cross(fullFactorial(subspace(space, ['solver'])), sobol(subspace(space, ['x', 'y']), { points: 64 }))
 */
export function cross<const T extends readonly unknown[]>(...designs: Designs<T>): DesignPoints<All<T>> {
  const parts = checkedParts('cross', designs)
  const sizes = parts.map(({ size }) => ({ count: size }))
  return joined(
    'cross',
    parts,
    parts.reduce((product, { size }) => product * size, 1),
    (index) => digitsOf(index, sizes),
  )
}

/**
 * The first point of each design together, then the second of each, and so on; the designs are over different parameters
 * and have the same size.
 */
export function zip<const T extends readonly unknown[]>(...designs: Designs<T>): DesignPoints<All<T>> {
  const parts = checkedParts('zip', designs)
  const { size } = parts[0]!
  const other = parts.find((part) => part.size !== size)
  if (other) throw new RangeError(`zip needs designs of the same size, got ${size} and ${other.size} points`)
  return joined('zip', parts, size, (index) => parts.map(() => index))
}

/** One design after the other, all over the same parameters; each keeps how often it is repeated. */
export function concat<P>(...designs: readonly DesignPoints<P>[]): DesignPoints<P> {
  checkDesigns('concat', designs)
  const first = designs[0]!
  const orders = designs.map((design) => orderOf(first.names, design.names))
  const size = checkSize(
    'concat',
    designs.reduce((sum, design) => sum + design.size, 0),
  )
  return new DesignPoints<P>({
    names: first.names,
    size,
    description: { kind: 'concat', designs: designs.map(({ description }) => description) },
    valuesAt(index) {
      let at = 0
      let rest = index
      while (rest >= designs[at]!.size) rest -= designs[at++]!.size
      const values = designs[at]!.valuesAt(rest)
      return orders[at]!.map((place) => values[place])
    },
    stretches: designs.flatMap(({ stretches }): readonly Stretch[] => stretches),
  })
}

/**
 * Every point several times, as replicates of the same index.
 * @example repeat(design, 10)                                 // each run has its own seed, derived from the search's
 * @example repeat(design, 10, 'common')                       // the same ten seeds for every point
 * @example repeat(design, undefined, [7, 11, 13])             // these
 */
export function repeat<P>(
  design: DesignPoints<P>,
  replications?: number,
  seeds?: ReplicationOptions['seeds'],
  ...surplus: readonly never[]
): DesignPoints<P> {
  checkDesigns('repeat', [design])
  refuseSurplus('repeat', 3, surplus, '')
  checkUnrepeated('repeat', design)
  const asked = replication({ replications, seeds })
  const { replications: count, seeds: policy } = asked
  return new DesignPoints<P>({
    names: design.names,
    size: design.size,
    description: { kind: 'repeat', design: design.description, replications: count, seeds: policy },
    valuesAt: (index) => design.valuesAt(index),
    stretches: [{ size: design.size, replication: asked }],
  })
}

function checkedParts(
  combination: string,
  designs: readonly DesignPoints<unknown>[],
): readonly DesignPoints<unknown>[] {
  checkDesigns(combination, designs)
  for (const design of designs) checkUnrepeated(combination, design)
  checkOnce(
    combination,
    designs.flatMap(({ names }) => names),
  )
  return designs
}

function joined<P>(
  kind: string,
  parts: readonly DesignPoints<unknown>[],
  size: number,
  indicesOf: (index: number) => readonly number[],
): DesignPoints<P> {
  return new DesignPoints<P>({
    names: parts.flatMap(({ names }) => names),
    size: checkSize(kind, size),
    description: { kind, designs: parts.map(({ description }) => description) },
    valuesAt(index) {
      const indices = indicesOf(index)
      return parts.flatMap((part, i) => part.valuesAt(indices[i]!))
    },
  })
}

/** Where each of the names stands in another list of the same names. */
function orderOf(names: readonly string[], others: readonly string[]): number[] {
  checkNames('concat', others, names)
  checkNames('concat', names, others)
  return names.map((name) => others.indexOf(name))
}
