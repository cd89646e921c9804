import { expect, test } from 'vitest'
import { Batch, batchSizeOf, refuseBatch } from '../../src/core/batch.ts'
import { Individual } from '../../src/core/individual.ts'
import { onlyResult, takeResults } from '../../src/core/results-of-many.ts'
import { boolean, choice, integer, real, space, vector } from '../../src/core/space.ts'

function batchOf<P>(parameters: readonly P[], of: ConstructorParameters<typeof Batch<P>>[1]): Batch<P> {
  const individuals = parameters.map((one, index) => new Individual({ generation: 0, index, replicate: 0 }, one, index))
  return new Batch(individuals, of)
}

test('columns have a value for each individual, those of numeric parameters in typed arrays', () => {
  const of = space({
    x: real(0, 1),
    n: integer(0, 9),
    scale: choice([1, 10]),
    mixed: choice([1, 'a']),
    on: boolean(),
    offsets: vector(real(0, 1), 2),
  })
  const batch = batchOf(
    [
      { x: 0.5, n: 3, scale: 10, mixed: 1, on: true, offsets: [0, 1] },
      { x: 0.25, n: 4, scale: 1, mixed: 1, on: false, offsets: [1, 0] },
    ],
    of,
  )
  expect(batch.length).toBe(2)
  expect([...batch].map(({ index }) => index)).toEqual([0, 1])
  expect(batch.columns).toEqual({
    x: Float64Array.of(0.5, 0.25),
    n: Float64Array.of(3, 4),
    scale: Float64Array.of(10, 1),
    mixed: [1, 1],
    on: [true, false],
    offsets: [
      [0, 1],
      [1, 0],
    ],
  })
})

async function taken(returned: unknown, length: number): Promise<[number, unknown][]> {
  const pairs: [number, unknown][] = []
  await takeResults(returned, length, (position, result) => pairs.push([position, result]))
  return pairs
}

test('results are a list in the order of the individuals, or come with their positions in any order', async () => {
  const inOrder = [
    [0, 5],
    [1, 6],
  ]
  expect(await taken([5, 6], 2)).toEqual(inOrder)
  expect(await taken(Float64Array.of(5, 6), 2)).toEqual(inOrder)
  function* backwards() {
    yield [1, 6]
    yield [0, 5]
  }
  expect(await taken(backwards(), 2)).toEqual(inOrder.toReversed())
  async function* later() {
    yield [1, 6]
  }
  expect(await taken(later(), 2)).toEqual([[1, 6]])
})

test.each([
  [[1, 2, 3], 'simulateMany needs 2 results, got 3'],
  [undefined, 'simulateMany needs to return a list of results or a generator of them, got nothing'],
  [{ error: [1, 2] }, 'simulateMany needs to return a list of results or a generator of them, got {"error":[1,2]}'],
  [new Set([1]).values(), 'simulateMany needs to yield [position, result], got 1'],
  [new Map([[2, 1]]).entries(), 'simulateMany gave a result for position 2 of 2, which is none'],
  [new Map([['x', 1]]).entries(), 'simulateMany gave a result for position "x" of 2, which is none'],
  [
    [
      [0, 1],
      [0, 2],
    ].values(),
    'simulateMany gave a result for position 0 of 2, which has one already',
  ],
])('%o is refused as the results of two: %s', async (returned, sentence) => {
  await expect(taken(returned, 2)).rejects.toThrow(sentence)
})

test('the only result of one individual is its result, or the error that stands in its place', async () => {
  expect(await onlyResult([7])).toBe(7)
  await expect(onlyResult(Promise.resolve([new RangeError('too stiff')]))).rejects.toThrow('too stiff')
  await expect(onlyResult([].values())).rejects.toThrow('simulateMany gave no result')
})

test('an experiment says how many are simulated together, else the simulation does', () => {
  const simulateMany = () => []
  expect(batchSizeOf({ simulateMany, batch: { size: 8 } }, { size: 3 })).toBe(3)
  expect(batchSizeOf({ simulateMany, batch: { size: 8 } }, undefined)).toBe(8)
  expect(batchSizeOf({ simulateMany }, undefined)).toBe(64)
  expect(batchSizeOf({}, undefined)).toBe(1)
  expect(refuseBatch({}, { size: 3 })).toContain('needs a simulation that takes several individuals at once')
})

test('a batch is of individuals and a space', () => {
  const make =
    (...given: readonly unknown[]) =>
    () =>
      Reflect.construct(Batch, given)
  expect(make(3)).toThrow('Batch: the individuals need')
  expect(make([])).toThrow('Batch: the space needs a space')
})
