import type { Recorder, Recording } from './model.ts'

/**
 * Which of its recordings a run gives: those that the collector made (Mesa 3.5), or those that belong to the steps
 * 0, k, 2k ... and the last (Mesa 3.4), for each of which the most recent recording stands in; a model that first records
 * itself later begins with that step.
 */
export type CollectionRule = 'recorded' | 'steps'

/** The data of one run, as it is recorded: values by reporter and agent, for each step. */
export interface Collected {
  readonly steps: readonly number[]
  readonly modelReporters: readonly string[]
  readonly agentReporters: readonly (readonly string[])[]
  readonly model: readonly Recording['model'][]
  readonly agents: readonly Recording['agents'][]
}

/**
 * @param period -1 for the last only, 1 for all, k for every k-th
 * @param steps how many the model has taken
 */
export function collectedOf(recorder: Recorder, rule: CollectionRule, period: number, steps: number): Collected {
  const { modelReporters, agentReporters, recordings } = recorder
  const chosen = rule === 'recorded' ? everyNth(recordings, period) : ofSteps(recordings, period, steps)
  return {
    steps: chosen.map(({ step }) => step),
    modelReporters,
    agentReporters,
    model: chosen.map(({ model }) => model),
    agents: agentReporters.length > 0 ? chosen.map(({ agents }) => agents) : [],
  }
}

/** How many values there are, counting those within lists and objects. */
export function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  let size = 1
  for (const nested of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) size += sizeOf(nested)
  return size
}

function everyNth(recordings: readonly Recording[], period: number): readonly Recording[] {
  return period === -1 ? recordings.slice(-1) : recordings.filter((_, i) => i % period === 0)
}

function ofSteps(recordings: readonly Recording[], period: number, steps: number): Recording[] {
  const [first] = recordings
  if (!first) return []
  const wanted = new Set<number>()
  if (period !== -1) for (let step = 0; step < steps; step += period) wanted.add(Math.max(step, first.step))
  wanted.add(Math.max(steps, first.step))
  let at = 0
  return [...wanted].map((step) => {
    while (at + 1 < recordings.length && recordings[at + 1]!.step <= step) at++
    return { ...recordings[at]!, step }
  })
}
