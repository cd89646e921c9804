import { printable } from '../core/text.ts'
import { duration, shortNumber } from './progress.ts'

/** Rows as lines of aligned columns; columns of numbers stand to the right. */
export function alignTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(printable))
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))))
  const toTheRight = header.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column] ?? '')))
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const gap = ' '.repeat(widths[column]! - widthOf(text))
          return toTheRight[column] ? gap + text : text + gap
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** Facts with their labels, one a line; those without a value are left out. */
export function alignFacts(facts: readonly (readonly [label: string, value: string | undefined])[]): string {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)
  const width = Math.max(0, ...known.map(([label]) => widthOf(printable(label))))
  return known
    .map(([label, value]) => {
      const shown = printable(label)
      return `${shown}${' '.repeat(width - widthOf(shown))}  ${printable(value)}`.trimEnd()
    })
    .map((line) => `${line}\n`)
    .join('')
}

/** A value in few characters, for people. */
export function shortValue(value: unknown): string {
  if (typeof value === 'number') return shortNumber(value)
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_, nested: unknown) =>
    typeof nested === 'number' ? Number(shortNumber(nested)) : nested,
  )
}

/** A value to the last digit. */
export function fullValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function timeSpan(milliseconds: number): string {
  return milliseconds < 1000 ? `${shortNumber(milliseconds, 3)} ms` : duration(milliseconds / 1000)
}
/** Columns on a terminal: marks that sit on other characters take none, those of East Asian scripts and emoji two. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue
    width += wide.test(character) ? 2 : 1
  }
  return width
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u

function isNumeric(text: string): boolean {
  return /^-?\d+(\.\d+)*(e[+-]?\d+)?$/.test(text) || text === ''
}
