import { z } from 'zod'
import { type FileRow, typingOf } from '../../src/core/read-cell.ts'
import type { Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { baseCase, oneAtATime } from './base-case.ts'
import { concat, cross, repeat, zip } from './combine.ts'
import type { DesignPoints } from './design-points.ts'
import { fullFactorial } from './full-factorial.ts'
import { halton } from './halton.ts'
import { latinHypercube } from './latin-hypercube.ts'
import { designFromRows, manual } from './manual.ts'
import { morris } from './morris.ts'
import { saltelli } from './saltelli.ts'
import { smolyak } from './smolyak.ts'
import { sobol } from './sobol.ts'
import { sparseGrid } from './sparse-grid.ts'
import { subspace } from './subspace.ts'

/** Checked by the design, one by one, since the names of parameters may be anything. */
const byName = z.custom<Readonly<Record<string, unknown>>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
  { error: ({ input }) => `needs values by the names of parameters, got ${show(input)}` },
)

const count = z.int().min(1)
const seed = z
  .int()
  .min(0)
  .optional()
  .describe("Where the design's random numbers come from; the search's seed by default")
const points = count.describe('How many points')
const values = byName.optional().describe('Values by parameter: a list, or one value')
const levels = z
  .union([count, byName])
  .optional()
  .describe('How many levels each parameter has: for all, or by parameter')
const only = z
  .array(z.string())
  .min(1)
  .optional()
  .describe('The parameters it is over, where it is combined with others')
const scramble = z.enum(['owen', 'shift', 'none']).default('owen').describe('How the sequence is made random')

export const seedPolicy = z
  .union([z.enum(['derived', 'common']), count, z.array(z.int().min(0)).min(1)])
  .describe(
    'derived: each run its own; common: the same for every point; a list: these for every point; a count n: 0 to n - 1',
  )

const kinds = [
  z.strictObject({ kind: z.literal('full-factorial'), levels, values, parameters: only }),
  z.strictObject({ kind: z.literal('sparse-grid'), levels, values, points, seed, parameters: only }),
  z.strictObject({
    kind: z.literal('smolyak'),
    level: z.int().min(0).describe('How fine it is: 0 is the middle'),
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('latin-hypercube'),
    points,
    criterion: z.enum(['plain', 'maximin']).default('plain').describe('maximin moves the points apart'),
    centered: z.boolean().default(false).describe('Whether points lie in the middle of their strata'),
    iterations: z.int().min(0).optional().describe('How many exchanges maximin tries'),
    seed,
    parameters: only,
  }),
  z.strictObject({ kind: z.literal('sobol'), points, scramble, seed, parameters: only }),
  z.strictObject({
    kind: z.literal('halton'),
    points,
    scramble: z.boolean().default(true).describe('Whether digits are exchanged at random'),
    seed,
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('base-case'),
    reference: byName.describe('The scenario that is varied'),
    variations: byName.describe('Values by parameter'),
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('one-at-a-time'),
    levels,
    values,
    reference: byName.optional().describe('Where parameters stay that are not varied; the middle by default'),
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('morris'),
    trajectories: count.describe('How many elementary effects of each axis'),
    levels: z.int().min(2).default(4).describe('How many levels each axis has; even'),
    seed,
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('saltelli'),
    points: count.describe('The rows of A and of B'),
    secondOrder: z.boolean().default(false).describe('Whether indices of second order are wanted'),
    scramble,
    seed,
    parameters: only,
  }),
  z.strictObject({
    kind: z.literal('manual'),
    rows: z.array(byName).optional().describe('The points, each with a value for every parameter'),
    file: z.string().optional().describe('A table of the points in place of them: CSV, NDJSON, JSON or Parquet'),
    parameters: only,
  }),
] as const

const combinations = [
  z.strictObject({ kind: z.literal('cross'), designs: nestedList('Designs over different parameters') }),
  z.strictObject({ kind: z.literal('zip'), designs: nestedList('Designs of the same size over different parameters') }),
  z.strictObject({ kind: z.literal('concat'), designs: nestedList('Designs over the same parameters') }),
  z.strictObject({
    kind: z.literal('repeat'),
    design: z.lazy((): Nested => designDefinition).describe('What is repeated'),
    replications: count.optional().describe('How often each point is simulated'),
    seeds: seedPolicy.optional(),
  }),
] as const

type Simple = typeof kinds extends readonly (infer Kind extends z.ZodType)[] ? Kind : never

/** A design as it stands in YAML or JSON, once its defaults are filled in. */
export type DesignDefinition = z.output<Simple> | Combined<DesignDefinition> | Repeated<DesignDefinition>

/** A design as it may be given. */
export type DesignDefinitionInput = z.input<Simple> | Combined<DesignDefinitionInput> | Repeated<DesignDefinitionInput>

interface Combined<Definition> {
  readonly kind: 'cross' | 'zip' | 'concat'
  readonly designs: readonly Definition[]
}

interface Repeated<Definition> {
  readonly kind: 'repeat'
  readonly design: Definition
  readonly replications?: number | undefined
  readonly seeds?: z.output<typeof seedPolicy> | undefined
}

type Nested = z.ZodType<DesignDefinition, DesignDefinitionInput>

export const designKinds: readonly string[] = [...kinds, ...combinations].map(({ shape }) => shape.kind.value)

export const designDefinition: Nested = z.discriminatedUnion('kind', [...kinds, ...combinations], {
  error: (issue) => (issue.code === 'invalid_union' ? `one of ${designKinds.join(', ')}` : undefined),
}) as unknown as Nested

function nestedList(meaning: string) {
  return z
    .array(z.lazy((): Nested => designDefinition))
    .min(1)
    .describe(meaning)
}

/** The design that a definition describes. @param searchSeed stands for every seed that it does not say */
export function designFrom<P>(
  definition: DesignDefinition,
  whole: Space<P>,
  searchSeed: number,
): DesignPoints<unknown> {
  switch (definition.kind) {
    case 'cross':
      return cross(...definition.designs.map((part) => designFrom(part, whole, searchSeed)))
    case 'zip':
      return zip(...definition.designs.map((part) => designFrom(part, whole, searchSeed)))
    case 'concat':
      return concat(...definition.designs.map((part) => designFrom(part, whole, searchSeed)))
    case 'repeat':
      return repeat(designFrom(definition.design, whole, searchSeed), definition.replications, definition.seeds)
    default:
      return inItsWords(definition.kind, () => simpleDesign(definition, whole as unknown as Space, searchSeed))
  }
}

/** What refuses a design names the function that makes it; whoever defined it knows it by its kind. */
function inItsWords<T>(kind: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const called = kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    throw new RangeError(error.message.replace(called, kind), { cause: error })
  }
}

function simpleDesign(definition: z.output<Simple>, whole: Space, searchSeed: number): DesignPoints<unknown> {
  const space = definition.parameters ? subspace(whole, definition.parameters) : whole
  const own = { seed: 'seed' in definition && definition.seed !== undefined ? definition.seed : searchSeed }
  switch (definition.kind) {
    case 'full-factorial':
      return fullFactorial(space, gridOf(definition))
    case 'sparse-grid':
      return sparseGrid(space, { ...gridOf(definition), points: definition.points, ...own })
    case 'smolyak':
      return smolyak(space, optionsOf(definition))
    case 'latin-hypercube':
      return latinHypercube(space, { ...optionsOf(definition), ...own })
    case 'sobol':
      return sobol(space, { ...optionsOf(definition), ...own })
    case 'halton':
      return halton(space, { ...optionsOf(definition), ...own })
    case 'base-case':
      return baseCase(space, optionsOf(definition))
    case 'one-at-a-time':
      return oneAtATime(space, { ...gridOf(definition), reference: definition.reference })
    case 'morris':
      return morris(space, { ...optionsOf(definition), ...own })
    case 'saltelli':
      return saltelli(space, { ...optionsOf(definition), ...own })
    case 'manual':
      return manualDesign(definition, space)
  }
}

function optionsOf<D extends object>(definition: D): Omit<D, 'kind' | 'parameters'> {
  const {
    kind: _,
    parameters: __,
    ...options
  } = definition as D & { readonly kind?: unknown; readonly parameters?: unknown }
  return options
}

/** A file's rows are put beside its name by whoever reads it: here nothing is read. */
function manualDesign(
  { rows, file }: { readonly rows?: readonly FileRow[] | undefined; readonly file?: string | undefined },
  space: Space,
): DesignPoints<unknown> {
  if (rows === undefined) {
    throw new RangeError(
      `manual needs rows or a file, got ${file === undefined ? 'neither' : `${file}, which was not read`}`,
    )
  }
  return file === undefined ? manual(space, rows) : designFromRows(space, rows, file, typingOf(file))
}

/** Whether some of a design's points come from a file. */
export function hasFile(definition: DesignDefinition): boolean {
  switch (definition.kind) {
    case 'manual':
      return definition.file !== undefined
    case 'repeat':
      return hasFile(definition.design)
    case 'cross':
    case 'zip':
    case 'concat':
      return definition.designs.some(hasFile)
    default:
      return false
  }
}

/** What stands by name is checked by the design itself. */
function gridOf({ levels, values }: { readonly levels?: unknown; readonly values?: unknown }) {
  return {
    levels: levels as number | Readonly<Record<string, number>> | undefined,
    values: values as Readonly<Record<string, unknown>> | undefined,
  }
}
