import type { DoneEvaluation } from '../../core/evaluation.ts'
import { type IndividualId, nameOf } from '../../core/individual.ts'
import { type Simulate, steps as stepsOf } from '../drive.ts'
import { expect } from '../peers.ts'
import { mixed } from '../problems.ts'
import { steps, type Tested } from '../tested.ts'

/** The laws of optimizers that give individuals parts of a budget: what goes on from what, and what nobody can go on from any more. */
export function lawsOfBudgets({ abilities, law, make, everyKind, ordersOf }: Tested): void {
  if (!abilities.budgets) return
  const evaluations = 600
  /** The less of the budget, the less it says; a fifth fails. */
  const rough: Simulate = (given, n, budget = steps.high) =>
    n % 5 === 3 ? undefined : mixed(given, n)!.map((value) => value + ((n * 7919) % 13) / budget)

  for (const order of ordersOf) {
    law(`in the order ${order} budgets lie in the range of the problem, and the whole of it is reached`, () => {
      const told = [...stepsOf(make(everyKind(), { seed: 1 }), rough, { evaluations, order })].flatMap(
        ({ told }) => told,
      )
      const budgets = told.map(({ individual }) => individual.budget ?? Number.NaN)
      expect(Math.min(...budgets)).toBeGreaterThanOrEqual(steps.low)
      expect(Math.max(...budgets)).toBe(steps.high)
    })

    law(
      `in the order ${order} what goes on from another is the same point, further, and that one was done and needed`,
      () => {
        const optimizer = make(everyKind(), { seed: 1 })
        const done = new Map<string, DoneEvaluation>()
        const continued = new Set<string>()
        for (const { individuals, told } of stepsOf(optimizer, rough, { evaluations, order })) {
          for (const { continues, parameters, seed, budget } of individuals) {
            if (continues === undefined) continue
            const from = done.get(nameOf(continues))?.individual
            expect(from).toMatchObject({ parameters, seed })
            expect(budget).toBeGreaterThan(from!.budget!)
            expect(continued.has(nameOf(continues))).toBe(false)
            continued.add(nameOf(continues))
          }
          for (const one of told) if (one.outcome === 'done') done.set(nameOf(one.individual), one)
        }
        expect(continued.size).toBeGreaterThan(0)
      },
    )

    law(`in the order ${order} nothing goes on from what was not needed before, and nothing is needed again`, () => {
      const optimizer = make(everyKind(), { seed: 1 })
      const needed: string[][] = []
      const continued: string[][] = []
      const names = (ids: readonly IndividualId[]) => ids.map(nameOf)
      const options = {
        evaluations,
        order,
        pass: (checkpoint: Parameters<NonNullable<Parameters<typeof stepsOf>[2]['pass']>>[0]) => {
          needed.push(names(optimizer.needs(checkpoint.state)))
          return checkpoint
        },
      }
      const toldBy: string[][] = []
      for (const { individuals, told } of stepsOf(optimizer, rough, options)) {
        continued.push(individuals.flatMap(({ continues }) => (continues ? nameOf(continues) : [])))
        toldBy.push(told.map(({ individual }) => nameOf(individual)))
      }
      const kept = new Set<string>()
      const dropped = new Set<string>()
      continued.forEach((step, i) => {
        const now = new Set(needed[i])
        expect(step.filter((name) => !now.has(name))).toEqual([])
        expect([...now].filter((name) => dropped.has(name))).toEqual([])
        for (const name of i > 0 ? toldBy[i - 1]! : []) kept.add(name)
        for (const name of kept) {
          if (now.has(name)) continue
          kept.delete(name)
          dropped.add(name)
        }
      })
    })
  }
}
