/**
 * The number that a text is, as C, Fortran, R, Matlab and Python print it (`1.0D-3`, `1.0-105`, `+1.5`, `.5`, `5.`,
 * `[1] 2.5`, `-Inf`, `nan`); undefined if it is none.
 */
export function readNumber(given: string): number | undefined {
  const text = given.trim().replace(/^\[1\]\s+/, '') // R counts what it prints
  const special = /^([+-]?)(inf|infinity|nan|na)$/i.exec(text)
  if (special) {
    const [, sign, word] = special
    if (/^na/i.test(word!)) return Number.NaN
    return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  // Fortran has no room for the letter in front of three digits of the exponent.
  const parts = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[edq]([+-]?\d+)|([+-]\d{3}))?$/i.exec(text)
  if (!parts) return undefined
  const [, sign, digits, lettered, bare] = parts
  return Number(`${sign}${digits}e${lettered ?? bare ?? 0}`)
}
