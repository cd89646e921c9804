import { Packr } from 'msgpackr'
import type { SearchCheckpoint } from '../core/search-state.ts'

const packr = new Packr({ useRecords: false, moreTypes: true })

/** What a checkpoint is when it comes back from the record. */
export function throughMsgpack(checkpoint: SearchCheckpoint): SearchCheckpoint {
  return packr.unpack(packr.pack(checkpoint)) as SearchCheckpoint
}
