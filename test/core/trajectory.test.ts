import { expect, test } from 'vitest'
import { Trajectory } from '../../src/index.ts'

test('unknown names throw, and say what there is', () => {
  const trajectory = new Trajectory()
  trajectory.fAddParameterGroup('simulation', 'fixed for the whole search')
  trajectory.fAddParameterToGroup('simulation', 'stepSize', 0.1, 'seconds')
  trajectory.fAddParameter('laboratory', 'B12')
  trajectory.fAddDerivedParameter('steps', 50)
  trajectory.fAddResult('R0', 3.8)
  expect(trajectory.group('simulation').get('stepSize')).toBe(0.1)
  expect(trajectory.group('parameters').get('laboratory')).toBe('B12')
  expect(trajectory.group('derived').get('steps')).toBe(50)
  expect(trajectory.result('R0')).toBe(3.8)
  expect(() => trajectory.group('simulaton')).toThrow('has no parameter group simulaton; it has simulation, parameters')
  expect(() => trajectory.group('simulation').get('step')).toThrow('group simulation has no step; it has stepSize')
  expect(() => trajectory.result('R1')).toThrow('has no result R1; it has R0')
  expect(() => trajectory.fAddParameterToGroup('none', 'a', 1)).toThrow('has no parameter group none')
  expect(() => Reflect.apply(trajectory.fAddParameter, trajectory, ['a'])).toThrow(
    'fAddParameter: the value of a is missing; null stands for none',
  )
  for (const given of [['a'], ['a', undefined]]) {
    expect(() => Reflect.apply(trajectory.fAddResult, trajectory, given)).toThrow(
      'fAddResult: the value of a is missing; null stands for none',
    )
  }
  expect(() => Reflect.apply(trajectory.fAddResult, trajectory, [7, 1])).toThrow('the key needs a text, got 7')
  expect(() => trajectory.individuals(3)).toThrow('has generations 0 to -1, not 3')
})

test('a group that is there is found again, so that a program can be run again', () => {
  const trajectory = new Trajectory()
  const group = trajectory.fAddParameterGroup('simulation', 'fixed for the whole search')
  group.fAddParameter('stepSize', 0.1)
  expect(trajectory.fAddParameterGroup('simulation')).toBe(group)
  expect(trajectory.groups).toHaveLength(1)
})

test('fExpand takes the columns of L2L, with seeds as for a list', () => {
  const [columns, list] = [new Trajectory<{ x: number }>(), new Trajectory<{ x: number }>()]
  const added = columns.fExpand({ generation: [0, 0], indIdx: [1, 0], 'individual.x': [4, 5] }, 7)
  expect(added).toEqual(
    list.fExpand(
      [
        { parameters: { x: 5 }, index: 0 },
        { parameters: { x: 4 }, index: 1 },
      ],
      7,
    ),
  )
  expect(columns.fExpand({ generation: [1], ind_idx: [0], x: [6] } as never, 7)[0]!.parameters).toEqual({ x: 6 })
  const refused = (given: object) => () => columns.fExpand(given as never, 7)
  expect(refused({ generation: [3], indIdx: [0], x: [1] })).toThrow('fExpand adds generation 2 next, got rows of 3')
  expect(refused({ generation: [2], indIdx: [0], x: [1, 2] })).toThrow('indIdx has 1, x is one of 2')
  expect(refused({ generation: [2, 2], indIdx: [0, 0], x: [1, 2] })).toThrow('an indIdx for each row, got 0 twice')
  expect(refused({ x: [1, 2] })).toThrow('fExpand needs the columns generation and indIdx, got x')
  expect(refused({ generation: [2], indIdx: [-1], x: [1] })).toThrow(
    'indIdx needs a whole number of at least 0, got -1',
  )
  const both = { generation: [2], indIdx: [0], x: [1], 'individual.x': [2] }
  expect(refused(both)).toThrow('fExpand needs one column for each parameter, got x and individual.x')
  expect(refused([{ x: 1 }])).toThrow('fExpand needs { parameters } for each individual, got {"x":1} in place 0')
  const withoutSeed = () =>
    columns.fExpand({ generation: [2], indIdx: [0], x: new Float64Array([1]) } as never, undefined as never)
  expect(withoutSeed).toThrow('fExpand needs the seed of the search behind the individuals, a number, got nothing')
  const sampled = new Trajectory<{ x: number }>()
  sampled.replicate({ count: 2, aggregate: 'mean', quantile: null, seeds: 'own' })
  expect(() => sampled.fExpand([{ parameters: { x: 1 }, seed: 3 }], undefined as never)).toThrow(
    'the seed of the search',
  )
})

test('an individual is read like a parameter group', () => {
  const [one] = new Trajectory<{ x: number; solver: string }>().fExpand([{ parameters: { x: 1, solver: 'rk4' } }], 7)
  expect([one!.get('x'), one!.has('solver'), one!.has('toString')]).toEqual([1, true, false])
  expect(one!.entries()).toEqual([
    { key: 'x', value: 1 },
    { key: 'solver', value: 'rk4' },
  ])
  expect(() => one!.get('y')).toThrow('individual 0.0 has no y; it has x, solver')
})

test('fExpand adds a generation of individuals with seeds of their own', () => {
  const trajectory = new Trajectory<{ x: number }>()
  expect(trajectory.generation).toBe(-1)
  trajectory.fExpand([{ parameters: { x: 1 } }, { parameters: { x: 2 } }], 7)
  trajectory.fExpand([{ parameters: { x: 3 }, seed: 99, replicate: 2, index: 5 }], 7)
  expect(trajectory.generation).toBe(1)
  const [one] = trajectory.individuals()
  expect({ ...one }).toEqual({ generation: 1, index: 5, replicate: 2, parameters: { x: 3 }, seed: 99 })
  expect(one!.name).toBe('1.5.2')
  expect(() => trajectory.fExpand([], 7)).toThrow('fExpand needs at least one individual, got none')
  expect(() => trajectory.fExpand([{ parameters: { x: 1 } }, { parameters: { x: 2 }, index: 0 }], 7)).toThrow(
    'fExpand: proposals 0 and 1 have the same index, 0: each individual of a generation needs one of its own',
  )
})

test('an individual has the parameters that the record keeps of it, where -0 is 0', () => {
  const trajectory = new Trajectory()
  const given = [{ parameters: { x: -0, y: [1, -0], z: { a: -0 } } }, { parameters: { x: -1, y: [1], z: { a: 0 } } }]
  const [first, second] = trajectory.fExpand(given, 7)
  expect(first!.parameters).toStrictEqual({ x: 0, y: [1, 0], z: { a: 0 } })
  expect(second!.parameters).toBe(given[1]!.parameters)
  const [[third] = []] = new Trajectory().fExtend(given, 7, 2)
  expect(third!.parameters).toStrictEqual({ x: 0, y: [1, 0], z: { a: 0 } })
})
