import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { findChange, findNotPlain } from '../../src/core/plain-data.ts'

/** Whether the engine keeps a list as eight bytes a number, and not as so many objects, which takes thrice as long to read. */
function holdsNumbers(list: readonly number[]): boolean {
  setFlagsFromString('--allow-natives-syntax')
  try {
    return new Function('list', 'return %HasDoubleElements(list)')(list) as boolean
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}

test('looking through states, which have lists of numbers and of other things, leaves the lists as the engine keeps them', () => {
  const state = () => ({ members: Array.from({ length: 20 }, (_, i) => ({ genome: [i + 0.5, 0.25, 0.125] })) })
  const lists = (of: ReturnType<typeof state>) => of.members.map(({ genome }) => genome)
  for (let round = 0; round < 2000; round++) {
    const [before, now] = [state(), state()]
    expect(findNotPlain(now)).toBeUndefined()
    expect(findChange(before, now)).toBeUndefined()
    if (round % 100 === 0) for (const list of [...lists(before), ...lists(now)]) expect(holdsNumbers(list)).toBe(true)
  }
})

test('what is not plain, and what has changed, is named by its place', () => {
  const state = { members: [{ genome: [1, 2] }, { genome: [1, Number.NaN] }], scores: new Float64Array([1, 2]) }
  expect(findNotPlain(state)).toBe('members[1].genome[1] is NaN')
  expect(findNotPlain(new Array(1))).toBe('[0] is undefined')
  expect(findChange(state, { ...state, members: [state.members[0]] })).toBe('members')
  expect(findChange(state, { ...state, members: [state.members[0], { genome: [2, Number.NaN] }] })).toBe(
    'members[1].genome[0]',
  )
  expect(findChange(state, { ...state, scores: new Float64Array([1, 3]) })).toBe('scores[1]')
})
