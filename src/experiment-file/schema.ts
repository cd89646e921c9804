import { z } from 'zod'
import { takes } from '../../optimizees/command/named-result.ts'
import { orders } from '../core/abilities.ts'
import type { Constraint } from '../core/constraints.ts'
import { aggregates } from '../core/replications.ts'
import { refuseRunName } from '../core/run-name.ts'
import { runnerSettings } from '../core/runner-settings.ts'
import { duration, timeSpanForm } from '../core/settings.ts'
import { show } from '../core/text.ts'
import { quotesNeeded } from './place.ts'

/** The schema of experiment files, part by part: which part applies follows from what stands there. */
const text = z.unknown().transform((given, context) => {
  if (typeof given === 'string') return given
  if (typeof given === 'number' || typeof given === 'boolean') return String(given)
  context.addIssue({ code: 'custom', message: `needs a text, got ${show(given)}` })
  return z.NEVER
})

const named = z.looseObject({})

/** Checked one by one, since their names may be anything. */
const byName = z.custom<Readonly<Record<string, unknown>>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length > 0,
  {
    error: ({ input }) => `needs at least one name with what it stands for, got ${show(input)}`,
  },
)

export const experimentSchema = z.strictObject({
  name: z
    .string()
    .refine((name) => refuseRunName(name) === undefined, { error: ({ input }) => refuseRunName(String(input)) })
    .meta({ maxLength: 200, pattern: '^(?!\\.{1,2}$)[^/\\\\\\u0000]+$' })
    .optional()
    .describe("The name of the run's directory"),
  optimizee: named.describe('The simulation'),
  optimizer: named.optional().describe('The algorithm; chosen by the space unless it is given'),
  runner: runnerSettings.optional().describe('How workers are run'),
  order: z
    .enum(orders)
    .optional()
    .describe('When results are told: a generation at once, one by one in the order of asking, or as they come'),
  window: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Of the orders ordered and arrival, how many individuals may be ahead of the telling: the population by default',
    ),
  start: z
    .union([z.array(named), z.strictObject({ file: z.string().min(1).describe('A table with a row for each') })])
    .optional()
    .describe('First guesses: parameters that are simulated before all others, or the file of a table of them'),
  limits: z
    .strictObject({
      generations: z.int().min(1).optional().describe('How many generations, or blocks of as many individuals'),
      evaluations: z.int().min(1).optional().describe('How many individuals'),
      simulations: z.int().min(1).optional().describe('How many simulations: each replicate of an individual is one'),
      target: z
        .union([z.number(), z.record(z.string(), z.number())])
        .optional()
        .describe('The value of the objective that is good enough; values by name where there are several'),
      stagnation: z.int().min(1).optional().describe('How many evaluations in a row may bring nothing better'),
      time: z
        .custom<string | number>((given) => duration.safeParse(given).success, {
          error: ({ input }) => `needs a time span like 250ms, 30s or 12h, got ${show(input)}`,
        })
        .meta(timeSpanForm)
        .optional()
        .describe('How long the search may take, over all its starts'),
    })
    .optional()
    .describe('What ends the search: totals, which may be raised later'),
  horizon: z
    .int()
    .min(1)
    .optional()
    .describe('How many evaluations schedules are laid out for: what the limits are at the first start by default'),
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
  report: z
    .custom((given) => typeof given === 'function', { error: 'needs a function that returns text' })
    .optional()
    .describe('In a module: a function of the finished run that returns text to be printed'),
})

export const failurePolicySchema = runnerSettings.pick({ timeout: true, retries: true, onFailure: true }).partial()

const replicationsSchema = z
  .union([
    z.int().min(1),
    z.strictObject({
      count: z.int().min(1).describe('How often each individual is simulated'),
      aggregate: z.enum(aggregates).optional().describe('What of the samples is the fitness; the mean by default'),
      quantile: z
        .number()
        .gt(0)
        .max(1)
        .optional()
        .describe('Of the aggregate quantile: the part of the samples that are at least as good; 0.9 by default'),
      seeds: z
        .enum(['common', 'own'])
        .optional()
        .describe('Whether a replicate has the same seed at every point, as it has by default, or each its own'),
    }),
  ])
  .describe('How often each individual is simulated, and what of that is its fitness')

const constraint = z
  .custom<string | Constraint>(
    (given) => typeof given === 'string' || (typeof given === 'object' && given !== null && 'violation' in given),
    {
      error: ({ input }) => {
        const hint = typeof input === 'object' && input !== null ? `; ${quotesNeeded}` : ''
        return `needs an expression like height <= 6 * width, got ${show(input)}${hint}`
      },
    },
  )
  .meta({ type: 'string', minLength: 1 })

/** What may be said of any problem, whichever its simulation is. */
export const problemShape = {
  constraints: z
    .array(constraint)
    .optional()
    .describe('What parameters and results are to keep to: expressions like height <= 6 * width'),
  replications: replicationsSchema.optional(),
  budget: z
    .strictObject({
      name: z.string().min(1).describe('What it counts: steps, seconds, samples'),
      low: z.number().gt(0).describe('The least that says anything'),
      high: z.number().gt(0).describe('The whole of it'),
    })
    .optional()
    .describe('How much of the simulation there is, where an individual may be given a part of it'),
  reference: z
    .record(z.string(), z.number())
    .optional()
    .describe('Of several objectives without weights, the values by name that hypervolumes are measured from'),
}

/** The policy of a simulation that may take several individuals at once. */
export const policySchema = failurePolicySchema.extend(runnerSettings.pick({ batch: true }).shape)

export const moduleSchema = z.strictObject({
  module: z.string().describe('A module whose default export is an optimizee, or a function of options that makes one'),
  options: z.unknown().optional().describe('What that function is given'),
  ...problemShape,
  ...policySchema.shape,
})

export const wholeResultSchema = z.strictObject({
  from: z.enum(['stdout', 'file']).describe('The last line of standard output, or a file'),
  path: z.string().optional().describe('Of a file: its name, with placeholders; in the folder where the program runs'),
})

export const resultPlaceSchema = z.strictObject({
  file: z.string().min(1).optional().describe('The file; standard output without it'),
  after: z.string().optional().describe('A regular expression behind which the value stands'),
  until: z.string().optional().describe('A regular expression before which it stands'),
  pattern: z.string().optional().describe('A regular expression whose first group is the value'),
  column: z
    .union([z.string(), z.int().positive()])
    .optional()
    .describe('A column of a table, by name or number from 1'),
  json: z.string().min(1).optional().describe('The keys to a value in JSON, with dots between them'),
  take: z.enum(takes).optional().describe('Which of several values; the last by default'),
})

const fileName = z.string().min(1)

const variableName = z
  .string()
  .regex(/^[^=\0]+$/, { error: ({ input }) => `needs the names of variables, got ${show(input)}` })
  .refine((name) => !name.startsWith('TWOLOOP_'), {
    error: () => `is said anew to each individual, as is all that begins with TWOLOOP_; choose another name`,
  })

export const commandSchema = z.strictObject({
  command: z.array(text).min(1).describe('The program and its arguments, with {name} for the value of a parameter'),
  parameters: byName.describe('The parameters by name, each with its type and bounds'),
  objectives: byName.describe('What is wanted, by name: minimize, maximize or a weight'),
  result: byName
    .default({ from: 'stdout' })
    .describe('Where the result stands: the last line of standard output, a file, or a place for each name'),
  environment: z.record(variableName, text).optional().describe('Environment variables in addition'),
  workingDirectory: z.string().optional().describe("Where the program runs; the experiment file's folder by default"),
  templates: z
    .array(
      z.union([fileName, z.strictObject({ file: fileName, marks: z.tuple([z.string().min(1), z.string().min(1)]) })]),
    )
    .optional()
    .describe("Files that are copied to the individual's directory with their placeholders replaced"),
  files: z.array(fileName).optional().describe("Files and folders that are linked in the individual's directory"),
  input: z
    .union([z.literal('stdin'), z.strictObject({ file: fileName })])
    .optional()
    .describe('Where the parameters stand as one JSON object: stdin, or a file'),
  setup: z.array(text).optional().describe('Lines of shell that make the environment of all commands of a worker'),
  keep: z
    .enum(['never', 'on-failure', 'always'])
    .optional()
    .describe("When the individual's directory stays; on failure, or always if the command is told {directory}"),
  seeds: z
    .strictObject({ below: z.int().positive() })
    .optional()
    .describe('The range of {seed}: from 0 and below this number; 2^31 by default'),
  ...problemShape,
  ...failurePolicySchema.shape,
})

export const programSchema = z.strictObject({
  program: z.array(text).min(1).describe('The program and its arguments, started once in each worker'),
  parameters: commandSchema.shape.parameters,
  objectives: commandSchema.shape.objectives,
  environment: commandSchema.shape.environment,
  workingDirectory: commandSchema.shape.workingDirectory,
  setup: z.array(text).optional().describe("Lines of shell that make the program's environment"),
  ready: duration
    .optional()
    .describe('How long a program is waited for that does not say that it is ready; 5 seconds by default'),
  ...problemShape,
  ...policySchema.shape,
})
