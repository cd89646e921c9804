import type { Problem } from '../../src/core/optimizee.ts'
import type { Optimizer } from '../../src/core/optimizer.ts'
import type { State } from '../../src/core/plain-data.ts'
import { CmaEs } from '../cma-es.ts'
import { GeneticAlgorithm } from '../genetic-algorithm.ts'
import { LqCmaEs } from '../lq-cma-es.ts'

/**
 * The one optimizer that version 1 of `auto` took: its runs go on with it, and a generation or block of `auto` has as many
 * individuals as its.
 */
export function chosenByVersion1<P>(problem: Problem<P>, settings: object): Optimizer<State, P> {
  const { axes } = problem.space
  const numbers = axes.filter(({ kind }) => kind === 'real' || kind === 'integer').length
  if (numbers === 0) return new GeneticAlgorithm<P>(problem, settings) as unknown as Optimizer<State, P>
  if (numbers < axes.length || axes.length > 20)
    return new CmaEs<P>(problem, settings) as unknown as Optimizer<State, P>
  return new LqCmaEs<P>(problem, { ...settings, restarts: 'bipop' }) as unknown as Optimizer<State, P>
}
