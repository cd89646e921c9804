import type { AxisAnswer, DensityAnswer, DrawnPart } from '../answers.ts'
import { plural, withDigits } from '../words.ts'

/** Numbers as people read them. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return value.toLocaleString('en')
  return withDigits(value, 5)
}

/** A value of any kind on one line. */
export function inWords(value: unknown): string {
  if (typeof value === 'number') return short(value)
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_, nested: unknown) =>
    typeof nested === 'number' ? Number(nested.toPrecision(5)) : nested,
  )
}

/** `4 min 10 s`, `3 d 2 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  const parts = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const
  const first = parts.findIndex(([length]) => seconds >= length)
  return parts
    .slice(first, first + 2)
    .map(([length, unit], i) => {
      const whole = i === 0 ? seconds : seconds % parts[first]![0]
      return [Math.floor(whole / length), unit] as const
    })
    .filter(([count], i) => i === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

export function nameOf({
  generation,
  index,
  replicate,
}: {
  generation: number
  index: number
  replicate: number
}): string {
  return replicate === 0 ? `${generation}.${index}` : `${generation}.${index}.${replicate}`
}

export function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
}

/** How much of it a picture shows; nothing where that is all. */
export function drawnInWords({ all, count }: DrawnPart): string {
  return count >= all ? '' : `${short(count)} of ${plural(all, 'evaluation')} are drawn, spread evenly.`
}

/** Whether there is no point that could be drawn. */
export function isNothing({ counts }: DensityAnswer): boolean {
  return counts.every((count) => count === 0)
}

/** What is written at the ends of an axis: whole numbers without the halves beside the first and the last. */
export function endsOf({ low, high, isWhole = false }: AxisAnswer): readonly [low: string, high: string] {
  const rounded = (value: number) => short(Number(value.toPrecision(3)))
  return isWhole ? [short(Math.ceil(low)), short(Math.floor(high))] : [rounded(low), rounded(high)]
}
