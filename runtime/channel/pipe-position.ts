/**
 * A pipe file is append-only and has one writer. It is a sequence of frames: u32 little-endian length, u32 little-endian
 * CRC-32 of the payload, msgpack payload. It is kept in segments (`to-worker.000001`, ...), so that what has been read
 * can be removed while the run goes on.
 */
export interface PipePosition {
  readonly segment: number
  /** Bytes from the start of the segment, always between two frames. */
  readonly offset: number
}

export const pipeStart: PipePosition = { segment: 1, offset: 0 }
