import type { SearchCheckpoint } from '../core/search-state.ts'
import { decodeState, encodeState } from '../core/state-codec.ts'

/** What a checkpoint is when it comes back from the record. */
export function throughRecord(checkpoint: SearchCheckpoint): SearchCheckpoint {
  return decodeState(encodeState(checkpoint)) as SearchCheckpoint
}
