import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nameOf } from '../core/individual.ts'
import { RecordReader } from '../record/reader.ts'

type Complete = (value: string, description: string) => void

/** Where runs are looked for, relative to where the user stands, beside the folder that has been typed. */
const roots = ['.', 'runs']
/** How many individuals are offered of each kind. */
const mostIndividuals = 20
/** How many of a generation. */
const mostOfGeneration = 200

/** The runs that may stand next on a command line. */
export function offerRuns(complete: Complete): void {
  const typed = process.argv.at(-1) ?? ''
  const folder = typed.endsWith('/') ? join(typed, '.') : dirname(typed)
  for (const root of new Set([...roots, folder])) for (const run of runsIn(root)) complete(run, 'a run')
}

function runsIn(root: string): string[] {
  try {
    const found = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return found.map(({ name }) => join(root, name)).filter((path) => RecordReader.exists(path))
  } catch {
    return [] // there is no such directory, or it is not to be read
  }
}

/**
 * The best of the run that stands before on the command line, those that failed first, and those of the generation that has
 * been typed.
 */
export function offerIndividuals(complete: Complete): void {
  const run = process.argv.findLast((word) => RecordReader.exists(word))
  if (run === undefined) return
  const record = RecordReader.openForReading(run)
  const offered = new Map<string, string>()
  const offer = (name: string, description: string) => offered.set(name, offered.get(name) ?? description)
  try {
    for (const { individual } of record.best(mostIndividuals)) offer(individual.name, 'among the best')
    for (const row of record.firstOutcomes(mostIndividuals)) if (row.cause) offer(nameOf(row), row.cause.kind)
    const [generation] = /^\d{1,9}(?=\.|$)/.exec(process.argv.at(-1) ?? '') ?? []
    const there = generation === undefined ? [] : record.individuals(Number(generation))
    for (const { name } of there.slice(0, mostOfGeneration)) offer(name, `of generation ${generation}`)
    for (const [name, description] of offered) complete(name, description)
  } finally {
    record.close()
  }
}
