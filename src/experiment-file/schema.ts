import { z } from 'zod'
import { runnerSettings } from '../core/runner-settings.ts'

/** The schema of experiment files, part by part: which part applies follows from what stands there. */
const text = z.unknown().transform((given, context) => {
  if (typeof given === 'string') return given
  if (typeof given === 'number' || typeof given === 'boolean') return String(given)
  context.addIssue({ code: 'custom', message: `needs a text, got ${JSON.stringify(given) ?? 'nothing'}` })
  return z.NEVER
})

const named = z.looseObject({})

/** Checked one by one, since their names may be anything. */
const byName = z.custom<Readonly<Record<string, unknown>>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0,
  {
    error: ({ input }) => `needs at least one name with what it stands for, got ${JSON.stringify(input) ?? 'nothing'}`,
  },
)

export const experimentSchema = z.strictObject({
  name: z
    .string()
    .refine((name) => name.length > 0 && name.length <= 200 && !/[/\\\0]/.test(name) && name !== '.' && name !== '..', {
      error: ({ input }) => `needs a name that a directory can have, got ${JSON.stringify(input)}`,
    })
    .optional()
    .describe("The name of the run's directory"),
  optimizee: named.describe('The simulation'),
  optimizer: named.describe('The algorithm'),
  runner: runnerSettings.optional().describe('How workers are run'),
  warmStart: z
    .string()
    .min(1)
    .optional()
    .describe('A run directory or a table: what is known before the first generation'),
  cache: z
    .boolean()
    .optional()
    .describe('Whether what earlier runs under the same root have simulated is taken from them'),
})

export const experimentModuleSchema = experimentSchema.extend({
  report: z.custom((given) => typeof given === 'function', { error: 'needs a function that returns text' }).optional(),
})

export const failurePolicySchema = runnerSettings.pick({ timeout: true, retries: true, onFailure: true }).partial()

export const moduleSchema = z.strictObject({
  module: z.string().describe('A module whose default export is an optimizee, or a function of options that makes one'),
  options: z.unknown().optional().describe('What that function is given'),
  ...failurePolicySchema.shape,
})

export const commandSchema = z.strictObject({
  command: z.array(text).min(1).describe('The program and its arguments, with {name} for the value of a parameter'),
  parameters: byName.describe('The parameters by name, each with its type and bounds'),
  objectives: byName.describe('What is wanted, by name: minimize, maximize or a weight'),
  result: z
    .strictObject({ from: z.enum(['stdout', 'file']), path: z.string().optional() })
    .default({ from: 'stdout' })
    .describe('Where the result stands: the last line of standard output, or a file'),
  environment: z.record(z.string(), text).optional().describe('Environment variables in addition'),
  workingDirectory: z.string().optional().describe("Where the program runs; the experiment file's folder by default"),
  ...failurePolicySchema.shape,
})

const bounds = { low: z.number(), high: z.number(), scale: z.enum(['linear', 'log']).optional() }

/** What `of` must be is checked where it stands, one level down. */
export const parameterSchemas = {
  real: z.strictObject({ type: z.literal('real'), ...bounds }),
  integer: z.strictObject({ type: z.literal('integer'), ...bounds }),
  choice: z.strictObject({
    type: z.literal('choice'),
    values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  boolean: z.strictObject({ type: z.literal('boolean') }),
  vector: z.strictObject({ type: z.literal('vector'), of: named, length: z.number() }),
  matrix: z.strictObject({ type: z.literal('matrix'), of: named, rows: z.number(), columns: z.number() }),
}

export const parameterTypeSchema = z.looseObject({
  type: z.enum(Object.keys(parameterSchemas) as (keyof typeof parameterSchemas)[]),
})
