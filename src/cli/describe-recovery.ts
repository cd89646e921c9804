import { counted } from '../core/text.ts'
import type { Recovery } from '../record/recovery/recovery.ts'
import { alignFacts } from './table.ts'

/** What `twoloop recover` prints. */
export function describeRecovery(recovery: Recovery, run: string): string {
  if (recovery.state === 'sound') return `The record of ${run} is sound; nothing was changed.\n`
  const { damage, kept, saved, fromPipes, pending, lost } = recovery
  const { generationsFrom: from, generations } = lost
  const unread = lost.tables.map(({ table }) => table).join(', ')
  return alignFacts([
    ['damage', damage],
    ['kept', kept === null ? 'nothing: there was no file' : `${kept}, in the run directory`],
    [
      'saved',
      `${counted(saved.generations, 'generation')}, ${counted(saved.individuals, 'individual')}, ${counted(saved.evaluations, 'evaluation')}`,
    ],
    [
      'from pipes',
      `${counted(fromPipes.individuals, 'individual')} and ${counted(fromPipes.evaluations, 'evaluation')} of these`,
    ],
    [
      'lost',
      from === null
        ? undefined
        : `${generations === 1 ? `generation ${from}` : `generations ${from} to ${from + generations - 1}`}, to be searched again`,
    ],
    ['lost', lost.manifest ? "what the run is of: go on with twoloop run and the experiment's file" : undefined],
    ['damaged', unread === '' ? undefined : `${unread}: only a part could be read`],
    ['pending', pending === 0 ? undefined : `${counted(pending, 'individual')} to be simulated`],
    ['go on', lost.manifest ? undefined : `twoloop resume ${run}`],
  ])
}
