/** The scalar product of two vectors of the same length. */
export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The length of a vector. */
export function norm(vector: readonly number[]): number {
  return Math.sqrt(dot(vector, vector))
}
