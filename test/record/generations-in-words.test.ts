import { expect, test } from 'vitest'
import { generationsInWords } from '../../src/record/generations-in-words.ts'

const ended = { generations: 3, generationLimit: 50, status: 'finished' } as const

test.each([
  [{ ...ended, status: 'running', reason: null }, '3 of 50'],
  [{ ...ended, status: 'stopped', reason: 'it was interrupted' }, '3 of 50'],
  [{ ...ended, reason: '96 evaluations are its limit (limits.evaluations)' }, '3, ended by limits.evaluations'],
  [{ ...ended, reason: 'individual 1.3 has reached the target (limits.target: 0.002)' }, '3, ended by limits.target'],
  [{ ...ended, reason: null }, '3 of at most 50'],
  [{ ...ended, generations: 50, reason: null }, '50 of 50'],
  [{ ...ended, generationLimit: null, reason: null }, '3'],
  [{ ...ended, generationLimit: 1, reason: null }, '3'],
  [{ ...ended, generationLimit: null, reason: 'its time is over (limits.time: 20)' }, '3, ended by limits.time'],
  [{ ...ended, generations: 50, reason: '50 generations are its limit (limits.generations)' }, '50 of 50'],
] as const)('of generations is said whether the search goes on to the last, %j: %s', (run, words) => {
  expect(generationsInWords(run)).toBe(words)
})
