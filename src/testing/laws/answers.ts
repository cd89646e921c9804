import { isWhole } from '../../core/budget.ts'
import type { Evaluation } from '../../core/evaluation.ts'
import { findNotPlain } from '../../core/plain-data.ts'
import { Trajectory } from '../../core/trajectory.ts'
import { type Step, steps } from '../drive.ts'
import { expectSame } from '../expect-same.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { mixed, someFail } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** What an optimizer says of its search is true. */
export function lawsOfAnswers({ law, make, everyKind }: Tested): void {
  law('a search in which everything fails ends without a recommendation', () => {
    const optimizer = make(everyKind(), { seed: 4 })
    for (const { state } of play(optimizer, () => undefined, { evaluations: 300 })) {
      expect(optimizer.recommend(state).filter(({ by }) => by === 'seen')).toEqual([])
      expect(findNotPlain(state)).toBeUndefined()
    }
  })

  law('what it says of its state is honest: a best is the best that was told', () => {
    const optimizer = make(everyKind(), { seed: 4 })
    let best: number | null = null
    for (const { state, told } of play(optimizer, someFail, { evaluations: 300 })) {
      const summary = optimizer.summarize(state)
      if (Object.hasOwn(summary, 'best')) expect(summary.best).toBe(best)
      for (const evaluation of told) {
        if (evaluation.outcome !== 'done' || !isWhole(optimizer.budget, evaluation.individual.budget)) continue
        best = Math.max(best ?? Number.NEGATIVE_INFINITY, optimizer.objectives.weigh(evaluation.fitness)) + 0
      }
    }
  })

  law('what it recommends as seen was told', () => {
    const optimizer = make(everyKind(), { seed: 4 })
    const told = new Set<string>()
    for (const step of play(optimizer, someFail, { evaluations: 300 })) {
      for (const { parameters: found, by } of optimizer.recommend(step.state)) {
        if (by === 'seen') expect(told).toContain(JSON.stringify(found))
        expect(optimizer.space.refuse(found)).toBeUndefined()
      }
      for (const { individual } of step.told) told.add(JSON.stringify(individual.parameters))
    }
  })

  law('a search over a trajectory has at most as many generations as its settings say, in the order of ask', () => {
    const optimizer = make(everyKind(), { seed: 1, generations: 5 })
    const trajectory = new Trajectory()
    let told: readonly Evaluation[] = []
    for (let turn = 0; turn < 9; turn++) {
      const before = trajectory.generation
      optimizer.postProcess(trajectory, told)
      if (trajectory.generation === before) break
      told = trajectory.individuals().map((individual, index) => ({
        individual,
        outcome: 'done',
        fitness: mixed(individual.parameters, index)!,
      }))
    }
    expect(trajectory.generation).toBeLessThan(5)
    const asked = steps(make(everyKind(), { seed: 1, generations: 5 }), mixed, { evaluations: 1e4 })
    let last: Step | undefined
    for (let generation = 0; generation <= trajectory.generation; generation++) last = asked.next().value ?? undefined
    const newest = trajectory.individuals().map((individual) => individual.parameters)
    expectSame(last?.proposed, newest)
  })
}
