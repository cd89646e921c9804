import type { Constraint } from '../../core/constraints.ts'
import type { DoneEvaluation } from '../../core/evaluation.ts'
import { dominates } from '../../core/front.ts'
import { hypervolume } from '../../core/hypervolume.ts'
import type { ObjectiveMap } from '../../core/objectives.ts'
import { Random } from '../../core/random.ts'
import { real, vector } from '../../core/space.ts'
import { type Simulate, type Step, steps, toldIn } from '../drive.ts'
import { expect } from '../peers.ts'
import { play } from '../play.ts'
import { distance, problemOf } from '../problems.ts'
import type { Tested } from '../tested.ts'

/** What several objectives mean. */
export function lawsOfObjectives(tested: Tested): void {
  if (tested.abilities.objectives === 'one') return
  if (tested.abilities.searches) lawsOfWeights(tested)
  if (tested.abilities.objectives === 'many') lawsOfFronts(tested)
}

/** How far from one place, and how near to another. */
const betweenTwo: Simulate = ({ x }) => {
  const point = x as number[]
  return [distance(point, [0.2, 0.2]), -distance(point, [0.8, 0.8])]
}

function lawsOfWeights({ law, make }: Tested): void {
  law('of several objectives, the weights say which matters', () => {
    const found = (weights: ObjectiveMap) => {
      const { objectives } = problemOf({ x: real(0, 1) }, weights)
      const optimizer = make(problemOf({ x: vector(real(0, 1), 2) }, weights), { seed: 3 })
      const told = toldIn(play(optimizer, betweenTwo, { evaluations: 500 }))
      const best = told.reduce((a, b) => (objectives.score(a) >= objectives.score(b) ? a : b))
      return best.individual.parameters.x as number[]
    }
    // The optimum of the weighted sum lies between the two centres, by their weights.
    for (const x of found({ error: -3, gain: 1 })) expect(x).toBeCloseTo(0.35, 1)
    for (const x of found({ error: -1, gain: 3 })) expect(x).toBeCloseTo(0.65, 1)
  })
}

const directions: ObjectiveMap = { error: 'minimize', gain: 'maximize' }

function lawsOfFronts({ law, make, ordersOf, abilities, evaluations }: Tested): void {
  law('of several objectives without weights, nothing told is better than what it recommends', () => {
    const near: Constraint = { name: 'near', of: 'results', violation: ({ error }) => (error as number) - 0.3 }
    for (const order of ordersOf) {
      const problem = problemOf({ x: vector(real(0, 1), 2) }, directions, [near])
      const optimizer = make(problem, { seed: 5 })
      const simulate: Simulate = (given, n) => (n % 4 === 3 ? undefined : betweenTwo(given, n))
      const known: DoneEvaluation[] = []
      const names = new Map<string, DoneEvaluation>()
      let looked = 0
      for (const { state, told } of play(optimizer, simulate, { evaluations: 150, order })) {
        const recommended = optimizer.recommend(state)
        // Who does not search may leave the answer to the record.
        const isSilent = !abilities.searches && looked + recommended.length === 0
        if (!isSilent) expect(recommended.length > 0).toBe(known.length > 0)
        looked += recommended.length
        for (const { parameters } of recommended) {
          const seen = names.get(JSON.stringify(parameters))
          expect(seen).toBeDefined()
          expect(known.filter((other) => dominates(problem.objectives, other, seen!))).toEqual([])
        }
        for (const one of told) {
          if (one.outcome !== 'done') continue
          known.push(one)
          names.set(JSON.stringify(one.individual.parameters), one)
        }
      }
      if (abilities.searches) expect(looked).toBeGreaterThan(0)
    }
  })

  if (!abilities.searches) return

  law('of several objectives without weights, its front spans more than that of random search', () => {
    const problem = problemOf({ x: vector(real(0, 1), 8) }, directions)
    const simulate: Simulate = ({ x }) => {
      const [first, ...others] = x as [number, ...number[]]
      const far = distance(others, new Array<number>(others.length).fill(0.5))
      return [first ** 2 + far, -((1 - first) ** 2) - far]
    }
    const enough = Math.max(evaluations, 1000) // a front takes more than its best point
    const spanned = (vectors: readonly (readonly number[])[]) => hypervolume(problem.objectives, vectors, [1, -1])
    const random = Random.of(6, 'random search')
    const { space } = problem
    const drawn = Array.from({ length: enough }, () => simulate(space.decode(space.samplePoint(random)), 0)!)
    const wanted = 1.1 * spanned(drawn)
    const spansMore = (played: Iterable<Step>): boolean => {
      const found: (readonly number[])[] = []
      let next = 125
      for (const { told } of played) {
        for (const one of told) if (one.outcome === 'done') found.push(one.fitness)
        if (found.length < next) continue
        if (spanned(found) > wanted) return true // what comes later takes nothing away from it
        next *= 2
      }
      return spanned(found) > wanted
    }
    for (const order of ordersOf) {
      const played = steps(make(problem, { seed: 6 }), simulate, { evaluations: enough, order })
      expect(spansMore(played), order).toBe(true)
    }
  })
}
