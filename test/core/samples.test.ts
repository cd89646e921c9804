import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DoneEvaluation, Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { replicationsFrom } from '../../src/core/replications.ts'
import { joinSamples, Replicates } from '../../src/core/samples.ts'

const cost = new Objectives({ cost: 'minimize' })

/** Null is a sample that failed. */
function samplesOf(values: readonly (number | null)[]): Evaluation[] {
  return values.map((value, replicate): Evaluation => {
    const individual = new Individual({ generation: 2, index: 7, replicate }, {}, 100 + replicate)
    return value === null
      ? { individual, outcome: 'failed', cause: { kind: 'threw', message: 'It was to fail.' } }
      : { individual, outcome: 'done', fitness: [value] }
  })
}

type Aggregation = Exclude<Parameters<typeof replicationsFrom>[0], number>

function joined(values: readonly (number | null)[], how: Omit<Aggregation, 'count'> = {}, objectives = cost) {
  return joinSamples(samplesOf(values), objectives, replicationsFrom({ count: values.length, ...how })!)
}

function fitnessOf(values: readonly (number | null)[], how?: Omit<Aggregation, 'count'>, objectives = cost) {
  const evaluation = joined(values, how, objectives)
  return evaluation.outcome === 'done' ? evaluation.fitness[0] : 'failed'
}

test('a point has the mean of its samples, their standard error, and the samples themselves', () => {
  expect(joined([1, 2, 6])).toMatchObject({
    outcome: 'done',
    individual: { generation: 2, index: 7, replicate: 0, seed: 100 },
    fitness: [3],
    samples: [[1], [2], [6]],
    standardError: [Math.sqrt(14 / 2 / 3)],
  })
})

test('median, quantile and worst go by what is wanted: what is large is bad where it is minimized', () => {
  const values = [5, 1, 4, 2, 3]
  const gain = new Objectives({ gain: 'maximize' })
  expect(fitnessOf(values, { aggregate: 'median' })).toBe(3)
  expect(fitnessOf(values, { aggregate: 'worst' })).toBe(5)
  expect(fitnessOf(values, { aggregate: 'worst' }, gain)).toBe(1)
  expect(fitnessOf(values, { aggregate: 'quantile', quantile: 0.75 })).toBe(4)
  expect(fitnessOf(values, { aggregate: 'quantile', quantile: 0.75 }, gain)).toBe(2)
  expect(fitnessOf(values, { aggregate: 'quantile' })).toBeCloseTo(4.6, 12)
})

test('a sample that failed ranks last: the point has failed where its fitness would be that one', () => {
  expect(fitnessOf([1, null, 3, 2])).toBe(2)
  expect(fitnessOf([1, null, null, 2])).toBe(1.5)
  expect(fitnessOf([1, null, null, null])).toBe('failed')
  expect(fitnessOf([1, 2, 3, null, null], { aggregate: 'median' })).toBe(3)
  expect(fitnessOf([1, 2, null, null, null], { aggregate: 'median' })).toBe('failed')
  expect(fitnessOf([1, 2, 3, null], { aggregate: 'worst' })).toBe('failed')
  expect(fitnessOf([1, 2, 3, 4, null], { aggregate: 'quantile', quantile: 0.75 })).toBe(4)
  expect(joined([1, null, null, null])).toMatchObject({
    cause: { kind: 'threw', message: '3 of 4 replicates failed: It was to fail.' },
  })
})

test('a point is the same whatever the order in which its samples come', () => {
  const values = fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), {
    minLength: 2,
    maxLength: 9,
  })
  const aggregate = fc.constantFrom('mean', 'median', 'quantile', 'worst')
  fc.assert(
    fc.property(values, aggregate, fc.nat(), (given, how, turn) => {
      const replications = replicationsFrom({ count: given.length, aggregate: how })!
      const samples = samplesOf(given)
      const collect = (order: readonly Evaluation[]) => new Replicates(replications, cost).join(order)
      const turned = [...samples.slice(turn % given.length), ...samples.slice(0, turn % given.length)].reverse()
      const [point, ...others] = collect(turned)
      expect(others).toEqual([])
      expect([point]).toStrictEqual(collect(samples))
      if (point!.outcome === 'done') expect((point as DoneEvaluation).fitness.every(Number.isFinite)).toBe(true)
    }),
  )
})

test('replications are refused in a sentence', () => {
  expect(() => replicationsFrom(0)).toThrow('replications: count needs a whole number of at least 1, got 0')
  expect(() => replicationsFrom({ count: 3, aggregate: 'avg' as never })).toThrow('aggregate needs one of')
  expect(() => replicationsFrom({ count: 3, quantile: 0.5 })).toThrow('a quantile is of the aggregate quantile only')
  expect(() => replicationsFrom({ count: 3, aggregate: 'quantile', quantile: 2 })).toThrow(
    'above 0 and at most 1, got 2',
  )
  expect(() => replicationsFrom({ count: 3, seed: 1 } as never)).toThrow('"seed" is not an option, did you mean seeds?')
})
