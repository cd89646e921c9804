/**
 * What optimizers are made with: pure functions for those who write one, here or elsewhere (`twoloop/kit`).
 *
 * - settings   a schema with defaults and meanings, and how it is checked
 * - axes       coordinates of discrete axes, and how values are brought within the bounds
 * - genes      crossover and mutation for every kind of axis
 * - ranking    scores of evaluations, finite as a state wants them; fronts and crowding where there is no one number
 * - Gaussians  samples, covariances, and the linear algebra under them
 * - restarts   when a local search is at rest, and how large the next one is
 *
 * Wrong arguments are refused in a sentence, but for those of `levelOf`, `coordinateOf`, `clipUnit`, `compareScores` and
 * `plainNumber`, and for what stands in lists: they are taken for numbers, since they are asked for each coordinate.
 *
 * @module twoloop/kit
 */

export { z } from 'zod'
export { allAxes } from '../src/core/abilities.ts'
export { duration, parseSettings, SettingsError } from '../src/core/settings.ts'
export { clipUnit, coordinateOf, levelOf } from '../src/core/space.ts'
export { clipToCube } from './shared/bounds.ts'
export { type Gaussian, gaussianSampler, normalPoint } from './shared/distributions/gaussian.ts'
export { canonical, type Gene, genesOf } from './shared/genes.ts'
export { GenomeMap } from './shared/genome-map.ts'
export {
  add,
  affine,
  blend,
  covarianceOf,
  diagonal,
  type Eigen,
  eigenOf,
  factorOf,
  meanOf,
  type SquareMatrix,
} from './shared/matrix.ts'
export { type Contender, compareScores, type Ranked, rank, scoresAmong } from './shared/ranking.ts'
export { generationsToRest, grownPopulation, isAtRest } from './shared/restarts.ts'
export { meanScore, plainNumber, scoreOf } from './shared/score.ts'
