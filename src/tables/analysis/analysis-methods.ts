/** The ways to say what matters in a run, as `twoloop analyse --method` names them. */
export const analysisMethods = ['sobol', 'morris', 'swings', 'effects', 'correlations', 'importance'] as const

export type AnalysisMethod = (typeof analysisMethods)[number]
