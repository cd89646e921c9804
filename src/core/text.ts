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

/** What a program printed or wrote, as text: bytes that are not UTF-8 are shown as `\xff`, so that none is lost. */
export function textOfBytes(bytes: Uint8Array): string {
  const { buffer, byteOffset, length } = bytes
  const letters = Buffer.from(buffer, byteOffset, length).toString('latin1')
  const shown = letters.replace(characters, (letter) =>
    letter.length > 1 ? letter : `\\x${letter.charCodeAt(0).toString(16)}`,
  )
  return Buffer.from(shown, 'latin1').toString('utf8')
}

/** The same bytes without the rest of a character in the middle of which they were cut off from others. */
export function afterCut(bytes: Uint8Array): Uint8Array {
  const begin = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
  return begin > 0 && begin < 4 ? bytes.subarray(begin) : bytes
}

/** The characters of UTF-8 that have several bytes (Unicode, table 3-7), and any other byte that is not ASCII. */
const characters =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g

/** `1 generation`, `2 generations`; the number as `write` has it. */
export function counted(
  count: number,
  noun: string,
  nouns = `${noun}s`,
  write: (count: number) => string = String,
): string {
  return `${write(count)} ${count === 1 ? noun : nouns}`
}

/** A value for the sentence of an error: its beginning, texts in quotes, on one line. */
export function show(value: unknown): string {
  const text = printable(written(value))
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 120

/** Names for a sentence: the first of them where there are many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map(printable).join(', ')
  if (names.length === 0) return 'none'
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown
}

const mostListed = 20

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
