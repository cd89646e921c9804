import { readPrinted } from '../../runtime/runner/log-archive.ts'
import type { FailureCause } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import type { AttemptRecord, Verdict } from '../core/record.ts'
import { findIndividual } from '../record/individual-name.ts'
import { RecordReader } from '../record/reader.ts'
import type { AttemptRow } from '../record/rows.ts'
import { describeCause } from './describe-individual.ts'
import { jsonText } from './output.ts'

/** What `twoloop logs` prints; the note is for standard error. */
export interface Logs {
  readonly text: string
  readonly note?: string
}

export interface LogsOptions {
  readonly json?: boolean
}

export async function showLogs(run: string, name: string, { json = false }: LogsOptions = {}): Promise<Logs> {
  const record = RecordReader.openForReading(run)
  try {
    const { generation, index, replicate } = findIndividual(record, name)
    const individual = { generation, index, replicate }
    const attempts = await Promise.all(
      record.attemptsOf(individual).map((row) => readAttempt(record.directory, individual, row)),
    )
    if (json) return { text: jsonText({ generation, index, replicate, attempts }) }
    if (attempts.some(({ stdout, stderr }) => stdout !== '' || stderr !== '')) return { text: printedBy(attempts) }
    return { text: '', note: `Individual ${nameOf(individual)} printed nothing${reasonsOf(attempts)}.` }
  } finally {
    record.close()
  }
}

interface AttemptLog {
  readonly epoch: number
  readonly attempt: number
  readonly worker: number
  readonly host: string
  readonly verdict: Verdict
  readonly cause: FailureCause | null
  readonly stdout: string
  readonly stderr: string
}

async function readAttempt(
  directory: string,
  individual: AttemptRecord['individual'],
  { epoch, attempt, worker, host, verdict, cause, printed }: AttemptRow,
): Promise<AttemptLog> {
  const texts = printed
    ? await readPrinted(directory, {
        individual,
        epoch,
        attempt,
        worker,
        printed: JSON.parse(printed) as NonNullable<AttemptRecord['printed']>,
      })
    : { stdout: '', stderr: '' }
  return { epoch, attempt, worker, host, verdict, cause: cause === null ? null : JSON.parse(cause), ...texts }
}

/** What attempts printed: as it is if it is one text of the only attempt, otherwise under lines that say what it is. */
function printedBy(attempts: readonly AttemptLog[]): string {
  const parts = attempts.flatMap(partsOf)
  if (attempts.length === 1 && parts.length === 1) return parts[0]!.text
  return parts.map(({ title, text }) => `==> ${title} <==\n${text}${/(^|\n)$/.test(text) ? '' : '\n'}`).join('\n')
}

function partsOf(log: AttemptLog): { readonly title: string; readonly text: string }[] {
  const title = titleOf(log)
  const printed = [
    { title: `${title}, standard output`, text: log.stdout },
    { title: `${title}, standard error`, text: log.stderr },
  ].filter(({ text }) => text !== '')
  return printed.length > 0 ? printed : [{ title, text: '' }]
}

function titleOf({ epoch, attempt, worker, host, verdict, cause }: AttemptLog): string {
  const start = epoch === 1 ? '' : ` of runner start ${epoch}`
  const failure = cause ? `: ${describeCause(cause)}` : ''
  return `attempt ${attempt}${start}, worker ${worker}${host === '' ? '' : ` on ${host}`}, ${verdict}${failure}`
}

/** A worker that was lost had no time to say which part of what it printed was whose; the cause says where all of it is. */
function reasonsOf(attempts: readonly AttemptLog[]): string {
  if (attempts.length === 0) return ': it has not been simulated yet'
  const lost = attempts.filter(({ cause }) => cause?.kind === 'worker-lost').map(({ cause }) => cause!.message)
  return lost.length === 0 ? '' : ` that can be told apart (${lost.at(-1)!.replace(/\.$/, '')})`
}
