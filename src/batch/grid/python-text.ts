import type { PlainData } from '../../core/plain-data.ts'

/** A value as Python's `str` writes it: the names of experiments are made of that. */
export function pythonText(value: PlainData): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

/** What JSON writes as digits alone is Python's int, any other its float: with an exponent below 1e-4 and from 1e16 on. */
export function pythonNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value + 0)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  if (Number(exponent) >= -4 && Number(exponent) < 16) return String(value)
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

function pythonRepr(value: PlainData): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return pythonNumber(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const entries = Object.entries(value).map(([key, nested]) => `${quoted(key)}: ${pythonRepr(nested)}`)
  return `{${entries.join(', ')}}`
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  return (
    quote + [...text].map((character) => (character === quote ? `\\${quote}` : escaped(character))).join('') + quote
  )
}

function escaped(character: string): string {
  const named = names[character]
  if (named !== undefined) return named
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character
  const code = character.codePointAt(0)!
  const digits = code.toString(16)
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

const names: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
