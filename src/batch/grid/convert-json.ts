import type { PlainData } from '../../core/plain-data.ts'
import { functionName, isModuleFunction } from './module-function.ts'
import { pythonNumber } from './python-text.ts'

/** Any value as something that JSON can say: functions by their names, objects of a class by what they hold. */
export function convertJson(value: unknown, around: readonly object[] = []): PlainData {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'function':
      return value.name || String(value)
    case 'object':
      break
    default:
      return value === undefined ? null : String(value)
  }
  if (value === null) return null
  if (around.includes(value)) return '[circular]'
  const inside = [...around, value]
  if (isModuleFunction(value)) return functionName(value)
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (nested) => convertJson(nested, inside))
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<unknown>, (nested) => convertJson(nested, inside))
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const converted = Object.fromEntries(
    entries.map(([key, nested]) => [String(convertJson(key)), convertJson(nested, inside)] as const),
  )
  const { name } = (value as { constructor?: { name?: string } }).constructor ?? {}
  if (value instanceof Map || name === undefined || name === 'Object') return converted
  return entries.length > 0 ? { [name]: converted } : String(value)
}

/** The text of a `config.json`: keys in order, four spaces, a tab after the colon, ASCII only. */
export function configText(config: PlainData, indent = ''): string {
  const deeper = `${indent}    `
  if (Array.isArray(config)) {
    if (config.length === 0) return '[]'
    return `[\n${config.map((nested) => deeper + configText(nested, deeper)).join(',\n')}\n${indent}]`
  }
  if (typeof config === 'object' && config !== null) {
    const keys = Object.keys(config).sort(byCodePoint)
    if (keys.length === 0) return '{}'
    const lines = keys.map(
      (key) => `${deeper}${text(key)}:\t${configText((config as Record<string, PlainData>)[key]!, deeper)}`,
    )
    return `{\n${lines.join(',\n')}\n${indent}}`
  }
  if (typeof config === 'number') return Number.isFinite(config) ? pythonNumber(config) : text(String(config))
  return typeof config === 'string' ? text(config) : JSON.stringify(config)
}

/** Orders texts as Python does: by characters, of which those beyond the first 65,536 come last. */
function byCodePoint(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  const at = left.findIndex((character, i) => character !== right[i])
  if (at < 0) return left.length - right.length
  return left[at]!.codePointAt(0)! - (right[at]?.codePointAt(0) ?? -1)
}

function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
