/**
 * The coefficients that minimize the sum of squared errors, by Householder's QR. Columns are scaled to length 1 first; one
 * that depends on those before it gets no coefficient.
 *
 * @param columns of the design, which are changed
 * @param right what the columns are to add up to, which is changed
 */
export function leastSquares(columns: readonly Float64Array[], right: Float64Array): Float64Array {
  const count = columns.length
  const rows = right.length
  const lengths = columns.map((column) => Math.sqrt(dotFrom(column, column, 0)) || 1)
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) column[i]! /= lengths[j]!
  })
  const diagonal = new Float64Array(count)
  for (let j = 0; j < Math.min(count, rows); j++) {
    const column = columns[j]!
    const length = Math.sqrt(dotFrom(column, column, j))
    if (length < 1e-13) continue // the column depends on those before it
    const head = column[j]! > 0 ? -length : length
    diagonal[j] = head
    column[j]! -= head
    const square = dotFrom(column, column, j)
    for (let k = j + 1; k < count; k++) reflect(columns[k]!, column, square, j)
    reflect(right, column, square, j)
  }
  const solution = new Float64Array(count)
  for (let j = Math.min(count, rows) - 1; j >= 0; j--) {
    if (diagonal[j] === 0) continue
    let rest = right[j]!
    for (let k = j + 1; k < count; k++) rest -= columns[k]![j]! * solution[k]!
    solution[j] = rest / diagonal[j]!
  }
  return solution.map((value, j) => value / lengths[j]!)
}

function reflect(target: Float64Array, mirror: Float64Array, square: number, from: number): void {
  const factor = (2 * dotFrom(target, mirror, from)) / square
  for (let i = from; i < target.length; i++) target[i]! -= factor * mirror[i]!
}

function dotFrom(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0
  for (let i = from; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
