import { expect, test } from 'vitest'
import { GeneticAlgorithm } from '../../optimizers/genetic-algorithm.ts'
import type { Evaluation } from '../../src/core/evaluation.ts'
import { Individual } from '../../src/core/individual.ts'
import { Objectives } from '../../src/core/objectives.ts'
import { SearchState } from '../../src/core/search-state.ts'
import { choice, integer, real, Space } from '../../src/core/space.ts'

const spaces = {
  reals: new Space<Record<string, unknown>>({ a: real(0, 1), b: real(-1, 1), c: real(1, 100, { scale: 'log' }) }),
  mixed: new Space<Record<string, unknown>>({ a: real(0, 1), n: integer(1, 6), c: choice(['u', 'v', 'w']) }),
}

test.each(Object.keys(spaces) as (keyof typeof spaces)[])(
  'a search of %s that begins each step from a checkpoint goes as one that remembers the step before',
  (name) => {
    const space = spaces[name]
    const make = () => {
      const problem = { space, objectives: new Objectives({ cost: 'minimize' }) }
      return new GeneticAlgorithm(problem as never, { populationSize: 12, seed: 4 })
    }
    const optimizer = make()
    let fresh = make()
    const pending: Individual[] = []
    for (let step = 0; step < 150; step++) {
      const room = 9 - pending.length
      expect(optimizer.search.wouldAsk(room)).toBe(fresh.search.wouldAsk(room))
      const proposals = optimizer.search.askAtMost(room)
      expect(fresh.search.askAtMost(room)).toEqual(proposals)
      const individuals = proposals.map(({ parameters }, i) => {
        return new Individual({ generation: step, index: i, replicate: 0 }, parameters as Record<string, unknown>, 1)
      })
      optimizer.search.expect(individuals)
      fresh.search.expect(individuals)
      pending.push(...individuals)
      // Not always the first one, and sometimes two.
      const told = pending.splice(step % 4, step % 7 === 0 ? 2 : 1).map((one) => evaluationOf(one, step))
      optimizer.search.tell(told)
      fresh.search.tell(told)
      const checkpoint = fresh.search.checkpoint()
      expect(optimizer.search.checkpoint()).toEqual(checkpoint)
      fresh = make()
      fresh.search = SearchState.resume(fresh, structuredClone(checkpoint)) as never
    }
  },
)

function evaluationOf(individual: Individual, step: number): Evaluation {
  if (step % 11 === 3) return { individual, outcome: 'failed', cause: { kind: 'threw', message: 'no' } }
  const sum = Object.values(individual.parameters).reduce<number>((sum, value) => {
    return sum + (typeof value === 'number' ? (value - 0.5) ** 2 : String(value).charCodeAt(0) / 100)
  }, 0)
  return {
    individual,
    outcome: 'done',
    fitness: [Math.round(sum * 1000) / 1000],
    ...(step % 13 === 5 && { violation: step }),
  }
}
