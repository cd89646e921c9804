import { readPrinted } from '../../../runtime/runner/log-archive.ts'
import { ConfigurationError } from '../../core/errors.ts'
import type { IndividualId } from '../../core/individual.ts'
import { nameOf } from '../../core/individual.ts'
import { individualDocument } from '../../record/individual-document.ts'
import { findIndividual, isIndividualName } from '../../record/individual-name.ts'
import { type AttemptRow, type EvaluatedRow, originIn } from '../../record/rows.ts'
import type { IndividualAnswer } from '../answers.ts'
import { fitting } from '../fitting.ts'
import { QueryError } from '../query.ts'
import type { ViewContext } from '../view.ts'
import { wordFor } from './overview.ts'

/** How much of what an individual has is shown; the commands beside it show all. */
const most = { children: 50, attempts: 20, reports: 500, letters: 8_000, json: 40_000 } as const

/** Of an individual that was made of the one that it goes on from, the record says that once. */
function parentsOf(parents: readonly string[], continues: string | null): readonly string[] {
  return parents.length === 0 && continues !== null ? [continues] : parents
}

/** One individual: its parameters, attempts, what it printed and reported, where it came from and what came of it. */
export async function individual({ record, query }: ViewContext): Promise<IndividualAnswer> {
  const asked = query.text('name') ?? ''
  query.refuseOthers()
  const row = found(record, asked)
  const name = nameOf(row)
  const reports = record.reportsOfSome([row], most.reports)
  const document = individualDocument(
    record,
    row,
    reports.map(({ attempt, step, value }) => ({ attempt, step, value })),
  )
  const origin = row.origin === null ? null : originIn(row.origin, record.operators)
  const run = wordFor(record.directory)
  const attempts = record.attemptsOf(row).slice(-most.attempts)
  const logs = await Promise.all(attempts.map((attempt) => logsOf(record.directory, row, attempt)))
  const parameters = fitting(document.parameters, most.json)
  const outputs = document.outputs === null ? null : fitting(document.outputs, most.json)
  const isWhole =
    parameters === document.parameters &&
    outputs === document.outputs &&
    document.attempts.length <= most.attempts &&
    reports.every(({ stride }) => stride === 1)
  return {
    name,
    document: {
      ...document,
      parameters,
      outputs,
      attempts: document.attempts.slice(-most.attempts),
    },
    made: origin?.operator ?? null,
    parents: parentsOf(origin?.parents ?? [], row.continues).slice(0, most.children),
    children: record.children(row, most.children).map(nameOf),
    logs: logs.flat(),
    left: isWhole ? null : 'It has more than is shown here; the commands below show all of it.',
    commands: [
      `twoloop replay ${run} ${name}`,
      `twoloop logs ${run} ${name}`,
      `twoloop show ${run} --individual ${name} --json`,
    ],
  }
}

/** @throws QueryError if there is none of that name, or it is no name */
function found(record: ViewContext['record'], name: string): EvaluatedRow {
  try {
    return findIndividual(record, name)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const status = isIndividualName(name) ? 404 : 400
    throw new QueryError(error.message, { status, cause: error })
  }
}

/** The ends of what an attempt printed, where the reason of a failure stands. */
async function logsOf(
  directory: string,
  individual: IndividualId,
  { epoch, attempt, worker, printed }: AttemptRow,
): Promise<IndividualAnswer['logs']> {
  if (printed === null) return []
  const part = JSON.parse(printed) as [number, number, number, number]
  const texts = await readPrinted(directory, { individual, epoch, attempt, worker, printed: part })
  return [
    { title: `attempt ${attempt}, standard output`, text: endOf(texts.stdout) },
    { title: `attempt ${attempt}, standard error`, text: endOf(texts.stderr) },
  ].filter(({ text }) => text !== '')
}

function endOf(text: string): string {
  return text.length > most.letters ? `...${text.slice(-most.letters)}` : text
}
