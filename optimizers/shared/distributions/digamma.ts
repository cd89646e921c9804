/** The derivative of ln Gamma, for positive arguments (Bernardo 1976, Algorithm AS 103, with three more terms). */
export function digamma(x: number): number {
  let shifted = x
  let result = 0
  while (shifted < 10) result -= 1 / shifted++
  const inverse = 1 / (shifted * shifted)
  const series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
  return result + Math.log(shifted) - 0.5 / shifted - series
}
