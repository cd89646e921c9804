import { z } from 'zod'
import { isBuiltIn } from '../../optimizers/by-name.ts'
import { type Abilities, allAxes } from '../core/abilities.ts'
import { ConfigurationError, messageOf } from '../core/errors.ts'
import { commonSettings, type OptimizerClass } from '../core/optimizer.ts'
import { parseSettings } from '../core/settings.ts'
import { printable, show } from '../core/text.ts'

/**
 * The optimizer that is the default export of a user's module.
 *
 * @param label the module, for the sentence of an error
 * @throws ConfigurationError that says what it lacks
 */
export function optimizerClassOf(exported: Readonly<Record<string, unknown>>, label: string): OptimizerClass {
  const refusal = refuseClass(exported)
  if (refusal !== undefined) throw new ConfigurationError(printable(`${label}: ${refusal}`))
  return exported.default as OptimizerClass
}

/** Whether something is a class of optimizers, good or bad. */
export function isOptimizerClass(value: unknown): value is OptimizerClass {
  return typeof value === 'function' && typeof value.prototype?.postProcess === 'function'
}

/** What is wrong with a class from outside, as the end of a sentence; undefined if it can search. */
function refuseClass(exported: Readonly<Record<string, unknown>>): string | undefined {
  const { default: given } = exported
  if (given === undefined) {
    const named = Object.keys(exported).filter((name) => isOptimizerClass(exported[name]))
    const instead =
      named.length === 0 ? '' : `, and exports ${named.join(', ')} by name: write \`export default class\``
    return `it has no default export; wanted ${wanted}${instead}`
  }
  if (!isOptimizerClass(given)) return `its default export is not ${wanted}, got ${shownClass(given)}`
  const lacking = [
    ...(['type', 'version', 'settings', 'abilities'] as const)
      .filter((member) => given[member] === undefined)
      .map((member) => `static ${member}`),
    ...(['start', 'ask', 'tell'] as const).filter((method) => typeof given.prototype[method] !== 'function'),
  ]
  if (lacking.length > 0) return `its class lacks ${lacking.join(', ')}`
  const { type, version, settings, abilities } = given
  if (typeof type !== 'string' || type === '') return `its class needs a name as its static type, got ${show(type)}`
  if (isBuiltIn(type)) return `its class needs a static type of its own: ${type} is built in`
  if (!Number.isSafeInteger(version) || version < 1) {
    return `its class needs a whole number from 1 as its static version, got ${show(version)}`
  }
  if (!isSchema(settings)) return `its class needs static settings made with z.strictObject({ ... }) of twoloop/kit`
  const missing = Object.keys(commonSettings).filter((setting) => !Object.hasOwn(settings.shape, setting))
  if (missing.length > 0) return `its class needs the settings ${missing.join(' and ')}: begin with ...commonSettings`
  return refuseAbilities(abilities)
}

function shownClass(given: unknown): string {
  const isClass = typeof given === 'function' && given.name !== '' && String(given).startsWith('class')
  return isClass ? `the class ${given.name}` : show(given)
}

const wanted = 'a class that extends Optimizer'

function isSchema(value: unknown): value is z.ZodObject {
  return typeof value === 'object' && value !== null && '_zod' in value && 'shape' in value
}

function refuseAbilities(abilities: unknown): string | undefined {
  try {
    parseSettings(abilitiesSchema, abilities, 'its class has other abilities than there are')
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

const abilitiesSchema = z.strictObject({
  axes: z.array(z.enum(allAxes)).min(1).readonly(),
  mostAxes: z.int().min(1).optional(),
  conditions: z.boolean().optional(),
  objectives: z.enum(['one', 'weighted', 'many']),
  pace: z.enum(['generation', 'steady']),
  searches: z.boolean(),
  budgets: z.boolean().optional(),
  reports: z.boolean().optional(),
}) satisfies z.ZodType<Abilities>
