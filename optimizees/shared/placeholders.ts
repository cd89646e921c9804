import { nearest } from '../../src/core/nearest.ts'
import { show } from '../../src/core/text.ts'

/** Text with placeholders: `{name}` stands for a value, `{{` and `}}` for the braces themselves. */
export interface Template {
  readonly parts: readonly (string | { readonly placeholder: string })[]
}

/**
 * @param known the names that have a value
 * @throws RangeError at the first placeholder without one, and at a brace that stands alone
 */
export function parseTemplate(text: string, known: readonly string[]): Template {
  const parts: (string | { placeholder: string })[] = []
  let literal = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character !== '{' && character !== '}') {
      literal += character
      continue
    }
    if (text[at + 1] === character) {
      literal += character
      at++
      continue
    }
    const end = character === '{' ? text.indexOf('}', at) : -1
    if (end < 0)
      throw new RangeError(
        `${show(text)} has a ${character} that stands alone; a literal one is ${character}${character}`,
      )
    const placeholder = text.slice(at + 1, end)
    if (!known.includes(placeholder)) throw new RangeError(refusal(text, placeholder, known))
    parts.push(literal, { placeholder })
    literal = ''
    at = end
  }
  return { parts: [...parts, literal].filter((part) => part !== '') }
}

/** Text whose placeholders stand between two marks, of which neither means anything else there. */
export function parseMarked(
  text: string,
  known: readonly string[],
  [open, close]: readonly [string, string],
): Template {
  const [first = '', ...rest] = text.split(open)
  const parts = rest.flatMap((piece) => {
    const end = piece.indexOf(close)
    if (end < 0) throw new RangeError(`${open} has no ${close} behind it in ${show(piece.slice(0, 40))}`)
    const placeholder = piece.slice(0, end).trim()
    if (!known.includes(placeholder)) throw new RangeError(refusal(`${open}${placeholder}${close}`, placeholder, known))
    return [{ placeholder }, piece.slice(end + close.length)]
  })
  return { parts: [first, ...parts] }
}

export function fillTemplate({ parts }: Template, fill: (placeholder: string) => string): string {
  return parts.map((part) => (typeof part === 'string' ? part : fill(part.placeholder))).join('')
}

/** The same without the lines in which a placeholder stands for nothing. */
export function fillLines({ parts }: Template, fill: (placeholder: string) => string | undefined): string {
  const filled = parts.map((part) => (typeof part === 'string' ? part : (fill(part.placeholder) ?? nothing))).join('')
  if (!filled.includes(nothing)) return filled
  return filled
    .split(/(?<=\n)/)
    .filter((line) => !line.includes(nothing))
    .join('')
}

/** No text of a file has it. */
const nothing = '\0'

export function mentions({ parts }: Template, placeholder: string): boolean {
  return parts.some((part) => typeof part !== 'string' && part.placeholder === placeholder)
}

function refusal(text: string, placeholder: string, known: readonly string[]): string {
  const meant = nearest(placeholder, known)
  const hint = meant === undefined ? `known are ${known.map(braced).join(', ')}` : `did you mean ${braced(meant)}?`
  const braces = /^[\p{L}\p{N}_. -]*$/u.test(placeholder) ? '' : ' (literal braces are {{ and }})'
  return `${show(text)} has the placeholder ${braced(placeholder)} without a parameter${braces}; ${hint}`
}

function braced(name: string): string {
  return `{${name}}`
}
