import { leavesOf } from '../../src/core/leaves.ts'
import { checkArgument, someNumbers } from '../../src/core/options.ts'
import type { Random } from '../../src/core/random.ts'
import {
  type Axis,
  aSpace,
  clipUnit,
  coordinateOf,
  levelOf,
  type Parameter,
  type ParameterDefinition,
  parameterFrom,
  type Space,
} from '../../src/core/space.ts'

/** One coordinate of the unit cube with the operators of its kind; operators change the genome they are given. */
export interface Gene {
  /** Two genomes exchange what they have here: their values are blended where the axis has an order, swapped where not. */
  cross(a: number[], b: number[], alpha: number, random: Random): void
  /** Moves the coordinate by about `deviation` times its range; to another value always, where there is another one. */
  mutate(genome: number[], deviation: number, random: Random): void
}

/** The genes of a space, one for each of its axes. */
export function genesOf<P>(space: Space<P>): Gene[] {
  checkArgument('genesOf', 'its argument', space, aSpace)
  const leaves = space.definitions.flatMap(([, definition]) => leavesOf(definition))
  return space.axes.map((axis, at) => geneOf(axis, at, leaves[at]!))
}

/** The genome of what a genome decodes to: genomes that stand for the same parameters become equal. */
export function canonical<P>(space: Space<P>, genome: ArrayLike<number>): number[] {
  checkArgument('canonical', 'the space', space, aSpace)
  checkArgument('canonical', 'the genome', genome, someNumbers)
  return space.canonicalPoint(genome)
}

function geneOf(axis: Axis, at: number, leaf: ParameterDefinition): Gene {
  switch (axis.kind) {
    case 'real':
      return { cross: blendAt(at), mutate: stepAt(at) }
    case 'integer':
      return {
        cross: blendAt(at),
        mutate:
          leaf.type === 'integer' && leaf.step === undefined
            ? integerStepAt(at, parameterFrom(leaf) as Parameter<number>)
            : levelStepAt(at, axis.levels),
      }
    case 'choice':
    case 'boolean':
      return { cross: swapAt(at), mutate: otherLevelAt(at, axis.levels) }
  }
}

/**
 * Blend crossover BLX-alpha (Eshelman and Schaffer 1993): both new values lie in the parents' interval, widened by
 * `alpha` times its length on either side. The two lie opposite each other, so that their mean stays the parents'.
 */
function blendAt(at: number): Gene['cross'] {
  return (a, b, alpha, random) => {
    const weight = (1 + 2 * alpha) * random.uniform() - alpha
    const x = a[at]!
    const y = b[at]!
    a[at] = clipUnit(x + weight * (y - x))
    b[at] = clipUnit(y + weight * (x - y))
  }
}

function swapAt(at: number): Gene['cross'] {
  return (a, b, _alpha, random) => {
    if (random.chance(0.5)) return
    const x = a[at]!
    a[at] = b[at]!
    b[at] = x
  }
}

function stepAt(at: number): Gene['mutate'] {
  return (genome, deviation, random) => {
    genome[at] = clipUnit(random.normal(genome[at]!, deviation))
  }
}

/** A Gaussian step that moves by one integer at least, by turning back at a bound if need be. */
function integerStepAt(at: number, integer: Parameter<number>): Gene['mutate'] {
  return (genome, deviation, random) => {
    const before = integer.decode(genome, at)
    const step = random.normal(0, deviation)
    genome[at] = clipUnit(genome[at]! + step)
    if (integer.decode(genome, at) !== before) return
    integer.encode(before + (step < 0 ? -1 : 1), genome, at) // is brought back within the bounds
    if (integer.decode(genome, at) === before) integer.encode(before - (step < 0 ? -1 : 1), genome, at)
  }
}

/** The same among values that own equal parts of the axis. */
function levelStepAt(at: number, levels: number): Gene['mutate'] {
  return (genome, deviation, random) => {
    const before = levelOf(genome[at]!, levels)
    const step = random.normal(0, deviation)
    genome[at] = clipUnit(genome[at]! + step)
    if (levels === 1 || levelOf(genome[at]!, levels) !== before) return
    const next = before + (step < 0 ? -1 : 1)
    genome[at] = coordinateOf(next < 0 ? 1 : next === levels ? levels - 2 : next, levels)
  }
}

function otherLevelAt(at: number, levels: number): Gene['mutate'] {
  return (genome, _deviation, random) => {
    if (levels === 1) return
    const level = levelOf(genome[at]!, levels)
    const other = random.integer(levels - 1)
    genome[at] = coordinateOf(other < level ? other : other + 1, levels)
  }
}
