/** Analyses: what matters in the rows of a run, as pure functions of them. */

export { markCrossed } from './crossing.ts'
export { type ElementaryEffects, elementaryEffects, type MorrisInput } from './elementary-effects.ts'
export type { BootstrapOptions, Estimate } from './estimate.ts'
export type { Factor } from './factor.ts'
export { type Importance, importances } from './importance.ts'
export { type EffectLevel, type MainEffect, mainEffects } from './main-effects.ts'
export { type AxisRange, axisRangesOf } from './ranges.ts'
export { type RankCorrelation, rankCorrelations } from './rank-correlations.ts'
export { type SecondOrderIndex, type SobolIndices, type SobolInput, sobolIndices } from './sobol-indices.ts'
export { type Change, type Scenario, type Swing, swings } from './swings.ts'
