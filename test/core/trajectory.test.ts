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
  expect(() => trajectory.individuals(3)).toThrow('has generations 0 to -1, not 3')
})

test('a group that is there is found again, so that a program can be run again', () => {
  const trajectory = new Trajectory()
  const group = trajectory.fAddParameterGroup('simulation', 'fixed for the whole search')
  group.fAddParameter('stepSize', 0.1)
  expect(trajectory.fAddParameterGroup('simulation')).toBe(group)
  expect(trajectory.groups).toHaveLength(1)
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
})
