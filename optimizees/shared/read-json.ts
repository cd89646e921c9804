/** A number that JSON has no word for, as Python, C++, R and Perl print it, and texts, in which the same means nothing. */
const unusual = /"(?:[^"\\]|\\.)*"|(-?)\b(nan?|inf|infinity)\b/gi

/** JSON in which numbers may be NaN and infinite, and texts may have bytes that are not UTF-8, as `\xff`. @throws SyntaxError */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const mark = freeMark(text)
    const usual = text.replace(unusual, (whole: string, sign: string | undefined, word: string | undefined) =>
      word === undefined ? escaped(whole) : `"${mark}${/^n/i.test(word) ? 'NaN' : `${sign}Infinity`}"`,
    )
    return JSON.parse(usual, (_, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
    )
  }
}

/** A text in which `\xff` is four letters: JSON knows no such escape. */
function escaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (whole, letter) => (letter === 'x' ? '\\\\x' : whole))
}

/** A beginning that no text has which stands there. */
function freeMark(text: string): string {
  let mark = 'number:'
  while (text.includes(mark)) mark += ':'
  return mark
}
