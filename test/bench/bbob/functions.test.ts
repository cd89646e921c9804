import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bbobFunction, bbobNumbers } from './functions.ts'

/** One instance of a function with what other implementations give for it. */
interface Vector {
  readonly function: number
  readonly instance: number
  readonly optimum: readonly number[]
  readonly leastValue: number
  readonly points: readonly (readonly number[])[]
  readonly values: readonly number[]
}

const vectors = readFileSync(join(import.meta.dirname, 'vectors.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector)

test.each(bbobNumbers)('BBOB function %d gives the published values to 1e-9', (number) => {
  const own = vectors.filter((vector) => vector.function === number)
  expect(own.length).toBe(6)
  for (const { instance, optimum, leastValue, points, values } of own) {
    const made = bbobFunction(number, instance, optimum.length)
    expect(made.leastValue).toBe(leastValue)
    optimum.forEach((value, i) => {
      expect(Math.abs(made.optimum[i]! - value)).toBeLessThan(1e-9)
    })
    for (const [i, point] of points.entries()) {
      const scale = Math.max(1, Math.abs(values[i]!))
      expect(Math.abs(made.evaluate(point) - values[i]!) / scale).toBeLessThan(1e-9)
    }
    expect(Math.abs(made.evaluate(made.optimum) - leastValue)).toBeLessThan(1e-8)
  }
})

test('a number that no BBOB function has is refused', () => {
  expect(() => bbobFunction(25, 1, 2)).toThrow('needs a number from 1 to 24, got 25')
})
