import type { Random } from '../../../src/core/random.ts'
import type { Space } from '../../../src/core/space.ts'
import type { Gene } from '../genes.ts'

export interface VariationSettings {
  readonly crossoverProbability: number
  readonly mutationProbability: number
  readonly geneMutationProbability: number
  readonly blend: number
  readonly mutationScale: number
  readonly mutationDecades: number
}

type VariedSpace = Pick<Space, 'fillHidden' | 'isConditional'>

/** How two parents become two children, gene by gene. */
export class Variation {
  readonly #space: VariedSpace
  readonly #genes: readonly Gene[]
  readonly #settings: VariationSettings

  constructor(space: VariedSpace, genes: readonly Gene[], settings: VariationSettings) {
    this.#space = space
    this.#genes = genes
    this.#settings = settings
  }

  /**
   * Two children, each of which may be crossed and mutated, or a copy of its parent. What does not apply to one parent
   * is inherited from the other.
   */
  children(mother: readonly number[], father: readonly number[], random: Random): readonly [number[], number[]] {
    const { crossoverProbability, mutationProbability, blend } = this.#settings
    const children: readonly [number[], number[]] = [[...mother], [...father]]
    this.#space.fillHidden(children[0], random, father)
    this.#space.fillHidden(children[1], random, mother)
    if (random.chance(crossoverProbability)) {
      for (const gene of this.#genes) gene.cross(children[0], children[1], blend, random)
    }
    for (const child of children) if (random.chance(mutationProbability)) this.mutate(child, random)
    return children
  }

  /** A child that has some of its mate's genes, one at least, and may be mutated. */
  exchange(parent: readonly number[], mate: readonly number[], random: Random): number[] {
    const { mutationProbability, blend } = this.#settings
    const child = [...parent]
    this.#space.fillHidden(child, random, mate)
    const other = this.#filled(mate, parent, random)
    const certain = random.integer(this.#genes.length)
    for (let at = 0; at < child.length; at++) {
      if (at !== certain && !random.chance(exchangedPart)) continue
      if (!random.chance(blendedPart)) child[at] = other[at]!
      else this.#genes[at]!.cross(child, [...other], blend, random) // changes both
    }
    if (random.chance(mutationProbability)) this.mutate(child, random)
    return child
  }

  /** The genome with what says nothing in it taken from another one. */
  #filled(genome: readonly number[], another: readonly number[], random: Random): readonly number[] {
    if (!this.#space.isConditional) return genome
    const filled = [...genome]
    this.#space.fillHidden(filled, random, another)
    return filled
  }

  /** Moves some coordinates, one at least. */
  mutate(genome: number[], random: Random): void {
    const { geneMutationProbability } = this.#settings
    let mutated = 0
    for (const gene of this.#genes) {
      if (!random.chance(geneMutationProbability)) continue
      gene.mutate(genome, this.#deviation(random), random)
      mutated++
    }
    if (mutated === 0) random.pick(this.#genes).mutate(genome, this.#deviation(random), random)
  }

  /** Moves all coordinates, as far as mutations go. */
  scatter(genome: number[], random: Random): void {
    for (const gene of this.#genes) gene.mutate(genome, this.#settings.mutationScale, random)
  }

  #deviation(random: Random): number {
    return this.#settings.mutationScale * 10 ** (-this.#settings.mutationDecades * random.uniform())
  }
}

/** Which part of a parent's genes an exchange changes, and which part of those is blended and not taken as it is. */
const exchangedPart = 0.2
const blendedPart = 0.1
