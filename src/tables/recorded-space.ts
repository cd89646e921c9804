import { type ParameterDefinition, parameterFrom, Space } from '../core/space.ts'
import type { RecordReader } from '../record/reader.ts'

/** The names of a run's parameters, in the order of the experiment. */
export function parameterNames(record: RecordReader): readonly string[] {
  return (record.manifest().parameters ?? []) as string[]
}

/** The space of a run as it was recorded with what makes the search; undefined if the run does not say it. */
export function recordedSpace(record: RecordReader): Space | undefined {
  const { parameters } = (record.manifest().configuration ?? {}) as { parameters?: unknown }
  try {
    const definitions = parameters as readonly (readonly [string, ParameterDefinition])[]
    return new Space<Record<string, unknown>>(definitions.map(([name, is]) => [name, parameterFrom(is)] as const))
  } catch {
    return undefined // a configuration of another form
  }
}
