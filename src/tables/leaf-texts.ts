import { cellAt } from './cells.ts'
import type { Leaf } from './leaves.ts'
import type { Cell } from './table.ts'

/** JSON of nothing. */
export const nothing = 'null'

/**
 * The values of leaves as they are written in JSON objects of the record: they stand in a text as they do there, so that no
 * number is read and written again. An object that is not as it is expected here (its members are in another order, a matrix is
 * ragged) is read as a whole.
 */
export class LeafTexts {
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
      key: `${JSON.stringify(name)}:`,
      leaves: own.length,
      shape: shapeOf(own),
    }))
  }

  /** Adds the value of each leaf of an object; nothing where it has none. */
  addTo(texts: string[], json: string): void {
    const before = texts.length
    if (this.#take(texts, json)) return
    texts.length = before
    const object: unknown = JSON.parse(json)
    for (const { path, kind } of this.#leaves) texts.push(jsonCell(cellAt(object, path, kind)))
  }

  /** Whether the object was as it is expected; otherwise some texts of it may have been added. */
  #take(texts: string[], json: string): boolean {
    let at = 1
    for (const { key, leaves, shape } of this.#members) {
      if (!json.startsWith(key, at)) {
        for (let i = 0; i < leaves; i++) texts.push(nothing)
        continue
      }
      at += key.length
      const begin = at
      if (shape === '') {
        at = endOfScalar(json, at)
        if (at < 0) return false
        texts.push(json.slice(begin, at))
      } else {
        const before = texts.length
        at = takeElements(texts, json, at, shape)
        if (at < 0 || texts.length - before !== leaves) return false
      }
      if (json.charCodeAt(at) === comma) at++
    }
    return at === json.length - 1 && json.charCodeAt(at) === endOfObject
  }
}

/** Adds the elements of an array as they are written in its JSON, as many as there are to be. */
export function addElements(texts: string[], json: string, count: number): void {
  const before = texts.length
  const shape = `[${','.repeat(Math.max(0, count - 1))}]`
  if (takeElements(texts, json, 0, shape) === json.length && texts.length - before === count) return
  texts.length = before
  const elements = JSON.parse(json) as readonly Cell[]
  for (let i = 0; i < count; i++) texts.push(jsonCell(elements[i] ?? null))
}

/** A member of the objects. */
interface Member {
  /** How it begins. */
  readonly key: string
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

/** Numbers that JSON lacks stand there as text. */
export function jsonCell(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : `"${cell}"`
  return cell === null ? nothing : JSON.stringify(cell)
}

const [quote, comma, backslash] = [0x22, 0x2c, 0x5c]
const [beginOfArray, endOfArray] = [0x5b, 0x5d]
const [beginOfObject, endOfObject] = [0x7b, 0x7d]

/** Where a number, text or truth value ends that begins there; negative of anything else. */
function endOfScalar(json: string, begin: number): number {
  let at = begin
  const first = json.charCodeAt(at)
  if (first === quote) {
    for (at++; ; at++) {
      const code = json.charCodeAt(at)
      if (code === quote) return at + 1
      if (code === backslash) at++
      else if (Number.isNaN(code)) return -1
    }
  }
  if (first === beginOfArray || first === beginOfObject) return -1
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === comma || code === endOfArray || code === endOfObject) return at
  }
  return -1
}

/** Adds the elements of an array of that shape; gives where it ends, negative if it has another or there is something else in it. */
function takeElements(texts: string[], json: string, begin: number, shape: string): number {
  let at = begin
  for (let i = 0; i < shape.length; i++) {
    if (i > 0) {
      const code = json.charCodeAt(at)
      if (code !== comma && code !== beginOfArray && code !== endOfArray) {
        const end = endOfScalar(json, at)
        if (end < 0) return -1
        texts.push(json.slice(at, end))
        at = end
      }
    }
    if (json.charCodeAt(at++) !== shape.charCodeAt(i)) return -1
  }
  return at
}
