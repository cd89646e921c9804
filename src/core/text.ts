/** Names and values come from anywhere; what would move the cursor or end the line is shown instead of obeyed. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The same of a text of several lines, which may have tabs. */
export function printableLines(text: string): string {
  return text
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : printable(part)))
    .join('')
}

/** A value for the sentence of an error: its beginning, texts in quotes, on one line. */
export function show(value: unknown): string {
  const text = printable(written(value))
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 120

function written(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing'
    case 'function':
      return 'a function'
    case 'object':
      break
    case 'string':
      return JSON.stringify(value)
    default:
      return String(value)
  }
  try {
    return JSON.stringify(value, (_, nested: unknown) => (isJson(nested) ? nested : written(nested))) ?? 'nothing'
  } catch {
    return 'an object that JSON cannot write' // it contains itself, or its toJSON throws
  }
}

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value)
    case 'undefined':
    case 'bigint':
    case 'function':
    case 'symbol':
      return false
    default:
      return true
  }
}
