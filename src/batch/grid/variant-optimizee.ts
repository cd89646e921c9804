import { extname, join } from 'node:path'
import { SimulationFailure, type SimulationResult } from '../../core/evaluation.ts'
import type { Individual } from '../../core/individual.ts'
import { type ObjectiveMap, Objectives } from '../../core/objectives.ts'
import { Optimizee, type SimulationContext } from '../../core/optimizee.ts'
import type { PlainData } from '../../core/plain-data.ts'
import { movedTo, performExperiment } from './experiment.ts'
import type { GridDefinition } from './grid-definition.ts'
import type { ModuleFunction } from './module-function.ts'
import { planVariant } from './plan-grid.ts'
import { lastRow, progressName } from './progress-file.ts'
import type { ModuleCode } from './thunk-messages.ts'
import { variantSpace } from './variant-space.ts'

/** A grid as workers are told of it. */
export interface VariantOptions {
  readonly grid: GridDefinition
  readonly thunk: ModuleFunction | { readonly key: string }
  readonly dataDir: string
  readonly datestamp: boolean
  /** When the grid was begun, for datestamps. */
  readonly begun: string
  readonly processes: number
  /** What is read from what a thunk returns, or else from the last row of its table; nothing by default. */
  readonly objectives?: ObjectiveMap | undefined
}

/** Without objectives, an experiment that ended well is worth this. */
const nothingWanted: ObjectiveMap = { done: 'maximize' }

/** The simulation of a grid: a variant's experiment, run in fresh processes. The code that they load is its snapshot. */
class VariantOptimizee extends Optimizee {
  readonly #options: VariantOptions
  readonly #code: ModuleCode | undefined
  /** Below which experiments write, if not where they are planned to. */
  readonly #elsewhere: string | undefined

  constructor(options: VariantOptions, code?: ModuleCode, elsewhere?: string) {
    const module = new URL(`./variant-optimizee${extname(import.meta.url)}`, import.meta.url).href
    super(variantSpace(options.grid), new Objectives(options.objectives ?? nothingWanted), { module, options })
    this.#options = options
    this.#code = code
    this.#elsewhere = elsewhere
  }

  override async simulate({ parameters }: Individual, context: SimulationContext): Promise<SimulationResult> {
    const { grid, thunk, dataDir, datestamp, begun, processes, objectives } = this.#options
    const values = this.space.toValues(parameters) as PlainData[]
    const planned = planVariant(grid, { thunk, dataDir, datestamp, now: new Date(begun) }, values)
    const { directory } = planned
    const performed = this.#elsewhere === undefined ? planned : movedTo(this.#elsewhere, planned)
    const returned = await this.#perform(performed, processes, context)
    const row = performed.directory === undefined ? {} : (lastRow(join(performed.directory, progressName)) ?? {})
    const outputs = { ...row, ...outputsOf(returned, objectives), ...(directory !== undefined && { directory }) }
    return objectives ? outputs : { ...outputs, done: 1 }
  }

  override snapshot(): unknown {
    return this.#code
  }

  override elsewhere(directory: string): Optimizee {
    return new VariantOptimizee(this.#options, this.#code, directory)
  }

  async #perform(experiment: Parameters<typeof performExperiment>[0], processes: number, context: SimulationContext) {
    const { signal } = context
    try {
      return await performExperiment(experiment, {
        code: context.snapshot as ModuleCode,
        processes,
        signal,
        print: (text) => void process.stdout.write(text),
        stdout: this.#elsewhere === undefined ? 1 : 2, // who simulates elsewhere has an answer of his own to print
      })
    } catch (error) {
      const isLate = signal.aborted && (signal.reason as Error | undefined)?.name === 'TimeoutError'
      if (!isLate) throw error
      const message = `The experiment was ended: ${(signal.reason as Error).message}.`
      throw new SimulationFailure({ kind: 'timeout', message })
    }
  }
}

export default function variantOptimizee(options: VariantOptions, code?: ModuleCode): Optimizee {
  return new VariantOptimizee(options, code)
}

/** What a thunk returned, by name; a number is the only objective, if there is one only. */
function outputsOf(returned: PlainData, objectives: ObjectiveMap | undefined): Record<string, PlainData> {
  if (returned === null) return {}
  if (typeof returned === 'object' && !Array.isArray(returned)) return { ...(returned as Record<string, PlainData>) }
  const names = Object.keys(objectives ?? {})
  if (typeof returned === 'number' && names.length === 1) return { [names[0]!]: returned }
  return { result: returned }
}
