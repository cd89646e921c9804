import type { Examination, Lateness } from '../doctor/examination.ts'
import { examine, UnfitDirectory } from '../doctor/examine.ts'
import { exitCodes } from './fail.ts'
import { jsonText } from './output.ts'
import { shortNumber } from './progress.ts'
import { alignFacts, timeSpan } from './table.ts'

/** What `twoloop doctor` prints, and the code it ends with. */
export async function examineDirectory(
  directory: string,
  { json }: { readonly json: boolean },
): Promise<{ readonly text: string; readonly exitCode: number }> {
  let examination: Examination
  try {
    examination = await examine(directory)
  } catch (error) {
    if (!(error instanceof UnfitDirectory)) throw error
    const document = { directory, problems: [error.message], notes: [], works: false }
    return { text: json ? jsonText(document) : line(error.message), exitCode: exitCodes.failed }
  }
  const works = examination.problems.length === 0
  const text = json ? jsonText({ ...examination, works }) : describeExamination(examination)
  return { text, exitCode: works ? exitCodes.finished : exitCodes.failed }
}

function describeExamination(examination: Examination): string {
  const { directory, fileSystem, visibility, rename, exclusiveCreate, fsync, database, left, settings } = examination
  const { problems, notes } = examination
  const facts = alignFacts([
    ['directory', directory],
    ['file system', `${fileSystem.type}${fileSystem.isShared ? ', shared between hosts' : ''}`],
    [
      'appends are seen',
      `${lateness(visibility.reopened)} in a file opened anew, ${lateness(visibility.held)} in one held open`,
    ],
    [
      'events',
      visibility.events === true ? 'arrive' : visibility.events === false ? 'do not arrive' : visibility.events,
    ],
    ['rename', renaming(rename)],
    [
      'exclusive create',
      exclusiveCreate.wrong === 0
        ? 'one process only'
        : `wrong for ${exclusiveCreate.wrong} of ${exclusiveCreate.files} files`,
    ],
    ['fsync', `${timeSpan(fsync.median)}, at most ${timeSpan(fsync.most)}`],
    ['locks', database.hasLocks ? 'are seen by other processes' : 'are not seen by other processes'],
    [
      'left',
      `${shortNumber(left.bytes / 2 ** 30, 3)} GB, ${left.inodes === null ? 'any number of' : left.inodes} inodes`,
    ],
    [
      'a run uses',
      `wakeUp ${settings.wakeUp}, pollInterval ${settings.pollInterval} ms, journal ${settings.journal}, ${settings.locking} locking`,
    ],
  ])
  const verdict = problems.length === 0 ? ['A run will work here.'] : problems
  return `${[facts, ...verdict.map(line), ...notes.map(line)].join('')}`
}

function renaming({ reads, torn, missing }: Examination['rename']): string {
  if (torn > 0) return `torn in ${torn} of ${reads} reads`
  return missing > 0 ? `replaces a file as a whole, which is missing for an instant` : 'replaces a file at once'
}

function lateness({ median, most, unseen }: Lateness): string {
  const late = `after ${timeSpan(median)}, at most ${timeSpan(most)}`
  return unseen === 0 ? late : `${late}, ${unseen} not at all`
}

const line = (sentence: string) => `${sentence}\n`
