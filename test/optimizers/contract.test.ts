import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { type OptimizerContract, testOptimizer } from '../../src/testing/index.ts'

/** Which do not join, and why. */
const excused: Readonly<Record<string, string>> = {
  design:
    'it plays a fixed list and learns nothing; the laws that remain are in test/optimizers/designs/design.test.ts',
  'grid-search': 'it is a design, and its points are in test/optimizers/grid-search.test.ts',
}

/** How few evaluations are enough for some, and laws that do not hold, and why. */
const contracts: Readonly<Record<string, OptimizerContract>> = {
  'line-search': {
    excused: {
      'it finds an optimum that lies where a constraint of results begins to be violated':
        'one parameter at a time does not lead along the edge of a constraint that takes several',
    },
  },
  'trust-region': { evaluations: 500 }, // a model costs more than a simulation here
  'lq-cma-es': { evaluations: 400 }, // and so it does here
  auto: { evaluations: 400 }, // which it chooses
  'l-bfgs-b': {
    excused: {
      'it learns from what it had not asked for': 'it finds the optimum of a parabola to the last digit, warm or cold',
      'it finds an optimum that lies where a constraint of results begins to be violated':
        'finite differences across the edge are no gradient, and it stops beside the optimum',
    },
  },
}

for (const type of Object.keys(optimizers).filter((name) => !Object.hasOwn(excused, name))) {
  testOptimizer(type, (problem, settings) => createOptimizer(problem, { type, ...settings }), contracts[type])
}

// The settings that lead to code of their own join as well.
for (const distribution of ['noisy-gaussian', 'bayesian-gaussian-mixture', 'noisy-bayesian-gaussian-mixture']) {
  testOptimizer(`cross-entropy with a ${distribution}`, (problem, settings) =>
    createOptimizer(problem, {
      type: 'cross-entropy',
      distribution: { type: distribution, ...(distribution.startsWith('noisy') && { noiseDecay: 0.7 }) },
      ...settings,
    }),
  )
}
const isOfOneNumber = 'a temperature is in units of one number, and refused where a front is looked for'
testOptimizer(
  'cross-entropy with a temperature',
  (problem, settings) => createOptimizer(problem, { type: 'cross-entropy', temperatureDecay: 0.5, ...settings }),
  {
    excused: {
      'of several objectives without weights, nothing told is better than what it recommends': isOfOneNumber,
      'of several objectives without weights, its front spans more than that of random search': isOfOneNumber,
    },
  },
)
testOptimizer(
  'cma-es under noise',
  (problem, settings) => createOptimizer(problem, { type: 'cma-es', noise: true, ...settings }),
  { evaluations: 400 },
)
