/** The optimizers that are built in, by the names that experiment files know them by; each is loaded when it is asked for. */
export const optimizersByName = {
  auto: async () => (await import('./auto.ts')).Auto,
  'genetic-algorithm': async () => (await import('./genetic-algorithm.ts')).GeneticAlgorithm,
  'nsga-ii': async () => (await import('./nsga-ii.ts')).NsgaII,
  'cross-entropy': async () => (await import('./cross-entropy.ts')).CrossEntropy,
  'l-shade': async () => (await import('./l-shade.ts')).LShade,
  'cma-es': async () => (await import('./cma-es.ts')).CmaEs,
  'nelder-mead': async () => (await import('./nelder-mead.ts')).NelderMead,
  'l-bfgs-b': async () => (await import('./l-bfgs-b.ts')).LBfgsB,
  'lq-cma-es': async () => (await import('./lq-cma-es.ts')).LqCmaEs,
  'trust-region': async () => (await import('./trust-region.ts')).TrustRegion,
  'particle-swarm': async () => (await import('./particle-swarm.ts')).ParticleSwarm,
  xnes: async () => (await import('./xnes.ts')).Xnes,
  'line-search': async () => (await import('./line-search.ts')).LineSearch,
  'random-search': async () => (await import('./random-search.ts')).RandomSearch,
  'sobol-search': async () => (await import('./sobol-search.ts')).SobolSearch,
  'natural-evolution-strategies': async () =>
    (await import('./natural-evolution-strategies.ts')).NaturalEvolutionStrategies,
  'evolution-strategies': async () => (await import('./evolution-strategies.ts')).EvolutionStrategies,
  face: async () => (await import('./face.ts')).Face,
  'simulated-annealing': async () => (await import('./simulated-annealing.ts')).SimulatedAnnealing,
  'parallel-tempering': async () => (await import('./parallel-tempering.ts')).ParallelTempering,
  'gradient-descent': async () => (await import('./gradient-descent.ts')).GradientDescent,
  'successive-halving': async () => (await import('./successive-halving.ts')).SuccessiveHalving,
  hyperband: async () => (await import('./hyperband.ts')).Hyperband,
  asha: async () => (await import('./asha.ts')).Asha,
  'median-stopping': async () => (await import('./median-stopping.ts')).MedianStopping,
  'grid-search': async () => (await import('./grid-search.ts')).GridSearch,
  design: async () => (await import('./designs/index.ts')).Design,
} as const

/** Whether an optimizer is one of these, whatever it calls itself: classes from outside may extend one and keep its name. */
export async function isOfBuiltInClass(optimizer: { readonly type: string }): Promise<boolean> {
  const { type } = optimizer
  return isBuiltIn(type) && (await optimizersByName[type]()) === optimizer.constructor
}

/** Whether an optimizer of that name is built in. */
export function isBuiltIn(type: unknown): type is keyof typeof optimizersByName {
  return typeof type === 'string' && Object.hasOwn(optimizersByName, type)
}
