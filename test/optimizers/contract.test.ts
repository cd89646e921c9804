import { createOptimizer, optimizers } from '../../optimizers/index.ts'
import { testOptimizer } from '../../src/testing/index.ts'

/** Which do not join, and why. */
const excused: Readonly<Record<string, string>> = {
  design:
    'it plays a fixed list and learns nothing; the laws that remain are in test/optimizers/designs/design.test.ts',
}

for (const type of Object.keys(optimizers).filter((name) => !Object.hasOwn(excused, name))) {
  testOptimizer(type, (problem, settings) => createOptimizer(problem, { type, ...settings }))
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
testOptimizer('cross-entropy with a temperature', (problem, settings) =>
  createOptimizer(problem, { type: 'cross-entropy', temperatureDecay: 0.5, ...settings }),
)
