/** Numbers with room for so many, most of it to spare; what is added is 0, or what is given. */
export function longer<Numbers extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(
  numbers: Numbers,
  size: number,
  added = 0,
): Numbers {
  if (size <= numbers.length) return numbers
  const own = new (numbers.constructor as new (size: number) => Numbers)(Math.max(size, 2 * numbers.length))
  own.set(numbers)
  if (added !== 0) own.fill(added, numbers.length)
  return own
}
