/** Bytes in which numbers that stand in a list beside them are referred to by their places in it. */
export type Referring = {
  /** What is no such number, one piece after the other. */
  readonly rest: Buffer
  /** For each run of numbers: how many bytes of the rest come before it. */
  readonly before: Buffer
  /** How many numbers it has; less than none where their highest bytes come first and each follows a mark, as msgpack has them. */
  readonly counts: Buffer
  /** Where in the list it begins. */
  readonly places: Buffer
}

/** The mark of msgpack before a number of eight bytes. */
const doubleMark = 0xcb

/** The same bytes as `bytes`, where 64-bit numbers that stand in the list are places in it: what is deflated then is short. */
export function refer(bytes: Uint8Array, numbers: Float64Array): Referring {
  const index = new NumberIndex(numbers)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [before, counts, places]: [number[], number[], number[]] = [[], [], []]
  const rest: Uint8Array[] = []
  let from = 0
  const take = (at: number, place: number, count: number, sign: 1 | -1) => {
    before.push(at - from)
    rest.push(bytes.subarray(from, at))
    counts.push(sign * count)
    places.push(place)
    from = at + count * (sign > 0 ? 8 : 9)
  }
  for (let at = 0; at + 8 <= bytes.length; ) {
    const place = index.placeOf(view.getUint32(at, true), view.getUint32(at + 4, true))
    if (place >= 0) {
      take(at, place, countOf(at, place, 8), 1)
    } else if (bytes[at] === doubleMark && at + 9 <= bytes.length) {
      const marked = index.placeOf(view.getUint32(at + 5), view.getUint32(at + 1))
      if (marked >= 0) take(at, marked, countOf(at, marked, 9), -1)
    }
    at = Math.max(at + 1, from)
  }
  rest.push(bytes.subarray(from))
  return { rest: Buffer.concat(rest), before: planesOf(before), counts: planesOf(counts), places: planesOf(places) }

  /** How many numbers in a row are those of the list. */
  function countOf(at: number, place: number, size: 8 | 9): number {
    let count = 1
    for (let next = at + size; place + count < numbers.length && next + size <= bytes.length; next += size) {
      const isMarked = size === 8 || bytes[next] === doubleMark
      const low = size === 8 ? view.getUint32(next, true) : view.getUint32(next + 5)
      const high = size === 8 ? view.getUint32(next + 4, true) : view.getUint32(next + 1)
      if (!isMarked || !index.isAt(place + count, low, high)) break
      count++
    }
    return count
  }
}

/** The bytes that referred to the same list. @throws RangeError if they refer to what is not in it */
export function dereference(referring: Referring, numbers: Float64Array): Buffer {
  const [before, counts, places] = [referring.before, referring.counts, referring.places].map(listOf) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  const { rest } = referring
  const length = counts.reduce((sum, count) => sum + (count > 0 ? 8 * count : -9 * count), rest.length)
  const bytes = Buffer.alloc(length)
  let [at, from] = [0, 0]
  for (let run = 0; run < counts.length; run++) {
    at += rest.copy(bytes, at, from, from + before[run]!)
    from += before[run]!
    const [count, place] = [counts[run]!, places[run]!]
    if (place < 0 || place + Math.abs(count) > numbers.length)
      throw new RangeError(`There is no number ${place + Math.abs(count) - 1} to refer to`)
    for (let i = 0; i < Math.abs(count); i++) {
      if (count > 0) at = bytes.writeDoubleLE(numbers[place + i]!, at)
      else at = bytes.writeDoubleBE(numbers[place + i]!, bytes.writeUInt8(doubleMark, at))
    }
  }
  rest.copy(bytes, at, from)
  return bytes
}

/** Finds numbers in a list by their bits. */
class NumberIndex {
  readonly #words: Uint32Array
  readonly #slots: Int32Array
  readonly #shift: number

  constructor(numbers: Float64Array) {
    this.#words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)
    const bits = Math.max(4, Math.ceil(Math.log2(2 * numbers.length + 1)))
    this.#shift = 32 - bits
    this.#slots = new Int32Array(2 ** bits).fill(-1)
    for (let place = 0; place < numbers.length; place++) {
      const slot = this.#slotOf(this.#words[2 * place]!, this.#words[2 * place + 1]!)
      this.#slots[slot] = place
    }
  }

  /** Where a number stands last; -1 if it does not. */
  placeOf(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high)]!
  }

  isAt(place: number, low: number, high: number): boolean {
    return this.#words[2 * place] === low && this.#words[2 * place + 1] === high
  }

  #slotOf(low: number, high: number): number {
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    let slot = hash >>> this.#shift
    while (this.#slots[slot] !== -1 && !this.isAt(this.#slots[slot]!, low, high)) slot = (slot + 1) % this.#slots.length
    return slot
  }
}

/** The lowest bytes of all numbers, then the next ones: most of the higher ones are alike. */
function planesOf(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  numbers.forEach((value, i) => {
    for (let plane = 0; plane < 4; plane++) bytes[plane * numbers.length + i] = value >> (8 * plane)
  })
  return bytes
}

function listOf(planes: Uint8Array): Int32Array {
  const count = planes.length / 4
  return Int32Array.from({ length: count }, (_, i) => {
    let value = 0
    for (let plane = 0; plane < 4; plane++) value |= planes[plane * count + i]! << (8 * plane)
    return value
  })
}
