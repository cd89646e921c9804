import type { Problem } from '../../src/core/optimizee.ts'
import type { Axis } from '../../src/core/space.ts'
import { CmaEs } from '../cma-es.ts'
import { GeneticAlgorithm } from '../genetic-algorithm.ts'
import { LShade } from '../l-shade.ts'
import { LineSearch } from '../line-search.ts'
import { LqCmaEs } from '../lq-cma-es.ts'
import { NsgaII } from '../nsga-ii.ts'
import { type Member, memberOf, type Plan } from './member.ts'

/** What of a search decides who takes part in it, beside the problem. */
export interface Demands {
  /** How many evaluations schedules are laid out for. */
  readonly horizon: number
  /** How many individuals are to be simulated at once at least; undefined if nobody has said. */
  readonly populationSize?: number | undefined
  /** Whether the same parameters have another fitness each time; as there are replications unless somebody has said. */
  readonly noise?: boolean | undefined
}

/** Who searches a space, for the best by one number or for a front: the one place where that is decided. */
export function chooseMembers<P>(problem: Problem<P>, demands: Demands): Plan<P> {
  const { populationSize } = demands
  const { names, wantsFront } = problem.objectives
  if (wantsFront) {
    return {
      members: [memberOf(new NsgaII(problem, populationSize === undefined ? {} : { populationSize }))],
      reason: `${names.join(', ')} have no weights, and what is wanted is their front`,
    }
  }
  const { axes } = problem.space
  const numbers = axes.filter(isNumber).length
  if (numbers < axes.length || problem.space.isConditional) return forMixed(problem, numbers, demands)
  if (axes.length > mostModelled) return forMany(problem, demands)
  if (isNoisy(problem, demands)) return forNoisy(problem, demands)
  return forNumbers(problem, demands)
}

/** Above so many axes the surrogate's full model asks for more points than it saves. */
const mostModelled = 20

/**
 * A surrogate with restarts first. Lines cost little where parameters do depend on each other, and solve what nothing else
 * does where they do not. Differential evolution finds what restarts do not, given time: that is when it joins.
 */
function forNumbers<P>(problem: Problem<P>, { horizon, populationSize }: Demands): Plan<P> {
  const n = problem.space.dimension
  const batch = populationSize === undefined ? {} : { populationSize, batch: populationSize }
  const members: Member<P>[] = [memberOf(new LqCmaEs(problem, { restarts: 'bipop', ...batch }))]
  if (n > 1) {
    members.push(
      memberOf(new LineSearch(problem, { restarts: 0, whileSeparable: true, samples: 200 }), {
        from: 30 * n,
        hears: 'the best at first',
        task: 'as long as parameters do not depend on each other',
      }),
    )
  }
  const { joins, share } = n <= 3 ? { joins: 200 * n, share: 4 } : { joins: 1500 * n, share: 1 }
  if (horizon >= 2 * joins) {
    const deep = new LShade(problem)
    deep.horizon = Math.ceil(((horizon - joins) * share) / (share + 1))
    const task = `in ${share} of ${share + 1} turns`
    members.push(memberOf(deep, { from: joins, share, hears: 'nothing', task }))
  }
  const them = n === 1 ? 'its one axis is a number' : `all of its ${n} axes are numbers`
  return { members, reason: `${them}, of which a quadratic model is soon learned; restarts look for other optima` }
}

export function isNoisy({ replications }: Pick<Problem, 'replications'>, { noise }: Pick<Demands, 'noise'>): boolean {
  return noise ?? replications !== undefined
}

/** What compares single simulations is led by their luck: surrogates that interpolate, lines, differences. */
function forNoisy<P>(problem: Problem<P>, { populationSize, noise }: Demands): Plan<P> {
  return {
    members: [memberOf(new CmaEs(problem, { populationSize, noise }))],
    reason: 'simulations are noisy, and a model of many of them says where the least is, not the luckiest of them',
  }
}

function forMany<P>(problem: Problem<P>, { populationSize, noise }: Demands): Plan<P> {
  const n = problem.space.dimension
  return {
    members: [memberOf(new CmaEs(problem, { populationSize, noise }))],
    reason: `of ${n} axes, a quadratic model would need more simulations than it saves`,
  }
}

/**
 * The better one has most of the turns; what only the other solves still takes it no more than four times as long. Where
 * parameters do not always apply, neither is: crossover keeps them together with what they apply under.
 */
function forMixed<P>(problem: Problem<P>, numbers: number, { populationSize, noise }: Demands): Plan<P> {
  const { length } = problem.space.axes
  const share = problem.space.isConditional ? 1 : 3
  return {
    members: [
      memberOf(new CmaEs(problem, { populationSize, noise }), { share }),
      memberOf(new GeneticAlgorithm(problem, { ...(populationSize !== undefined && { populationSize }) }), {
        task: share === 1 ? 'every second time' : 'every fourth time',
      }),
    ],
    reason:
      numbers === 0
        ? 'no parameter is a number, and probabilities and crossover find different things'
        : numbers === length
          ? 'all axes are numbers, of which some do not always apply, and no one method is best at that'
          : `${numbers} of ${length} axes are numbers, the others have no order, and no one method is best at both`,
  }
}

function isNumber({ kind }: Axis): boolean {
  return kind === 'real' || kind === 'integer'
}
