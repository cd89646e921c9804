import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import completions from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { nameOf } from '../core/individual.ts'
import { RecordReader } from '../record/reader.ts'

type Complete = (value: string, description: string) => void

/** Where runs are looked for, relative to where the user stands. */
const roots = ['.', 'runs']
/** How many individuals are offered. */
const mostIndividuals = 20

/** Adds what completes a command line in a shell; all other commands are registered already. */
export function register(program: Command): void {
  const { commands } = completions(program, { completionCommandName: 'completion' })
  for (const { arguments: places } of commands.values()) {
    for (const [name, place] of places) {
      if (name.startsWith('run')) place.handler = offerRuns
      if (name === 'individual') place.handler = offerIndividuals
    }
  }
}

function offerRuns(complete: Complete): void {
  for (const root of roots) for (const run of runsIn(root)) complete(run, 'a run')
}

function runsIn(root: string): string[] {
  try {
    const found = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return found.map(({ name }) => join(root, name)).filter((path) => RecordReader.exists(path))
  } catch {
    return [] // there is no such directory, or it is not to be read
  }
}

/** The best of the run that stands before on the command line, and those that failed first. */
function offerIndividuals(complete: Complete): void {
  const run = process.argv.findLast((word) => RecordReader.exists(word))
  if (run === undefined) return
  const record = RecordReader.openForReading(run)
  try {
    for (const { individual } of record.best(mostIndividuals)) complete(individual.name, 'among the best')
    for (const row of record.firstOutcomes(mostIndividuals)) if (row.cause) complete(nameOf(row), row.cause.kind)
  } finally {
    record.close()
  }
}
