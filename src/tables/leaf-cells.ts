import { valueAt } from '../core/value-at.ts'
import type { CellBlock } from './cell-block.ts'
import { endOfScalar, endOfValue, startsWith } from './json-bytes.ts'
import type { Leaf } from './leaves.ts'

/**
 * The values of leaves in JSON objects of the record, as cells that refer to where they are written. An object whose members are
 * in another order than the leaves, or hold a ragged matrix, is read as a whole.
 */
export class LeafCells {
  readonly #leaves: readonly Leaf[]
  readonly #members: readonly Member[]

  /** @param leaves those of one member after those of another */
  constructor(leaves: readonly Leaf[]) {
    this.#leaves = leaves
    const members = new Map<string, Leaf[]>()
    for (const leaf of leaves) {
      const own = members.get(leaf.path[0])
      if (own) own.push(leaf)
      else members.set(leaf.path[0], [leaf])
    }
    this.#members = Array.from(members, ([name, own]) => ({
      key: Buffer.from(`${JSON.stringify(name)}:`),
      leaves: own.length,
      shape: shapeOf(own),
    }))
  }

  /** Adds a cell for each leaf of the object, or of nothing, that begins there; gives where it ends. */
  addTo(block: CellBlock, begin: number): number {
    if (isNull(block.bytes, begin)) return addNothings(block, this.#leaves.length, begin + 4)
    const before = block.cells
    const end = this.#take(block, begin)
    if (end >= 0) return end
    block.truncate(before)
    return this.#parse(block, begin)
  }

  /** Where the object ends if it is as it is expected; otherwise some cells of it may have been added. */
  #take(block: CellBlock, begin: number): number {
    const { bytes } = block
    const members = this.#members
    if (bytes[begin] !== beginOfObject) return -1
    let at = begin + 1
    let next = 0
    while (bytes[at] === quote) {
      let member = next
      while (member < members.length && !startsWith(bytes, at, members[member]!.key)) member++
      if (member === members.length) {
        if (this.#isMember(bytes, at, next)) return -1
        at = endOfMember(bytes, at)
      } else {
        for (; next < member; next++) addNothings(block, members[next]!.leaves)
        at = takeMember(block, at, members[next++]!)
      }
      if (at < 0) return -1
      if (bytes[at] === comma) at++
    }
    if (bytes[at] !== endOfObject) return -1
    for (; next < members.length; next++) addNothings(block, members[next]!.leaves)
    return at + 1
  }

  /** Whether one of the first so many members begins there. */
  #isMember(bytes: Uint8Array, at: number, members: number): boolean {
    for (let i = 0; i < members; i++) if (startsWith(bytes, at, this.#members[i]!.key)) return true
    return false
  }

  #parse(block: CellBlock, begin: number): number {
    const end = endOfValue(block.bytes, begin)
    const object: unknown = JSON.parse(block.bytes.toString('utf8', begin, end < 0 ? undefined : end))
    for (const { path } of this.#leaves) block.addValue(valueAt(object, path))
    return end
  }
}

/** The elements of arrays of numbers, of which each has as many as there are to be. */
export class ElementCells {
  readonly #elements: Member
  readonly #count: number

  constructor(count: number) {
    this.#count = count
    this.#elements = { key: Buffer.alloc(0), leaves: count, shape: `[${','.repeat(Math.max(0, count - 1))}]` }
  }

  /** Adds a cell for each element of the array, or of nothing, that begins there; gives where it ends. */
  addTo(block: CellBlock, begin: number): number {
    if (isNull(block.bytes, begin)) return addNothings(block, this.#count, begin + 4)
    const before = block.cells
    const end = takeMember(block, begin, this.#elements)
    if (end >= 0) return end
    block.truncate(before)
    return this.#parse(block, begin)
  }

  #parse(block: CellBlock, begin: number): number {
    const end = endOfValue(block.bytes, begin)
    const elements = JSON.parse(block.bytes.toString('utf8', begin, end < 0 ? undefined : end)) as readonly unknown[]
    for (let i = 0; i < this.#count; i++) block.addValue(elements[i])
    return end
  }
}

/** A member of the objects. */
interface Member {
  /** How it begins. */
  readonly key: Uint8Array
  /** How many leaves it has. */
  readonly leaves: number
  /** What stands around its leaves: nothing, or brackets and commas, as in `[[,],[,]]`. */
  readonly shape: string
}

/** Something that is nowhere if leaves are not in the order of the elements of one array, or no leaf on its own. */
function shapeOf(leaves: readonly Leaf[]): string {
  if (leaves.length === 1 && leaves[0]!.path.length === 1) return ''
  const elements: Elements = []
  for (const [i, { path }] of leaves.entries()) {
    if (!place(elements, path.slice(1) as readonly number[], i)) return noShape
  }
  const inOrder = (elements as unknown[]).flat(Number.POSITIVE_INFINITY)
  const areInOrder = inOrder.length === leaves.length && inOrder.every((leaf, i) => leaf === i)
  return areInOrder ? JSON.stringify(elements).replaceAll(/[^[\],]/g, '') : noShape
}

const noShape = '?'

type Elements = (number | Elements)[]

/** Puts a leaf where its path leads; false if another one stands on the way. */
function place(elements: Elements, [first, ...further]: readonly number[], leaf: number): boolean {
  if (first === undefined) return false
  if (further.length === 0) {
    elements[first] = leaf
    return true
  }
  elements[first] ??= []
  const next = elements[first]
  return typeof next === 'object' && place(next, further, leaf)
}

const [quote, comma] = [0x22, 0x2c]
const [beginOfArray, endOfArray] = [0x5b, 0x5d]
const [beginOfObject, endOfObject] = [0x7b, 0x7d]

/** Adds so many cells without anything; gives the place that is given. */
function addNothings(block: CellBlock, count: number, end = 0): number {
  for (let i = 0; i < count; i++) block.addNothing()
  return end
}

function isNull(bytes: Uint8Array, begin: number): boolean {
  return bytes[begin] === 0x6e
}

/** Where a member ends that is no leaf; negative if there is none. */
function endOfMember(bytes: Uint8Array, begin: number): number {
  const colon = endOfScalar(bytes, begin)
  return colon < 0 || bytes[colon] !== 0x3a ? -1 : endOfValue(bytes, colon + 1)
}

/** Adds the leaves of a member; gives where it ends, negative if it is not of its shape. */
function takeMember(block: CellBlock, begin: number, { key, leaves, shape }: Member): number {
  const { bytes } = block
  const at = begin + key.length
  if (shape !== '') {
    const before = block.cells
    const end = takeElements(block, at, shape)
    return block.cells - before === leaves ? end : -1
  }
  const end = endOfValue(bytes, at)
  block.add(at, end)
  return end
}

/** Adds the elements of an array of that shape; gives where it ends, negative if it has another or there is something else in it. */
function takeElements(block: CellBlock, begin: number, shape: string): number {
  const { bytes } = block
  let at = begin
  for (let i = 0; i < shape.length; i++) {
    if (i > 0) {
      const byte = bytes[at]
      if (byte !== comma && byte !== beginOfArray && byte !== endOfArray) {
        const end = endOfScalar(bytes, at)
        if (end < 0) return -1
        block.add(at, end)
        at = end
      }
    }
    if (bytes[at++] !== shape.charCodeAt(i)) return -1
  }
  return at
}
