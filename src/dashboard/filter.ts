import { QueryError } from './query.ts'

/** What individuals are kept by: a name, how it is compared, and with what. */
export interface Condition {
  readonly name: string
  readonly operator: '<' | '<=' | '>' | '>=' | '=' | '!='
  readonly value: number | string
}

const token =
  /\s*(?:([<>]=?|!=|==?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|([\p{L}_][\p{L}\p{N}_.]*))/uy

interface Token {
  readonly kind: 'operator' | 'text' | 'number' | 'word'
  readonly text: string
  readonly at: number
}

/**
 * Conditions such as `stiffness < 3 and solver = "rk4"`; names that are no words stand in quotes.
 *
 * @throws QueryError with the position and what was expected there
 */
export function parseFilter(text: string): Condition[] {
  const tokens = tokensIn(text)
  const conditions: Condition[] = []
  let at = 0
  const next = (wanted: string, fits: (token: Token) => boolean): Token => {
    const found = tokens[at++]
    if (found && fits(found)) return found
    throw refused(text, found?.at ?? text.length, wanted)
  }
  while (true) {
    const name = next('the name of a parameter or objective', ({ kind }) => kind === 'word' || kind === 'text')
    const operator = next('one of < <= > >= = !=', ({ kind }) => kind === 'operator')
    const value = next('a number or a text', ({ kind }) => kind !== 'operator')
    conditions.push({
      name: plain(name),
      operator: (operator.text === '==' ? '=' : operator.text) as Condition['operator'],
      value: valueIn(value),
    })
    if (at === tokens.length) return conditions
    next('`and`, or the end', ({ text }) => text === 'and')
  }
}

/** A condition as it may stand in a filter. */
export function inWords({ name, operator, value }: Condition): string {
  const isWord = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name)
  return `${isWord ? name : JSON.stringify(name)} ${operator} ${typeof value === 'number' ? value : JSON.stringify(value)}`
}

function tokensIn(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(token)
  while (text.slice(pattern.lastIndex).trim() !== '') {
    const from = pattern.lastIndex
    const found = pattern.exec(text)
    if (!found) throw refused(text, from + /^\s*/.exec(text.slice(from))![0].length, 'a name, a comparison or a value')
    const kind =
      found[1] !== undefined ? 'operator' : found[2] !== undefined ? 'text' : found[3] !== undefined ? 'number' : 'word'
    const written = found[0].trimStart()
    tokens.push({ kind, text: written, at: pattern.lastIndex - written.length })
  }
  return tokens
}

/** Booleans stand in the record as 1 and 0. */
function valueIn(token: Token): number | string {
  if (token.kind === 'number') return Number(token.text)
  if (token.kind === 'word' && /^(true|false)$/.test(token.text)) return token.text === 'true' ? 1 : 0
  return plain(token)
}

function plain({ kind, text }: Token): string {
  return kind === 'text' ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text
}

function refused(text: string, at: number, wanted: string): QueryError {
  const got = text.slice(at) === '' ? 'the end' : JSON.stringify(text.slice(at, at + 20))
  return new QueryError(`the filter needs ${wanted} at position ${at + 1}, got ${got}`)
}
