/** Where a reader stands in a pipe: in which segment, and at which byte of it. */
export interface PipePosition {
  readonly segment: number
  /** Bytes from the start of the segment, always between two frames. */
  readonly offset: number
}

/** Before the first byte of a pipe. */
export const pipeStart: PipePosition = { segment: 1, offset: 0 }
