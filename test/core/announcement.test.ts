import { expect, test } from 'vitest'
import { createOptimizer } from '../../optimizers/index.ts'
import { findMissingAbility } from '../../src/core/abilities.ts'
import { announcementOf } from '../../src/core/announcement.ts'
import { real, vector } from '../../src/core/space.ts'
import { problemOf } from '../optimizers/search.ts'

const spaceOf = (axes: number) => problemOf<Record<string, unknown>>({ x: vector(real(-5, 5), axes) })

test('what a search takes in the record is said beforehand, whatever searches, where it is much', () => {
  const wide = spaceOf(20_000)
  for (const type of ['random-search', 'genetic-algorithm', 'l-shade', 'cross-entropy']) {
    const optimizer = createOptimizer(wide, { type, generations: 100, populationSize: 10 })
    expect(announcementOf(optimizer)).toMatch(
      /Its \d+ individuals take about [\d.]+ (MB|GB) in the record, [34]\d0 kB each\.$/,
    )
  }
  expect(announcementOf(createOptimizer(spaceOf(20), { type: 'genetic-algorithm' }))).toBeUndefined()
})

test('a default generation of cross-entropy stays in bounds in thousands of axes', () => {
  expect(createOptimizer(spaceOf(300), { type: 'cross-entropy' }).populationSize).toBe(600)
  expect(createOptimizer(spaceOf(5000), { type: 'cross-entropy' }).populationSize).toBe(600)
  expect(createOptimizer(spaceOf(5000), { type: 'face' }).populationSize).toBe(600)
})

test('an optimizer that would compute for long is refused a space of too many axes', () => {
  const { abilities } = createOptimizer(spaceOf(2), { type: 'xnes' })
  expect(findMissingAbility(abilities, spaceOf(500))).toBeUndefined()
  expect(findMissingAbility(abilities, spaceOf(501))).toBe('searches at most 500 axes, not 501')
})

test('what is announced is a sentence', () => {
  const optimizer = createOptimizer(spaceOf(2), { type: 'random-search' })
  expect(() => announcementOf(Object.assign(optimizer, { announce: () => 7 }))).toThrow(
    'The optimizer random-search failed in announce after 0 evaluations (generation 0): it needs to give a sentence or nothing, and gave 7.',
  )
  expect(announcementOf(Object.assign(optimizer, { announce: () => 'Two.' }))).toBe('Two.')
})
