import type { PlainData } from '../../core/plain-data.ts'
import { type GridDefinition, isInName, safeText, shortOf } from './grid-definition.ts'
import { functionName, isModuleFunction } from './module-function.ts'
import { pythonText } from './python-text.ts'

/** The first three characters of each part of a key, without those that are neither letters nor digits. */
export function defaultShorthand(key: string): string {
  return key
    .split(':')
    .map((part) => [...part].slice(0, 3).filter((character) => /[a-zA-Z0-9]/.test(character)))
    .map((characters) => characters.join(''))
    .join('-')
}

/** The name of a variant: the grid's, and the shorthands and values of the keys that make a difference. */
export function nameOfVariant({ name, keys }: GridDefinition, values: readonly PlainData[]): string {
  const parts = keys.map((key, i) => {
    if (!isInName(key)) return ''
    const value = values[i]!
    if (key.values.every((own) => typeof own === 'boolean')) return value ? `_${shortOf(key)}` : ''
    return `_${shortOf(key)}${validText(value)}`
  })
  return (name + parts.join('')).replace(/^_+/, '')
}

/** A value as it stands in a name. */
export function validText(value: PlainData): string {
  if (isModuleFunction(value)) return validText(functionName(value))
  if (Array.isArray(value)) return value.map(validText).join('-')
  return safeText(pythonText(value))
}
