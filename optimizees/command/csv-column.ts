/**
 * The values in one column of a table whose cells are separated by commas, semicolons, tabs or blanks; by the name in its
 * first line, or by number from 1, where a first line without numbers is a heading.
 */
export function readCsvColumn(
  text: string,
  column: string | number,
): { readonly values: readonly string[] } | { readonly refusal: string } {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const [first = '', ...rest] = lines
  const separator = [',', ';', '\t'].find((one) => first.includes(one))
  const heading = cellsOf(first.replace(/^#\s*/, ''), separator)
  const index = typeof column === 'number' ? column - 1 : heading.indexOf(column)
  if (typeof column === 'string' && index < 0) {
    return { refusal: `there is no column ${column}; there are ${heading.join(', ')}` }
  }
  const isHeading = typeof column === 'string' || !/\d/.test(heading[index] ?? '')
  const rows = (isHeading ? rest : lines).map((line) => cellsOf(line, separator)[index])
  return { values: rows.flatMap((cell) => cell || []) }
}

function cellsOf(line: string, separator: string | undefined): string[] {
  if (separator === undefined) return line.trim().split(/\s+/)
  const cells = [...line.matchAll(new RegExp(`("(?:[^"]|"")*"|[^${separator}]*)(?:${separator}|$)`, 'g'))]
  if (!line.endsWith(separator)) cells.pop() // the empty match at the end
  return cells.map(([, cell]) => {
    const text = cell!.trim()
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
  })
}
