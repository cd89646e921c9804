import { expect, test } from 'vitest'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { GrowingVolume } from '../../src/search/growing-volume.ts'

test('as long as nothing is better than the reference, what comes nearer to it counts', () => {
  const objectives = new Objectives({ error: 'minimize', gain: 'maximize' })
  const volume = new GrowingVolume(objectives, { error: 1, gain: 10 })
  const growsBy = (error: number, gain: number): boolean => {
    const individual = new Individual({ generation: 0, index: 0, replicate: 0 }, {}, 1)
    volume.add({ individual, outcome: 'done', fitness: [error, gain] })
    return volume.hasGrown()
  }
  expect([growsBy(5, 5), growsBy(5, 5), growsBy(9, 6), growsBy(4, 6), growsBy(0.5, 9)]).toEqual([
    ...[true, false, false, true, true],
  ])
  expect(volume.isEmpty).toBe(true)
  expect([growsBy(0.5, 12), growsBy(0.5, 12), growsBy(0.4, 12)]).toEqual([true, false, true])
  expect(volume.isEmpty).toBe(false)
})
