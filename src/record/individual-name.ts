import { ConfigurationError } from '../core/errors.ts'
import { type IndividualId, nameOf } from '../core/individual.ts'
import { show } from '../core/text.ts'
import type { RecordReader } from './reader.ts'
import type { EvaluatedRow } from './rows.ts'

/** Whether it stands for an individual that may be there. */
export function isIndividualName(text: string): boolean {
  return form.test(text)
}

/** generation.index or generation.index.replicate */
const form = /^(\d{1,15})\.(\d{1,15})(?:\.(\d{1,15}))?$/

/** The individual that `G.I` or `G.I.R` stands for, whether or not there is one. */
function parseIndividualName(text: string): IndividualId {
  const parts = form.exec(text)
  if (!parts) {
    throw new ConfigurationError(
      `an individual is named generation.index or generation.index.replicate, such as 12.7, got ${show(text)}`,
    )
  }
  const [, generation, index, replicate = '0'] = parts
  return { generation: Number(generation), index: Number(index), replicate: Number(replicate) }
}

/** The individual of that name. @throws ConfigurationError that says which ones there are */
export function findIndividual(record: RecordReader, text: string): EvaluatedRow {
  const id = parseIndividualName(text)
  const row = record.row(id)
  if (row) return row
  throw new ConfigurationError(`${record.directory} has no individual ${nameOf(id)}; ${whatThereIs(record, id)}`)
}

function whatThereIs(record: RecordReader, { generation, index }: IndividualId): string {
  const { generations } = record
  if (generations === 0) return 'it has none yet'
  if (generation >= generations) {
    return generations === 1 ? 'its only generation is 0' : `its generations are 0 to ${generations - 1}`
  }
  const there = [
    ...record.individuals(generation),
    ...record.replacements(generation).map(({ individual }) => individual),
  ].sort((a, b) => a.index - b.index || a.replicate - b.replicate)
  const replicates = there.filter((individual) => individual.index === index)
  const names =
    replicates.length > 1
      ? replicates.map(({ replicate }) => `${generation}.${index}.${replicate}`)
      : (replicates.length === 1 ? replicates : there).map(nameOf)
  const range = names.length === 1 ? names[0] : `${names[0]} to ${names.at(-1)}`
  return `generation ${generation} has ${range}`
}
