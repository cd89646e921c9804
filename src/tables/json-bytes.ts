/** The bytes that JSON is looked at by. */
const [quote, comma, backslash] = [0x22, 0x2c, 0x5c]
const [beginOfArray, endOfArray] = [0x5b, 0x5d]
const [beginOfObject, endOfObject] = [0x7b, 0x7d]
const lineFeed = 0x0a

/** Where a number, text or truth value ends that begins there; negative of anything else. */
export function endOfScalar(bytes: Uint8Array, begin: number): number {
  const first = bytes[begin]
  if (first === quote) return endOfText(bytes, begin)
  if (first === beginOfArray || first === beginOfObject) return -1
  for (let at = begin; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte > comma && byte < endOfArray) continue // what numbers are mostly made of
    if (byte === comma || byte === endOfArray || byte === endOfObject || byte === lineFeed) return at
  }
  return -1
}

/** Where any value ends that begins there; negative if the bytes end before. */
export function endOfValue(bytes: Uint8Array, begin: number): number {
  const first = bytes[begin]
  if (first !== beginOfArray && first !== beginOfObject) return endOfScalar(bytes, begin)
  let depth = 0
  for (let at = begin; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === quote) {
      at = endOfText(bytes, at) - 1
      if (at < 0) return -1
    } else if (byte === beginOfArray || byte === beginOfObject) depth++
    else if ((byte === endOfArray || byte === endOfObject) && --depth === 0) return at + 1
  }
  return -1
}

function endOfText(bytes: Uint8Array, begin: number): number {
  for (let at = begin + 1; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === quote) return at + 1
    if (byte === backslash) at++
  }
  return -1
}

/** Whether these bytes stand there. */
export function startsWith(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false
  return true
}

/** Whether there is a text, and not a number, a truth value or nothing. */
export function isTextAt(bytes: Uint8Array, begin: number): boolean {
  return bytes[begin] === quote
}

/** Whether a text between two places is written as it is, without an escape. */
export function isPlainText(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let at = begin; at < end; at++) if (bytes[at] === backslash) return false
  return true
}

/** The value that is written as JSON between two places. */
export function valueIn(bytes: Buffer, begin: number, end: number): unknown {
  const first = bytes[begin]!
  if (first === quote && isPlainText(bytes, begin, end)) return bytes.toString('utf8', begin + 1, end - 1)
  return isNumberAt(bytes, begin) ? numberIn(bytes, begin, end) : JSON.parse(bytes.toString('utf8', begin, end))
}

const [minus, point, zero] = [0x2d, 0x2e, 0x30]
const [smallE, largeE] = [0x65, 0x45]

/** Whether a number begins there. */
export function isNumberAt(bytes: Uint8Array, begin: number): boolean {
  return bytes[begin] === minus || isDigit(bytes[begin]!)
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9
}

/**
 * The number that is written between two places, the nearest there is, as `Number` gives it. Its digits become a quotient
 * of whole numbers, which is computed with twice the digits of a number; where even these leave open which number is
 * nearest, and of what has more digits or is far from 1, `Number` reads the text.
 */
export function numberIn(bytes: Buffer, begin: number, end: number): number {
  const isNegative = bytes[begin] === minus
  let at = isNegative ? begin + 1 : begin
  if (bytes[at] === zero && bytes[at + 1] === point) {
    const fraction = fractionIn(bytes, at + 2, end)
    if (fraction > 0) return isNegative ? -fraction : fraction
  }
  let leading = 0 // the first 15 digits
  let rest = 0 // those behind them
  let restDigits = 0
  let places = 0 // digits behind the point
  let isBehindPoint = false
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === point) {
      isBehindPoint = true
      continue
    }
    const digit = byte - zero
    if (digit < 0 || digit > 9) break
    if (leading < 1e14) leading = leading * 10 + digit
    else {
      rest = rest * 10 + digit
      restDigits++
    }
    if (isBehindPoint) places++
  }
  if (at < end) {
    if (bytes[at] !== smallE && bytes[at] !== largeE) return slowNumber(bytes, begin, end)
    places -= exponentIn(bytes, at + 1, end)
  }
  if (places < 0 || places > 22 || restDigits > 4) return slowNumber(bytes, begin, end)
  const value = quotient(leading, rest, restDigits, places)
  if (Number.isNaN(value)) return slowNumber(bytes, begin, end)
  return isNegative ? -value : value
}

/** The same of most numbers below 1, which are digits behind a point; negative if it is none of these. */
function fractionIn(bytes: Buffer, begin: number, end: number): number {
  const places = end - begin
  if (places < 15 || places > 19) return -1
  const a = fourDigits(bytes, begin)
  const b = fourDigits(bytes, begin + 4)
  const c = fourDigits(bytes, begin + 8)
  const d = digitsIn(bytes, begin + 12, begin + 15)
  const rest = digitsIn(bytes, begin + 15, end)
  if ((a | b | c | d | rest) < 0) return -1
  return quotient((a * 10000 + b) * 1e7 + (c * 1000 + d), rest, places - 15, places)
}

/** Four digits of a number as a whole number; negative if there is anything else that numbers have. */
function fourDigits(bytes: Uint8Array, at: number): number {
  const a = bytes[at]! - zero
  const b = bytes[at + 1]! - zero
  const c = bytes[at + 2]! - zero
  const d = bytes[at + 3]! - zero
  return (a | b | c | d) >>> 4 === 0 ? a * 1000 + b * 100 + c * 10 + d : -1
}

/** At most nine digits as a whole number; negative if there is anything else. */
function digitsIn(bytes: Uint8Array, begin: number, end: number): number {
  let number = 0
  for (let at = begin; at < end; at++) {
    const digit = bytes[at]! - zero
    if (digit < 0 || digit > 9) return -1
    number = (number * 10 + digit) | 0
  }
  return number
}

function exponentIn(bytes: Uint8Array, begin: number, end: number): number {
  const isNegative = bytes[begin] === minus
  let exponent = 0
  for (let at = isNegative || bytes[begin] === 0x2b ? begin + 1 : begin; at < end; at++) {
    exponent = exponent * 10 + bytes[at]! - zero
  }
  return isNegative ? -exponent : exponent
}

function slowNumber(bytes: Buffer, begin: number, end: number): number {
  return Number(bytes.toString('latin1', begin, end))
}

const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** The powers in two halves, of which any two have a product that is a number. */
const upperHalves = powers.map(upperHalf)
const lowerHalves = powers.map((power, i) => power - upperHalves[i]!)

/** (leading * 10^restDigits + rest) / 10^places, rounded once; no number where it cannot be told how. */
function quotient(leading: number, rest: number, restDigits: number, places: number): number {
  const divisor = powers[places]!
  if (restDigits === 0) return leading / divisor // both are numbers, so the quotient is rounded once
  // The dividend as the sum of two numbers.
  const factor = powers[restDigits]!
  const upperBits = Math.floor(leading / 2 ** 26) * 2 ** 26
  const upper = upperBits * factor
  const lower = (leading - upperBits) * factor + rest
  const dividend = upper + lower
  const dividendRest = lower - (dividend - upper)
  // The quotient as the sum of two numbers, by the remainder of the first (T. J. Dekker 1971).
  const first = dividend / divisor
  const product = first * divisor
  const a = upperHalf(first)
  const b = first - a
  const c = upperHalves[places]!
  const d = lowerHalves[places]!
  const productRest = a * c - product + a * d + b * c + b * d
  const second = (dividend - product - productRest + dividendRest) / divisor
  const value = first + second
  const valueRest = second - (value - first)
  return value + valueRest * (1 + 2 ** -30) === value ? value : Number.NaN
}

function upperHalf(value: number): number {
  const shifted = value * (2 ** 27 + 1)
  return shifted - (shifted - value)
}
