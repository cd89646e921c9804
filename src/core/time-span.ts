import { show } from './text.ts'

const units = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * The milliseconds of a time span: `250ms`, `30s`, `5m`, `12h`, `2d`, or a number of seconds.
 * @throws RangeError that says what a time span is
 */
export function millisecondsOf(given: string | number): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?\s*$/.exec(String(given))
  const milliseconds = match ? Number(match[1]) * units[(match[2] ?? 's') as keyof typeof units] : 0
  if (milliseconds > 0) return milliseconds
  throw new RangeError(`needs a time span like 250ms, 30s or 12h, got ${show(given)}`)
}
