import type { AxisOptions, ChoiceValue, Condition, ParameterDefinition } from './parameter.ts'

/** What a parameter may be, for people: `0.1 to 100, on a logarithmic scale`. */
export function definitionInWords(definition: ParameterDefinition): string {
  const { when } = definition
  return when === undefined ? kindInWords(definition) : `${kindInWords(definition)}, where ${conditionInWords(when)}`
}

function kindInWords(definition: ParameterDefinition): string {
  switch (definition.type) {
    case 'real':
      return `${definition.low} to ${definition.high}${axisInWords(definition)}`
    case 'integer':
      return `whole, ${definition.low} to ${definition.high}${axisInWords(definition)}`
    case 'ordinal':
      return `${definition.values.map(shown).join(' < ')}`
    case 'choice':
      return `one of ${definition.values.map(shown).join(', ')}`
    case 'boolean':
      return 'true or false'
    case 'vector':
      return `${definition.length} of ${definitionInWords(definition.of)}`
    case 'matrix':
      return `${definition.rows} x ${definition.columns} of ${definitionInWords(definition.of)}`
  }
}

function axisInWords({ scale, step, prior }: AxisOptions): string {
  if (scale === 'log') return ', on a logarithmic scale'
  if (step !== undefined) return `, by steps of ${step}`
  if (prior === undefined) return ''
  const logarithm = prior.type === 'lognormal' ? 'its logarithm ' : ''
  return `, ${logarithm}expected at ${prior.mean} with a standard deviation of ${prior.sd}`
}

function conditionInWords(condition: Condition): string {
  return Object.entries(condition)
    .map(([name, values]) => `${name} is ${[values].flat().map(shown).join(' or ')}`)
    .join(' and ')
}

/** A text stands as it is, unless it could be taken for another value. */
function shown(value: ChoiceValue): string {
  return typeof value === 'string' && !/^(true|false|null)$|^[^\p{L}_]|[^\p{L}\p{N}_ .-]/u.test(value) && value !== ''
    ? value
    : JSON.stringify(value)
}
