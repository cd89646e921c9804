import { z } from 'zod'
import { SettingsError } from './errors.ts'
import { nearest } from './nearest.ts'
import { checkArgument, type OptionCheck } from './options.ts'
import { show } from './text.ts'
import { millisecondsOf } from './time-span.ts'
import { valueAt } from './value-at.ts'
import { namedElsewhere } from './words-elsewhere.ts'

export { nearest, SettingsError }

/**
 * The settings with their defaults filled in.
 *
 * @param where what the settings belong to, for the sentence of an error ("optimizer", or a file's name)
 * @throws SettingsError at the first setting that does not fit; an unknown name is answered with the nearest known one
 */
export function parseSettings<S extends z.ZodType>(schema: S, given: unknown, where: string): z.output<S> {
  checkArgument('parseSettings', 'the first argument', schema, aSchema)
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new SettingsError(`${where}: ${describeIssue(deepest(parsed.error.issues), given, schema)}`)
}

const aSchema: OptionCheck = (value) =>
  typeof (value as Partial<z.ZodType> | null | undefined)?.safeParse === 'function'
    ? undefined
    : `needs a schema, as in z.strictObject({ ... }), got ${show(value)}`

/** The settings of a schema as rows, to be listed. */
export function describeSettings(
  schema: z.ZodType,
): { name: string; type: string; default: unknown; meaning: string }[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    default: property.default,
    meaning: property.description ?? '',
  }))
}

interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Record<string, JsonSchema>
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly default?: unknown
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
}

function typeOf(schema: JsonSchema): string {
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return alternatives.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.type === 'object' && schema.properties) {
    return `{ ${Object.entries(schema.properties)
      .map(([name, property]) => `${name}: ${typeOf(property)}`)
      .join(', ')} }`
  }
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(' or ')
}

/** A union reports one issue that holds those of its members; the member that got furthest is the one that was meant. */
function deepest(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[] = []): z.core.$ZodIssue {
  // A name that is not known says more than one that is missing for it.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const path = [...base, ...issue.path]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { ...issue, path }
  const members = issue.errors
    .filter((member) => member.length > 0)
    .map((member) => deepest(member, path))
    .filter((member) => member.path.length > path.length || member.code === 'unrecognized_keys')
    .sort((a, b) => b.path.length - a.path.length)
  return members[0] ?? { ...issue, path }
}

function describeIssue(issue: z.core.$ZodIssue, given: unknown, schema: z.ZodType): string {
  const path = issue.path.map(String)
  const at = path.length > 0 ? path.join('.') : 'the whole'
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const known = keysAt(schema, path)
    const meant = namedElsewhere(key, known) ?? nearest(key, known)
    const hint = meant ? `, did you mean ${meant}?` : known.length > 0 ? `; known are ${known.join(', ')}` : ''
    return `${[...path, key].join('.')} is not a setting${hint}`
  }
  const got = valueAt(given, issue.path)
  if (got === undefined && issue.code !== 'custom') return `${at} is missing; wanted ${wanted(issue)}`
  if (issue.code === 'custom') return `${at} ${issue.message}`
  if (issue.code === 'invalid_key') return `${at} ${issue.issues[0]?.message ?? 'is no name'}`
  const isNumber = typeof got === 'number' && !Number.isFinite(got)
  const what = isNumber ? wanted(issue).replace(/^a number\b/, 'a finite number') : wanted(issue)
  return `${at} needs ${what}, got ${show(got)}`
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return (
        { array: 'a list', int: 'a whole number', record: 'values by name' }[issue.expected as string] ??
        article(issue.expected)
      )
    case 'too_small':
      return `${issue.origin === 'array' || issue.origin === 'string' ? 'a length of ' : 'a number '}${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`
    case 'too_big':
      return `${issue.origin === 'array' || issue.origin === 'string' ? 'a length of ' : 'a number '}${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`
    case 'invalid_value':
      return issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.map(show).join(', ')}`
    case 'invalid_union': {
      const members = issue.errors.flatMap((member) => member.slice(0, 1))
      // Some say by themselves what they want.
      if (issue.message !== 'Invalid input' || members.length === 0) return said(issue)
      return members.map(wanted).join(' or ')
    }
    default:
      return said(issue)
  }
}

function said({ message }: z.core.$ZodIssue): string {
  return message.replace(/^Invalid input: expected /, '').replace(/^Invalid input$/, 'another form')
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function keysAt(schema: z.ZodType, path: readonly string[]): string[] {
  type Node = JsonSchema & { additionalProperties?: JsonSchema; $ref?: string; $defs?: Record<string, JsonSchema> }
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  const options = (node: Node): readonly Node[] => {
    const named = node.$ref?.replace('#/$defs/', '') // what contains itself is referred to by a name
    const target = (named !== undefined && root.$defs?.[named]) || node
    return target.anyOf ?? target.oneOf ?? [target]
  }
  let at = root
  for (const key of path) {
    const next = options(at)
      .map((node) => node.properties?.[key] ?? node.additionalProperties ?? node.items)
      .find((node) => node !== undefined)
    if (!next) return []
    at = next
  }
  return [...new Set(options(at).flatMap((node) => Object.keys(node.properties ?? {})))]
}

/** A time span as an editor checks it: a text with a unit, or a number of seconds. */
export const timeSpanForm = {
  type: ['string', 'number'],
  pattern: '^\\s*(?=[0-9.]*[1-9])[0-9]+(\\.[0-9]+)?\\s*(ms|s|m|min|h|d)?\\s*$',
  exclusiveMinimum: 0,
} as const

const timeSpan = z.union([z.number(), z.string()]).meta(timeSpanForm)

/** A time span, in milliseconds once parsed: `250ms`, `30s`, `5m`, `12h`, `2d`, or a number of seconds. */
export const duration = timeSpan.transform((given, context) => {
  try {
    return millisecondsOf(given)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as RangeError).message })
    return z.NEVER
  }
})
