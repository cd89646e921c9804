import type { PlainData } from '../core/plain-data.ts'

/**
 * The value of a Python literal: a number, a text in quotes, True, False, None, or a tuple, list or dictionary of such.
 * Nothing is evaluated.
 * @throws SyntaxError if it is no literal
 */
export function readPythonLiteral(text: string): PlainData {
  const tokens = text.match(token) ?? []
  let at = 0
  const next = () => tokens[at++]?.trim() ?? ''
  const sees = (mark: string) => tokens[at]?.trim() === mark
  const value = (): PlainData => {
    const word = next()
    switch (word) {
      case '(':
        return list(')')
      case '[':
        return list(']')
      case '{':
        return dictionary()
      default:
        return atom(word)
    }
  }
  const list = (end: string): PlainData => {
    const values: PlainData[] = []
    let hasComma = false
    while (!sees(end)) {
      values.push(value())
      if (sees(end)) break
      expect(',')
      hasComma = true
    }
    expect(end)
    return end === ')' && values.length === 1 && !hasComma ? values[0]! : values
  }
  const dictionary = (): PlainData => {
    const entries: [string, PlainData][] = []
    while (!sees('}')) {
      const key = value()
      if (typeof key !== 'string') throw new SyntaxError('names are texts')
      expect(':')
      entries.push([key, value()])
      if (!sees('}')) expect(',')
    }
    expect('}')
    return Object.fromEntries(entries)
  }
  const expect = (mark: string) => {
    if (next() !== mark) throw new SyntaxError(`${mark} is missing`)
  }
  const read = value()
  if (at < tokens.length) throw new SyntaxError('more follows')
  return read
}

/** A mark, a text in quotes, or whatever stands between such, with the space before it. */
const token = /\s*(?:[()[\]{},:]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s()[\]{},:'"]+|\S)/gsu

function atom(word: string): PlainData {
  switch (word) {
    case 'True':
      return true
    case 'False':
      return false
    case 'None':
      return null
  }
  if (/^(['"]).*\1$/s.test(word) && word.length > 1) return word.slice(1, -1).replaceAll(/\\(['"\\])/g, '$1')
  const plain = word.replaceAll(/(?<=\d)_(?=\d)/g, '')
  const [, sign, digits] = /^([+-]?)(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|0[xob][\da-f]+)$/i.exec(plain) ?? []
  const number = digits === undefined || /^0\d/.test(digits) ? Number.NaN : Number(digits)
  if (Number.isNaN(number)) throw new SyntaxError(`${word} is no literal`)
  return sign === '-' ? -number : number
}
