import type { RecordReader } from '../record/reader.ts'
import type { CellBlock } from './cell-block.ts'
import { joinKinds, kindOf } from './cells.ts'
import { endOfScalar, endOfValue, isNumberAt, numberIn, startsWith, valueIn } from './json-bytes.ts'
import type { Leaf } from './leaves.ts'
import { type CellReader, lookAtOutputs } from './line-cells.ts'
import type { CellKind } from './table.ts'

/** The scalar outputs of a run's individuals as leaves, in the order in which they are met; all of them are looked through. */
export function recordedOutputs(record: RecordReader): readonly Leaf[] {
  const outputs = new Outputs()
  lookAtOutputs(record, outputs)
  return outputs.leaves
}

/** A member of the objects that have been looked at. */
interface Member {
  readonly name: string
  /** How it begins. */
  readonly key: Uint8Array
  kind: CellKind | undefined
}

class Outputs implements CellReader {
  readonly #members: Member[] = []
  /** Those that have had a scalar, in the order of the first ones. */
  readonly #scalars = new Set<Member>()

  get leaves(): readonly Leaf[] {
    return [...this.#scalars].map(({ name, kind }) => ({ path: [name], kind }))
  }

  /** Looks at the object that begins there, and adds no cells; gives where it ends. */
  addTo({ bytes }: CellBlock, begin: number): number {
    let at = begin + 1
    for (let next = 0; bytes[at] === quote; next++) {
      const member = this.#memberAt(bytes, at, next)
      at += member.key.length
      const end = endOfValue(bytes, at)
      if (end < 0) break
      this.#lookAt(member, bytes, at, end)
      at = bytes[end] === comma ? end + 1 : end
    }
    return bytes[at] === endOfObject ? at + 1 : this.#parse(bytes, begin)
  }

  /** @param next the place of the member that is expected */
  #memberAt(bytes: Buffer, at: number, next: number): Member {
    const expected = this.#members[next]
    if (expected && startsWith(bytes, at, expected.key)) return expected
    return this.#member(JSON.parse(bytes.toString('utf8', at, endOfScalar(bytes, at))) as string)
  }

  #member(name: string): Member {
    const known = this.#members.find((member) => member.name === name)
    if (known) return known
    const member = { name, key: Buffer.from(`${JSON.stringify(name)}:`), kind: undefined }
    this.#members.push(member)
    return member
  }

  #lookAt(member: Member, bytes: Buffer, begin: number, end: number): void {
    const isNumber = isNumberAt(bytes, begin)
    if (isNumber && member.kind === 'number') return
    this.#join(member, isNumber ? kindOf(numberIn(bytes, begin, end)) : kindOf(valueIn(bytes, begin, end)))
  }

  #join(member: Member, kind: CellKind | undefined): void {
    if (kind === undefined) return
    member.kind = joinKinds(member.kind, kind)
    this.#scalars.add(member)
  }

  /** Reads an object as a whole that is not written as this program writes it. */
  #parse(bytes: Buffer, begin: number): number {
    const end = endOfValue(bytes, begin)
    const outputs = JSON.parse(bytes.toString('utf8', begin, end)) as Readonly<Record<string, unknown>>
    for (const name of Object.keys(outputs)) this.#join(this.#member(name), kindOf(outputs[name]))
    return end
  }
}

const [quote, comma, endOfObject] = [0x22, 0x2c, 0x7d]
