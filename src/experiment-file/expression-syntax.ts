import { type ASTNode, ParseError, parse } from '@marcbachmann/cel-js'
import { show } from '../core/text.ts'

/** The syntax tree of an expression. @throws RangeError with the position, what was expected and what came */
export function parseExpression(text: string): ASTNode {
  try {
    return parse(text).ast
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const { start = 0, end = 0 } = error.range ?? {}
    const came = start >= text.length ? 'the end' : show(text.slice(start, Math.max(end, start + 1)))
    throw new RangeError(
      `${show(text)} does not parse: at character ${start + 1} ${expected(error, text, start)} was expected and ${came} came${insteadOf(text, start)}`,
      { cause: error },
    )
  }
}

/** What the language has for words and signs of others, as the end of a sentence. */
function insteadOf(text: string, start: number): string {
  if (text[start] === '^' || text.slice(start - 1, start + 1) === '**') return '; a power is pow(x, 2)'
  const word = /^(and|or|not)\b/.exec(text.slice(start))?.[1]
  return word === undefined ? '' : `; ${word} is ${signs[word]}`
}

const signs: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' }

function expected({ code, message }: ParseError, text: string, start: number): string {
  if (text[start] === '=') return 'a comparison (==, <=, >=)'
  switch (code) {
    case 'invalid_number':
      return `a number up to ${Number.MAX_VALUE.toPrecision(4)}`
    case 'unexpected_token':
      return 'a value'
    case 'expected_token':
      return tokens[/^Expected (\w+)/.exec(message)?.[1] ?? ''] ?? 'something else'
    case 'unterminated_string':
      return 'the closing quote of a text'
    default:
      return start === 0 ? 'a value' : 'an operator or the end'
  }
}

const tokens: Readonly<Record<string, string>> = {
  IDENTIFIER: 'a name',
  RPAREN: 'a closing parenthesis',
  RBRACKET: 'a closing bracket',
  RBRACE: 'a closing brace',
  COLON: 'a colon',
  EOF: 'an operator or the end',
}
