import { z } from 'zod'
import { optimizees } from '../../optimizees/index.ts'
import { optimizers } from '../../optimizers/index.ts'
import { parameterSchemas } from './parameters.ts'
import {
  commandSchema,
  experimentSchema,
  failurePolicySchema,
  moduleSchema,
  problemShape,
  programSchema,
  resultPlaceSchema,
  wholeResultSchema,
} from './schema.ts'

/** A part of a JSON Schema. */
type Part = Readonly<Record<string, unknown>>

/**
 * The JSON Schema (draft-07) of experiment files, for editors: the parts that a run checks one after the other, put together
 * where each of them stands. What depends on other parts, as a first guess on the parameters, is left to the run.
 */
export function experimentJsonSchema(): Part {
  const { properties, ...experiment } = partOf(experimentSchema)
  const forms = { optimizee: { anyOf: optimizeeForms() }, optimizer: { anyOf: optimizerForms() } }
  return hoistDefinitions({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'An experiment of twoloop',
    ...experiment,
    properties: { ...(properties as Part), ...forms },
    definitions: {
      parameter: { anyOf: Object.values(parameterSchemas).map(parameterForm) },
      element: { anyOf: Object.values(parameterSchemas).map(elementForm) },
    },
  })
}

/** The simulation: a command, a program, a module, or one that is built in. */
function optimizeeForms(): Part[] {
  return [
    withProperties(partOf(commandSchema), { ...words, result: resultForm }),
    withProperties(partOf(programSchema), words),
    partOf(moduleSchema),
    ...builtInForms(optimizees, { ...problemShape, ...failurePolicySchema.shape }),
  ]
}

/** Each optimizer that is built in, and a module of any settings. */
function optimizerForms(): Part[] {
  return [
    ...builtInForms(optimizers),
    partOf(optimizers.auto.settings), // where no type is named
    { type: 'object', properties: { module: { type: 'string' } }, required: ['module'] },
  ]
}

/** What is asked for by its type, each with its settings. */
function builtInForms(
  known: Readonly<Record<string, { readonly settings: z.ZodObject }>>,
  more: z.ZodRawShape = {},
): Part[] {
  return Object.entries(known).map(([type, { settings }]) =>
    partOf(settings.safeExtend({ type: z.literal(type), ...more }).strict()),
  )
}

/** An element of a vector or matrix is a parameter without a condition of its own. */
function elementForm(schema: z.ZodObject): Part {
  const { properties, ...part } = parameterForm(schema)
  const { when: _, ...others } = properties as Part
  return { ...part, properties: others }
}

function parameterForm(schema: z.ZodObject): Part {
  const part = partOf(schema)
  const element = { of: { $ref: '#/definitions/element' } }
  return Object.hasOwn(part.properties as object, 'of') ? withProperties(part, element) : part
}

const aWord = { type: ['string', 'number', 'boolean'] } as const
const listOfWords = { type: 'array', items: aWord } as const

/** What a run takes by name, or as a text that may look like a number. */
const words: Part = {
  command: { ...listOfWords, minItems: 1 },
  program: { ...listOfWords, minItems: 1 },
  setup: listOfWords,
  environment: { type: 'object', additionalProperties: aWord },
  parameters: { type: 'object', minProperties: 1, additionalProperties: { $ref: '#/definitions/parameter' } },
  objectives: {
    type: 'object',
    minProperties: 1,
    additionalProperties: { anyOf: [{ enum: ['minimize', 'maximize'] }, { type: 'number' }] },
  },
}

const resultForm: Part = {
  anyOf: [
    partOf(wholeResultSchema),
    {
      type: 'object',
      minProperties: 1,
      not: { required: ['from'] },
      additionalProperties: { anyOf: [{ type: 'string' }, partOf(resultPlaceSchema)] },
    },
  ],
}

/** A part whose properties of these names are others; what it does not have is not added. */
function withProperties(part: Part, others: Part): Part {
  const own = part.properties as Part
  const replaced = Object.entries(others).filter(([name]) => Object.hasOwn(own, name))
  const described = replaced.map(([name, other]) => {
    const { description } = own[name] as Part
    return [name, description === undefined ? other : { ...(other as object), description }]
  })
  return { ...part, properties: { ...own, ...Object.fromEntries(described) } }
}

function partOf(schema: z.ZodType): Part {
  const { $schema: _, ...part } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' })
  return part
}

const isOfParameters = (reference: unknown) =>
  reference === '#/definitions/parameter' || reference === '#/definitions/element'

/** What a part refers to stands in it; references go from the root, where all of them are to stand. */
function hoistDefinitions(root: Part): Part {
  const hoisted: Record<string, unknown> = {}
  let parts = 0
  const walk = (value: unknown, prefix: string): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((element) => walk(element, prefix))
    const { definitions, ...rest } = value as Part
    const own = definitions === undefined || value === root ? prefix : `part${++parts}-`
    for (const [name, definition] of Object.entries((definitions ?? {}) as Part))
      hoisted[own + name] = walk(definition, own)
    return Object.fromEntries(
      Object.entries(rest).map(([key, nested]) => [
        key,
        key === '$ref' && !isOfParameters(nested)
          ? String(nested).replace('#/definitions/', `#/definitions/${own}`)
          : walk(nested, own),
      ]),
    )
  }
  return { ...(walk(root, '') as Part), definitions: hoisted }
}
