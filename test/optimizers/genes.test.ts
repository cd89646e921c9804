import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, genesOf } from '../../optimizers/shared/genes.ts'
import { GenomeMap } from '../../optimizers/shared/genome-map.ts'
import { Random } from '../../src/core/random.ts'
import { boolean, choice, integer, matrix, real, Space, vector } from '../../src/core/space.ts'

test('an integer moves by one at least, however small the deviation and wherever it is', () => {
  const bounds = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100_000 }), fc.boolean())
  fc.assert(
    fc.property(bounds, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), ([low, width, log], at, seed) => {
      const space = new Space({ n: integer(low, low + width, { scale: log ? 'log' : 'linear' }) })
      const genome = canonical(space, [at])
      const before = space.decode(genome).n
      genesOf(space)[0]!.mutate(genome, 1e-12, Random.of(seed))
      expect(Math.abs(space.decode(genome).n - before)).toBe(1)
    }),
  )
})

test('an integer mutation of a large deviation moves far', () => {
  const space = new Space({ n: integer(0, 1000) })
  const moves = Array.from({ length: 200 }, (_, seed) => {
    const genome = space.encode({ n: 500 })
    genesOf(space)[0]!.mutate(genome, 0.1, Random.of(seed))
    return space.decode(genome).n - 500
  })
  const deviation = Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / moves.length)
  expect(deviation).toBeGreaterThan(80)
  expect(deviation).toBeLessThan(120)
})

test('a choice becomes any of the others and a boolean its opposite', () => {
  const space = new Space({ c: choice(['a', 'b', 'c', 'd']), b: boolean() })
  const [c, b] = genesOf(space)
  const seen = new Set<string>()
  for (let seed = 0; seed < 100; seed++) {
    const genome = space.encode({ c: 'b', b: true })
    c!.mutate(genome, 0, Random.of(seed))
    b!.mutate(genome, 0, Random.of(seed))
    seen.add(space.decode(genome).c)
    expect(space.decode(genome).b).toBe(false)
  }
  expect([...seen].sort()).toEqual(['a', 'c', 'd'])
})

test('a real mutation has the deviation it is told, as a part of the range', () => {
  const space = new Space({ x: real(-50, 50) })
  const moves = Array.from({ length: 2000 }, (_, seed) => {
    const genome = space.encode({ x: 0 })
    genesOf(space)[0]!.mutate(genome, 0.01, Random.of(seed))
    return space.decode(genome).x
  })
  expect(Math.sqrt(moves.reduce((sum, x) => sum + x * x, 0) / moves.length)).toBeCloseTo(1, 1)
})

test('a blend keeps the mean of the parents and reaches alpha beyond them', () => {
  const space = new Space({ x: real(0, 1) })
  const gene = genesOf(space)[0]!
  const children = Array.from({ length: 3000 }, (_, seed) => {
    const a = [0.45]
    const b = [0.55]
    gene.cross(a, b, 0.5, Random.of(seed))
    expect(a[0]! + b[0]!).toBeCloseTo(1, 12)
    return a[0]!
  })
  expect(Math.min(...children)).toBeGreaterThanOrEqual(0.4)
  expect(Math.min(...children)).toBeLessThan(0.401)
  expect(Math.max(...children)).toBeLessThanOrEqual(0.6)
  expect(Math.max(...children)).toBeGreaterThan(0.599)
})

test('crossover swaps values without an order and leaves none that neither parent had', () => {
  const space = new Space({ c: choice(['a', 'b', 'c']) })
  const gene = genesOf(space)[0]!
  const swaps = Array.from({ length: 400 }, (_, seed) => {
    const a = space.encode({ c: 'a' })
    const b = space.encode({ c: 'c' })
    gene.cross(a, b, 0.5, Random.of(seed))
    const pair = space.decode(a).c + space.decode(b).c
    expect(['ac', 'ca']).toContain(pair)
    return pair === 'ca' ? 1 : 0
  })
  expect(swaps.reduce<number>((sum, swap) => sum + swap, 0)).toBeGreaterThan(150)
})

test('operators stay within the unit cube', () => {
  const space = new Space({ x: real(0, 1), n: integer(1, 9, { scale: 'log' }), m: matrix(integer(0, 1), 2, 1) })
  const genes = genesOf(space)
  const coordinate = fc.double({ min: 0, max: 1, noNaN: true })
  const genome = fc.array(coordinate, { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(genome, genome, fc.nat(), (first, second, seed) => {
      const a = [...first]
      const b = [...second]
      const random = Random.of(seed)
      genes.forEach((gene) => {
        gene.cross(a, b, 2, random)
        gene.mutate(a, 1, random)
      })
      for (const x of [...a, ...b]) expect(x >= 0 && x <= 1).toBe(true)
    }),
  )
})

test('each axis of a vector has the gene of its own parameter', () => {
  const space = new Space({ v: vector(integer(0, 3), 2), w: vector(integer(10, 5000, { scale: 'log' }), 2) })
  const genes = genesOf(space)
  for (const at of [0, 1, 2, 3]) {
    const genome = space.encode({ v: [1, 2], w: [100, 2000] })
    genes[at]!.mutate(genome, 1e-12, Random.of(at))
    const { v, w } = space.decode(genome)
    const moved = [...v, ...w].map((value, i) => Math.abs(value - [1, 2, 100, 2000][i]!))
    expect(moved).toEqual([0, 1, 2, 3].map((i) => (i === at ? 1 : 0)))
  }
})

test('a genome map knows genomes by their numbers, and keeps the first value', () => {
  const genome = fc.array(fc.constantFrom(0, 0.25, 0.5, 1, 1e-300), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(genome, { maxLength: 60 }), genome, (genomes, probe) => {
      const map = new GenomeMap<number>()
      genomes.forEach((added, i) => {
        map.add([...added], i)
      })
      const first = genomes.findIndex((added) => added[0] === probe[0] && added[1] === probe[1])
      expect(map.get(probe)).toBe(first < 0 ? undefined : first)
      expect(map.has(probe)).toBe(first >= 0)
    }),
  )
})

test('a genome map keeps apart what has the same hash', () => {
  // Of so many, some ten pairs share one of the 2^32 hashes.
  const random = Random.of(1)
  const genomes = Array.from({ length: 300_000 }, () => [random.uniform(), random.uniform()])
  const map = new GenomeMap<number>()
  genomes.forEach((genome, i) => {
    map.add(genome, i)
  })
  expect(genomes.findIndex((genome, i) => map.get([...genome]) !== i)).toBe(-1)
})
