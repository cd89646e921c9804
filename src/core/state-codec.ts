import { addExtension, Packr } from 'msgpackr/pack'
import type { State } from './plain-data.ts'

/**
 * States as the record keeps them: msgpack that comes back exactly, so that a search which goes on from one cannot tell. The
 * packer alone makes 0 of -0, replaces half of a surrogate pair, and renames the key `__proto__`; what has one of these is
 * packed from a copy in which something of its own stands for it.
 */
export function encodeState(state: unknown): Buffer {
  return packr.pack(withStandIns(state as State))
}

export function decodeState(bytes: Buffer): unknown {
  return packr.unpack(bytes)
}

const packr = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true, useToJSON: false } as object)

/** Packed as the number that it is: any library reads it. */
class NegativeZero {}

class IllFormedText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An object with a key that the packer would change. */
class Entries {
  readonly entries: readonly (readonly [unknown, unknown])[]

  constructor(entries: readonly (readonly [unknown, unknown])[]) {
    this.entries = entries
  }
}

type Place = { readonly target: Buffer; readonly position: number }

const negativeZero = new NegativeZero()
const doubleOfNegativeZero = Buffer.from('cb8000000000000000', 'hex')

addExtension({
  Class: NegativeZero,
  type: 3, // which is never written
  pack(_: NegativeZero, allocate: (size: number) => Place) {
    const { target, position } = allocate(doubleOfNegativeZero.length)
    doubleOfNegativeZero.copy(target, position)
  },
} as unknown as Parameters<typeof addExtension>[0])

addExtension({
  Class: IllFormedText,
  type: 1,
  pack: ({ text }: IllFormedText) => Buffer.from(text, 'utf16le'),
  unpack: (bytes: Buffer) => Buffer.from(bytes).toString('utf16le'),
} as Parameters<typeof addExtension>[0])

addExtension({
  Class: Entries,
  type: 2,
  write: ({ entries }: Entries) => entries,
  read: (entries: readonly (readonly [string, unknown])[]) => Object.fromEntries(entries),
})

/** The same value where it has nothing that needs a stand-in. */
function withStandIns(value: State): unknown {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? negativeZero : value
    case 'string':
      return isIllFormed(value) ? new IllFormedText(value) : value
    case 'object':
      if (value === null || ArrayBuffer.isView(value)) return value
      return Array.isArray(value) ? listWithStandIns(value) : objectWithStandIns(value as Record<string, State>)
    default:
      return value
  }
}

function listWithStandIns(list: readonly State[]): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const element = withStandIns(list[i]!)
    if (copy === undefined && !Object.is(element, list[i])) copy = list.slice(0, i)
    copy?.push(element)
  }
  return copy ?? list
}

function objectWithStandIns(object: Readonly<Record<string, State>>): unknown {
  const entries = Object.entries(object).map(([key, value]) => [withStandIns(key), withStandIns(value)] as const)
  if (entries.some(([key]) => key === '__proto__' || typeof key !== 'string')) return new Entries(entries)
  return entries.every(([key, value]) => Object.is(value, object[key as string])) ? object : Object.fromEntries(entries)
}

/** Whether a text holds half of a surrogate pair, which UTF-8 cannot write. */
function isIllFormed(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}
