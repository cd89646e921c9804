import { counted } from '../core/text.ts'

/** A number in few characters. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value)
  return withDigits(value, 4)
}

/** A number with at most so many digits that say something: `0.025`, and where zeros would say its size, `2.5e-5`, `3e7`. */
export function withDigits(value: number, digits: number): string {
  const size = Math.abs(value)
  if (size === 0 || !Number.isFinite(size)) return String(value)
  if (size >= 1e-4 && size < 1e6) return String(Number(value.toPrecision(digits)))
  return value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e')
}

/** A number with three digits behind its point, for tables; nothing for one that is not known. */
export function fixed(value: number | null): string {
  return value === null ? '' : value.toFixed(3) === '-0.000' ? '0.000' : value.toFixed(3)
}

/** `1 evaluation`, `2 evaluations`, `12,000 evaluations`. */
export function plural(count: number, noun: string, nouns?: string): string {
  return counted(count, noun, nouns, grouped)
}

/** A whole number with its thousands apart. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The levels that one of some equal parts of an axis stands for: `a`, or `a to f` where there are more levels than parts. */
export function levelsIn(labels: readonly string[], part: number, parts: number): string {
  const firstOf = (one: number) => Math.ceil((one * labels.length) / parts - 0.5) // a level stands in the middle of its place
  const [first, last] = [firstOf(part), firstOf(part + 1) - 1]
  return last > first ? `${labels[first]} to ${labels[last]}` : labels[first]!
}

/** Some of the numbers below a count, evenly: those that are written where there is no room for all. */
export function spreadBelow(count: number, most: number): readonly number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, most)))
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step)
}

/** A text of at most so many letters, and an ellipsis in its middle where it was longer: many names differ in their ends. */
export function shortened(text: string, most: number): string {
  const end = Math.floor(most / 3)
  return text.length <= most ? text : `${text.slice(0, most - end)}…${end === 0 ? '' : text.slice(-end)}`
}
