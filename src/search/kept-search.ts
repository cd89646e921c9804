import { crc32 } from 'node:zlib'
import type { SearchCheckpoint } from '../core/search-state.ts'
import { decodeState, encodeState } from '../core/state-codec.ts'
import { deflated } from '../record/stored-state.ts'
import { dereference, type Referring, refer } from './references.ts'

/** Where a search stood, as a checkpoint holds it. */
export interface KeptSearch {
  readonly search: SearchCheckpoint
  readonly generation: number
}

/** A kept search that says what the record has as well by where it stands there. */
type ReferringSearch = Referring & {
  /** Of the packed search: what cannot be put together again exactly, since the record has changed, is not gone on from. */
  readonly checksum: number
}

/** A search as bytes; where they would be too many, it refers to what the record has of it. */
export function packSearch(
  kept: KeptSearch,
  isLarge: (bytes: number) => boolean,
  numbers: (() => Float64Array) | undefined,
): Buffer {
  const packed = encodeState(kept)
  const plain = deflated(packed)
  if (numbers === undefined || !isLarge(plain.length)) return plain
  const referring: ReferringSearch = { checksum: crc32(packed), ...refer(packed, numbers()) }
  const short = deflated(encodeState(referring))
  return short.length < plain.length ? short : plain
}

/** A search that was packed; undefined if the numbers that it refers to are no longer there. */
export function unpackSearch(value: unknown, numbers: () => Float64Array): unknown {
  if (!isReferring(value)) return value
  try {
    const packed = dereference(value, numbers())
    return crc32(packed) === value.checksum ? decodeState(packed) : undefined
  } catch {
    return undefined
  }
}

function isReferring(value: unknown): value is ReferringSearch {
  return typeof value === 'object' && value !== null && 'checksum' in value && 'rest' in value
}
