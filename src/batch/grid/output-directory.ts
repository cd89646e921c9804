import { join, resolve } from 'node:path'
import { anything, aText, checkOptions, trueOrFalse } from '../../core/options.ts'
import { show } from '../../core/text.ts'

/** What an experiment's logger is made with. */
export type LoggerKwargs = { readonly outputDir: string; readonly expName: string }

export interface OutputSettings {
  readonly seed: number | null
  readonly dataDir: string
  /** Whether the directories' names say when. */
  readonly datestamp: boolean
  readonly now: Date
}

/** Where an experiment writes: `dataDir/[date_]name/[date_time-]name_s<seed>`, without the last part if there is no seed. */
export function setupLoggerKwargs(expName: string, settings: OutputSettings): LoggerKwargs {
  const known = { seed: anything, dataDir: aText, datestamp: trueOrFalse, now: anything }
  checkOptions('setupLoggerKwargs', settings, known)
  const { seed, dataDir, datestamp, now } = settings
  const date = datestamp ? `${dateOf(now)}_` : ''
  const time = datestamp ? `${dateOf(now)}_${timeOf(now)}-` : ''
  const last = seed === null ? [] : [`${time}${expName}_s${seed}`]
  for (const part of [`${date}${expName}`, ...last]) checkFileName(expName, part)
  return { outputDir: join(resolve(dataDir), `${date}${expName}`, ...last), expName }
}

/** The longest name that file systems take, in bytes. */
const longestName = 255

function checkFileName(expName: string, part: string): void {
  if (typeof expName !== 'string' || expName === '' || /[/\\\0]/.test(expName) || /^\.\.?$/.test(expName)) {
    throw new RangeError(`an experiment needs a name that a directory can have, got ${show(expName)}`)
  }
  const bytes = Buffer.byteLength(part)
  if (bytes <= longestName) return
  throw new RangeError(
    `an experiment needs a directory's name of at most ${longestName} bytes, got ${bytes} in ${show(part)}`,
  )
}

function dateOf(now: Date): string {
  return [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-')
}

function timeOf(now: Date): string {
  return [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join('-')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
