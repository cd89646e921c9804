import type { Problem } from '../src/core/optimizee.ts'
import type { Optimizer } from '../src/core/optimizer.ts'
import { aRecord, checkArgument, refuseSurplus } from '../src/core/options.ts'
import type { State } from '../src/core/plain-data.ts'
import { nearest, SettingsError } from '../src/core/settings.ts'
import { show } from '../src/core/text.ts'
import { Asha } from './asha.ts'
import { Auto } from './auto.ts'
import { CmaEs } from './cma-es.ts'
import { CrossEntropy } from './cross-entropy.ts'
import { Design } from './designs/index.ts'
import { EvolutionStrategies } from './evolution-strategies.ts'
import { Face } from './face.ts'
import { GeneticAlgorithm } from './genetic-algorithm.ts'
import { GradientDescent } from './gradient-descent.ts'
import { GridSearch } from './grid-search.ts'
import { Hyperband } from './hyperband.ts'
import { LBfgsB } from './l-bfgs-b.ts'
import { LShade } from './l-shade.ts'
import { LineSearch } from './line-search.ts'
import { LqCmaEs } from './lq-cma-es.ts'
import { MedianStopping } from './median-stopping.ts'
import { NaturalEvolutionStrategies } from './natural-evolution-strategies.ts'
import { NelderMead } from './nelder-mead.ts'
import { NsgaII } from './nsga-ii.ts'
import { ParallelTempering } from './parallel-tempering.ts'
import { ParticleSwarm } from './particle-swarm.ts'
import { RandomSearch } from './random-search.ts'
import { SimulatedAnnealing } from './simulated-annealing.ts'
import { SobolSearch } from './sobol-search.ts'
import { SuccessiveHalving } from './successive-halving.ts'
import { TrustRegion } from './trust-region.ts'
import { Xnes } from './xnes.ts'

export {
  Asha,
  Auto,
  CmaEs,
  CrossEntropy,
  Design,
  EvolutionStrategies,
  Face,
  GeneticAlgorithm,
  GradientDescent,
  GridSearch,
  Hyperband,
  LBfgsB,
  LineSearch,
  LqCmaEs,
  LShade,
  MedianStopping,
  NaturalEvolutionStrategies,
  NelderMead,
  NsgaII,
  ParallelTempering,
  ParticleSwarm,
  RandomSearch,
  SimulatedAnnealing,
  SobolSearch,
  SuccessiveHalving,
  TrustRegion,
  Xnes,
}

/** The optimizers that are built in, by the names that experiment files know them by. */
export const optimizers = {
  auto: Auto,
  'genetic-algorithm': GeneticAlgorithm,
  'nsga-ii': NsgaII,
  'cross-entropy': CrossEntropy,
  'l-shade': LShade,
  'cma-es': CmaEs,
  'nelder-mead': NelderMead,
  'l-bfgs-b': LBfgsB,
  'lq-cma-es': LqCmaEs,
  'trust-region': TrustRegion,
  'particle-swarm': ParticleSwarm,
  xnes: Xnes,
  'line-search': LineSearch,
  'random-search': RandomSearch,
  'sobol-search': SobolSearch,
  'natural-evolution-strategies': NaturalEvolutionStrategies,
  'evolution-strategies': EvolutionStrategies,
  face: Face,
  'simulated-annealing': SimulatedAnnealing,
  'parallel-tempering': ParallelTempering,
  'gradient-descent': GradientDescent,
  'successive-halving': SuccessiveHalving,
  hyperband: Hyperband,
  asha: Asha,
  'median-stopping': MedianStopping,
  'grid-search': GridSearch,
  design: Design,
} as const

/** An optimizer as an experiment file describes it. */
export interface OptimizerChoice {
  readonly type: string
  readonly [setting: string]: unknown
}

/**
 * The optimizer that is described, for a problem.
 * @throws SettingsError if there is none of that type, or its settings are wrong
 */
export function createOptimizer<P>(
  problem: Problem<P>,
  choice: OptimizerChoice,
  ...surplus: readonly never[]
): Optimizer<State, P> {
  refuseSurplus('createOptimizer', 2, surplus)
  checkArgument('createOptimizer', 'the second argument', choice, aRecord)
  const { type, ...settings } = choice
  if (!Object.hasOwn(optimizers, type)) {
    const known = Object.keys(optimizers)
    const meant = nearest(String(type), known)
    const hint = meant ? `did you mean ${meant}?` : `known are ${known.join(', ')}`
    throw new SettingsError(`optimizer: type needs the name of an optimizer, got ${show(type)}; ${hint}`)
  }
  const Chosen = optimizers[type as keyof typeof optimizers] as OptimizerClass
  return new Chosen(problem, settings)
}

/** Every optimizer checks its settings itself. */
type OptimizerClass = new <P>(problem: Problem<P>, settings: object) => Optimizer<State, P>
