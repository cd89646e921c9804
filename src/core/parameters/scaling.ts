import { clipUnit } from './axis.ts'
import type { Scale } from './parameter.ts'

/** The way between an interval and the unit interval. */
export function scaling(low: number, high: number, scale: Scale) {
  if (scale === 'linear') {
    // The width of a range that is wider than the largest number cannot be written down, but its half can.
    if (!Number.isFinite(high - low)) {
      return {
        toUnit: (value: number) => (value / 2 - low / 2) / (high / 2 - low / 2),
        fromUnit: (unit: number) => low * (1 - unit) + high * unit + 0,
      }
    }
    return {
      toUnit: (value: number) => (value - low) / (high - low),
      // Written so that 1 gives `high` itself; the sum turns -0 into 0, which JSON and msgpack cannot tell apart.
      fromUnit: (unit: number) => (unit === 1 ? high : clip(low + unit * (high - low), low, high)) + 0,
    }
  }
  const logLow = Math.log(low)
  const logHigh = Math.log(high)
  return {
    toUnit: (value: number) => (Math.log(value) - logLow) / (logHigh - logLow),
    fromUnit: (unit: number) =>
      unit === 0 ? low : unit === 1 ? high : clip(Math.exp(logLow + unit * (logHigh - logLow)), low, high),
  }
}

/**
 * The coordinate that decodes to exactly `value`, if there is one: a value that was decoded once comes back as it was,
 * whatever the rounding. The formula is mostly off by no more than the last bit, but on a narrow logarithmic range by far.
 */
export function exactUnit(value: number, toUnit: (v: number) => number, fromUnit: (u: number) => number): number {
  const unit = clipUnit(toUnit(value))
  if (fromUnit(unit) === value) return unit
  let [below, above] = [unit, unit]
  let reach = unit * Number.EPSILON + Number.MIN_VALUE
  for (; below > 0 && fromUnit(below) >= value; reach *= 4) below = clipUnit(unit - reach)
  for (; above < 1 && fromUnit(above) <= value; reach *= 4) above = clipUnit(unit + reach)
  let tried = unit
  for (let step = 0; step < 128; step++) {
    const found = fromUnit(tried)
    if (found === value) return tried
    if (found < value) below = tried
    else above = tried
    tried = below + (above - below) / 2
  }
  return unit
}

/** The value within the bounds that is nearest. */
export function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value
}
