import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestOf, type Member } from '../../optimizers/shared/genetic/members.ts'

test('the best of members are the same, however few of them are wanted', () => {
  const member = fc.record({
    genome: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    score: fc.integer({ min: -3, max: 3 }),
    fails: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(member, { minLength: 40, maxLength: 60 }), (drawn) => {
      const members = drawn.map(({ genome, score, fails }): Member => ({ genome, fitness: fails ? null : [score] }))
      const scores = drawn.map(({ score }) => score)
      const all = bestOf(members, scores, members.length)
      for (let count = 0; count <= members.length; count++) {
        const best = bestOf(members, scores, count)
        expect(best.length).toBe(Math.min(count, all.length))
        best.forEach((one, i) => {
          expect(one).toBe(all[i])
        })
      }
    }),
  )
})
