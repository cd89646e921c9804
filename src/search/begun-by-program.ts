import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { OptimizeeSource } from '../core/optimizee.ts'
import type { Optimizer } from '../core/optimizer.ts'
import { type PlainData, plainDataOf } from '../core/plain-data.ts'
import type { SearchPlan } from './searched.ts'

/** What the record holds of a search that a program began: enough for the command to go on with it. */
export const programSchema = z.strictObject({
  source: z.strictObject({ module: z.string(), options: z.unknown().optional() }),
  optimizer: z.strictObject({ type: z.string(), settings: z.record(z.string(), z.unknown()) }),
  runner: z.record(z.string(), z.unknown()),
  plan: z.looseObject({}),
  warmStart: z.string().optional(),
  cache: z.boolean().optional(),
})

export interface Program {
  readonly source: OptimizeeSource
  readonly optimizer: Pick<Optimizer, 'type' | 'settings'>
  /** The settings of the runner as the program gave them: durations have units. */
  readonly runner: object
  readonly plan: SearchPlan
  readonly warmStart?: string | undefined
  readonly cache?: boolean | undefined
}

export function recordedProgram({ source, optimizer: { type, settings }, ...rest }: Program): PlainData {
  const module = source.module.startsWith('file:') ? fileURLToPath(source.module) : resolve(source.module)
  return plainDataOf({ source: { ...source, module }, optimizer: { type, settings }, ...rest })
}
