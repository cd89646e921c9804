import { expect, test } from 'vitest'
import { ticks } from '../../src/dashboard/ticks.ts'

test.each([
  [{ scale: 'linear', low: 0, high: 215 }, 6, ['0', '50', '100', '150', '200']],
  [{ scale: 'linear', low: -0.374, high: 6.9 }, 4, ['0', '2', '4', '6']],
  [{ scale: 'linear', low: 0.5, high: 4.5, isWhole: true }, 6, ['1', '2', '3', '4']],
  [{ scale: 'log', low: 0.1, high: 100 }, 4, ['0.1', '1', '10', '100']],
  [{ scale: 'log', low: 1e-12, high: 1 }, 4, ['1e-12', '1e-9', '1e-6', '0.001', '1']],
  [{ scale: 'log', low: 0.000958, high: 0.52 }, 4, ['0.001', '0.01', '0.1']],
  [{ scale: 'log', low: 0.9, high: 6 }, 4, ['1', '2', '5']],
  [{ scale: 'log', low: 12, high: 18 }, 4, ['12', '14', '16', '18']],
] as const)('along %j stand about %i round numbers', (axis, wanted, numbers) => {
  const found = ticks(axis, wanted)
  expect(found.map(([, text]) => text)).toEqual(numbers)
  for (const [place] of found) {
    expect(place).toBeGreaterThan(-1e-9)
    expect(place).toBeLessThan(1 + 1e-9)
  }
})
