import { expect, test } from 'vitest'
import { MedianStopping } from '../../optimizers/index.ts'
import { Individual, type IndividualId, nameOf } from '../../src/core/individual.ts'
import { Random } from '../../src/core/random.ts'
import { real } from '../../src/core/space.ts'
import { problemOf } from '../../src/testing/problems.ts'

const id = (index: number): IndividualId => ({ generation: 0, index, replicate: 0 })

/** Lets individuals report values at steps 1, 2, ..., one after the other; gives at which step who was stopped. */
function play(curves: readonly (readonly number[])[], settings: { grace?: number; completed?: number } = {}) {
  const optimizer = new MedianStopping(problemOf({ x: real(0, 1) }), { completed: 3, ...settings })
  let { state } = optimizer.ask(optimizer.start(), curves.length, Random.of(1))
  return curves.map((values, index) => {
    for (const [i, value] of values.entries()) {
      const heard = optimizer.report(state, id(index), i + 1, value)
      state = heard.state
      const individual = new Individual(id(index), { x: 0.5 }, 0)
      if (heard.stop.length > 0) {
        expect(heard.stop.map(nameOf)).toEqual([nameOf(individual)])
        state = optimizer.tell(state, [{ individual, outcome: 'stopped', fitness: [value] }])
        return i + 1
      }
      if (i + 1 === values.length) state = optimizer.tell(state, [{ individual, outcome: 'done', fitness: [value] }])
    }
    return undefined
  })
}

test('who is worse than the median of what others had reached on average is stopped, once enough have come to their end', () => {
  // On average the first three had reached 4, 3 and 2 at the second step: the median is 3.
  const others = [
    [6, 2, 1],
    [4, 2, 1],
    [2, 2, 1],
  ]
  expect(play([[9, 9, 9], ...others.slice(1), [9, 9, 9]])).toEqual([undefined, undefined, undefined, 1])
  expect(play([...others, [5, 3.5, 1]])).toEqual([undefined, undefined, undefined, 1])
  expect(play([...others, [3.5, 3.1, 0]])).toEqual([undefined, undefined, undefined, 2])
  expect(play([...others, [3.5, 2.9, 0]])).toEqual([undefined, undefined, undefined, undefined])
})

test('nobody is stopped in the time of grace, and a best value that was good lasts', () => {
  const others = [
    [4, 3, 2],
    [4, 3, 2],
    [4, 3, 2],
  ]
  expect(play([...others, [9, 9, 9]], { grace: 2 }).at(-1)).toBe(3)
  expect(play([...others, [2, 9, 9]]).at(-1)).toBeUndefined()
  expect(play([...others, [9, 9, 9]], { completed: 4 }).at(-1)).toBeUndefined()
})

test('what a further attempt reports again is heard once', () => {
  const optimizer = new MedianStopping(problemOf({ x: real(0, 1) }))
  const first = optimizer.report(optimizer.start(), id(0), 2, 1).state
  expect(optimizer.report(first, id(0), 1, 5)).toEqual({ state: first, stop: [] })
  expect(optimizer.report(first, id(0), 2, 1)).toEqual({ state: first, stop: [] })
})
