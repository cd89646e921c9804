import { deflateSync, inflateSync } from 'node:zlib'
import { decodeState } from '../core/state-codec.ts'

/** Below that, there is nothing to gain. */
const leastDeflated = 1024

/** A packed state as a checkpoint holds it: deflated where it gets much shorter by that. */
export function deflated(packed: Buffer): Buffer {
  if (packed.length < leastDeflated) return packed
  const short = deflateSync(packed, { level: 1 })
  return short.length < 0.9 * packed.length ? short : packed
}

export function stateIn(bytes: Buffer): unknown {
  return decodeState(isDeflated(bytes) ? inflateSync(bytes) : bytes)
}

/** In msgpack the first byte of what is deflated is the number 120, and nothing follows it. */
function isDeflated(bytes: Buffer): boolean {
  return bytes[0] === 0x78 && bytes.length > 1
}
