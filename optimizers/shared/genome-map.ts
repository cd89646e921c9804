import { checkArgument, someNumbers } from '../../src/core/options.ts'

/** A map whose keys are genomes: equal when all their numbers are. */
export class GenomeMap<T> {
  readonly #entries = new Map<number, Entry<T>>()

  get(genome: readonly number[]): T | undefined {
    return this.#find(genome, hash(genome))?.value
  }

  has(genome: readonly number[]): boolean {
    return this.#find(genome, hash(genome)) !== undefined
  }

  /** Gives the genome a value, unless it has one already. */
  add(genome: readonly number[], value: T): void {
    const key = hash(genome)
    if (this.#find(genome, key)) return
    this.#entries.set(key, { genome, value, next: this.#entries.get(key) })
  }

  #find(genome: readonly number[], key: number): Entry<T> | undefined {
    let entry = this.#entries.get(key)
    while (entry && !areEqual(entry.genome, genome)) entry = entry.next
    return entry
  }
}

interface Entry<T> {
  readonly genome: readonly number[]
  readonly value: T
  /** The next one of those whose hash is the same. */
  readonly next: Entry<T> | undefined
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

function hash(genome: readonly number[]): number {
  checkArgument('GenomeMap', 'a genome', genome, someNumbers)
  let h = 0x9747b28c
  for (let i = 0; i < genome.length; i++) {
    float[0] = genome[i]!
    h = Math.imul(h ^ words[0]!, 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 15) ^ words[1]!, 0xc2b2ae35)
    h ^= h >>> 13
  }
  return h
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}
