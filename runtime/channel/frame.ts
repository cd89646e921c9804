import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { decodeMessage, encodeMessage } from './protocol.ts'

/** The bytes of a frame before its payload: the length of that and its CRC-32, each a u32 in little-endian order. */
export const headerBytes = 8
/** The most bytes of one message: as JSON, what is in it must still fit into one text of the record. A length beyond it is damage. */
export const maxPayloadBytes = 64 * 1024 * 1024

/** A message that is longer than one may be. */
export class MessageTooLarge extends RangeError {
  override readonly name = 'MessageTooLarge'
  readonly bytes: number

  constructor(bytes: number) {
    super(`a message needs at most ${maxPayloadBytes} bytes, got ${bytes}`)
    this.bytes = bytes
  }
}

/** One frame with its header. */
export function frame(message: unknown): Buffer {
  const payload = encodeMessage(message)
  if (payload.length > maxPayloadBytes) throw new MessageTooLarge(payload.length)
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length)
  bytes.writeUInt32LE(payload.length, 0)
  bytes.writeUInt32LE(crc32(payload), 4)
  payload.copy(bytes, headerBytes)
  return bytes
}

/** What was found at a byte; `end` is the byte after the frame. */
export type Look =
  | { readonly kind: 'frame'; readonly message: unknown; readonly end: number }
  /** A frame that is not whole yet, or not seen as a whole. */
  | { readonly kind: 'part' }
  | { readonly kind: 'damage'; readonly what: string }

const part: Look = { kind: 'part' }

/** What stands at a byte at which a frame may begin. */
export function frameAt(bytes: Buffer, at: number): Look {
  if (bytes.length - at < headerBytes) return part
  const length = bytes.readUInt32LE(at)
  const end = at + headerBytes + length
  if (length > maxPayloadBytes) return { kind: 'damage', what: `a frame of ${length} bytes` }
  if (length === 0) {
    // A hole that is not filled yet looks like empty frames, whose checksum would even be right.
    return bytes.subarray(at).some((byte) => byte !== 0) ? { kind: 'damage', what: 'an empty frame' } : part
  }
  if (end > bytes.length) return part
  const payload = bytes.subarray(at + headerBytes, end)
  if (crc32(payload) !== bytes.readUInt32LE(at + 4)) {
    return end < bytes.length ? { kind: 'damage', what: 'a wrong checksum' } : part
  }
  try {
    return { kind: 'frame', message: decodeMessage(payload), end }
  } catch {
    return { kind: 'damage', what: 'a frame that is no message' }
  }
}

/** The messages of a segment that are whole, up to the first that is not, with where each begins and ends. */
export function messagesIn(
  path: string,
): { readonly message: unknown; readonly offset: number; readonly end: number }[] {
  const found: { message: unknown; offset: number; end: number }[] = []
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return [] // it has vanished, or something else is in its place
  }
  for (let offset = 0; ; ) {
    const look = frameAt(bytes, offset)
    if (look.kind !== 'frame') return found
    found.push({ message: look.message, offset, end: look.end })
    offset = look.end
  }
}

/** Whether the pipe goes on in the segment of the next number. */
export function isNext(message: unknown): boolean {
  return typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'next'
}
