/** A first simulation in one language: a cup that cools, whose rate and surrounding temperature are searched. */
export interface Starter {
  /** The program that must be there, if any does. */
  readonly needs?: string
  /** How the experiment file names the simulation, with parameters and objectives where the simulation does not say them. */
  readonly optimizee: string
  readonly files: Readonly<Record<string, string>>
}

/** What a simulation is searched for that does not say so itself. */
export const problem = `parameters:
  rate: { type: real, low: 0.001, high: 1, scale: log } # per minute
  ambient: { type: real, low: 0, high: 40 } # degrees
objectives: { error: minimize }`
