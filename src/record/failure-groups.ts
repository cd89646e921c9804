import { readPrinted } from '../../runtime/runner/log-archive.ts'
import type { FailureCause } from '../core/evaluation.ts'
import { nameOf } from '../core/individual.ts'
import type { RecordReader } from './reader.ts'
import type { Failure } from './work-reader.ts'

/** Individuals that failed for good in the same way. */
export interface FailureGroup {
  readonly count: number
  /** The cause of the example's failure. */
  readonly cause: FailureCause
  /** The first of them, by its name. */
  readonly example: string
  /** The last line that the example wrote to standard error; null if it wrote none. */
  readonly lastLine: string | null
}

/** The most failures that are looked at: those of a search in which nothing works are mostly the same. */
const mostFailures = 10_000

/**
 * The failed individuals of a run by what they failed of, the most frequent first; numbers in messages make no difference.
 *
 * @param most how many groups are wanted: of each its example is looked up
 */
export async function failureGroups(record: RecordReader, most?: number): Promise<FailureGroup[]> {
  const groups = new Map<string, { count: number; readonly example: Failure }>()
  for (const failure of record.failures(mostFailures)) {
    const key = keyOf(failure.cause)
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { count: 1, example: failure })
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count).slice(0, most)
  return Promise.all(
    sorted.map(async ({ count, example }) => {
      const { individual, cause } = example
      return { count, cause, example: nameOf(individual), lastLine: await lastLineOf(record, example) }
    }),
  )
}

function keyOf({ kind, exitCode, signal, message }: FailureCause): string {
  return JSON.stringify([kind, exitCode, signal, message.replaceAll(/0x[\da-f]+|\d+(\.\d+)?(e[+-]?\d+)?/gi, '#')])
}

async function lastLineOf({ directory }: RecordReader, failure: Failure): Promise<string | null> {
  if (failure.printed === undefined) return null
  const { stderr } = await readPrinted(directory, failure)
  return stderr.trimEnd().split('\n').at(-1)!.trim() || null
}
