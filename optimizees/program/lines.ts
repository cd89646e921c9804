import type { SimulationResult } from '../../src/core/evaluation.ts'
import type { Individual } from '../../src/core/individual.ts'
import type { Space } from '../../src/core/space.ts'
import { show } from '../../src/core/text.ts'
import { readJson } from '../shared/read-json.ts'

/** What a program is told of one individual; `docs/programs.md` specifies it. */
export interface Task {
  readonly id: number
  readonly individual: Individual
  readonly attempt: number
  /** Where the individual's directory is, which the program makes if it wants one. */
  readonly directory: string
  /** Where the individual may leave a checkpoint, and from which one it goes on, if the problem has a budget. */
  readonly checkpoint?: string | undefined
  readonly restore?: string | undefined
}

/** What answers about one individual have in common. */
interface OfOne {
  readonly id: number | undefined
  /** How long standard error was when the individual had printed all, if the program says so. */
  readonly logEnd?: number
}

/** What a line of a program says. */
export type Said =
  /** The program is ready; it may take individuals together, many in a line. */
  | { readonly type: 'ready'; readonly takesBatches: boolean; readonly takesAhead: boolean }
  /** Without an id it is about the individual that has waited longest. */
  | (OfOne & { readonly type: 'result'; readonly result: SimulationResult })
  | (OfOne & { readonly type: 'error'; readonly message: string; readonly stack?: string })
  /** These could not be simulated together, which is the fault of none that is known. */
  | { readonly type: 'batch error'; readonly ids: readonly number[]; readonly message: string; readonly stack?: string }
  | { readonly type: 'report'; readonly id: number | undefined; readonly step: number; readonly value: number }
  /** About an individual, but with keys that mean nothing: its result stands where nobody looks for it. */
  | { readonly type: 'no answer'; readonly id: number; readonly message: string }
  /** The line begins like one of these and is none. */
  | { readonly type: 'bad'; readonly why: string }
  /** Anything else is what the individual printed. */
  | { readonly type: 'printed' }

export function lineOf({ id, individual, attempt, directory, checkpoint, restore }: Task): string {
  const { parameters, seed, generation, index, replicate, budget } = individual
  const told = { id, parameters, seed, generation, index, replicate, attempt, directory, budget, checkpoint, restore }
  return `${JSON.stringify(told)}\n`
}

/** The same of several individuals: under each key a list, under `batch` their ids. */
export function lineOfMany(tasks: readonly Task[], space: Pick<Space, 'names' | 'toValues' | 'fromValues'>): string {
  const individuals = tasks.map(({ individual }) => individual)
  const rows = individuals.map(({ parameters }) => space.toValues(parameters))
  return `${JSON.stringify({
    batch: tasks.map(({ id }) => id),
    parameters: space.fromValues(space.names.map((_, at) => rows.map((row) => row[at]))),
    seed: individuals.map(({ seed }) => seed),
    generation: individuals.map(({ generation }) => generation),
    index: individuals.map(({ index }) => index),
    replicate: individuals.map(({ replicate }) => replicate),
    attempt: tasks.map(({ attempt }) => attempt),
    directory: tasks.map(({ directory }) => directory),
    ...(individuals[0]?.budget !== undefined && {
      budget: individuals.map(({ budget }) => budget),
      checkpoint: tasks.map(({ checkpoint }) => checkpoint),
      restore: tasks.map(({ restore }) => restore),
    }),
  })}\n`
}

/** A line that begins so is meant for the worker. */
const meant = /^\s*\{\s*"(id|batch|ready|result|error|report)"\s*:/

export function readLine(line: string): Said {
  if (!/^\s*\{/.test(line)) return { type: 'printed' }
  let value: unknown
  try {
    value = readJson(line)
  } catch {
    return meant.test(line) ? bad(`a line that is no JSON: ${show(line)}`) : { type: 'printed' }
  }
  const said = value as Readonly<Record<string, unknown>>
  const { id, batch } = said
  const kind = kinds.find((name) => Object.hasOwn(said, name))
  // With parameters it is the task itself, as a program prints it in which somebody looks for a mistake.
  if (kind === undefined) return meant.test(line) && !('parameters' in said) ? noAnswer(said) : { type: 'printed' }
  if (id !== undefined && !Number.isInteger(id)) return bad(`an id that is no whole number: ${show(line)}`)
  const of = id as number | undefined
  switch (kind) {
    case 'ready':
      return { type: 'ready', takesBatches: batch === true, takesAhead: said.ahead === true }
    case 'result':
      return { type: 'result', id: of, result: said.result as SimulationResult, ...logEndIn(said) }
    case 'error': {
      const failure = {
        message: textOf(said.error),
        ...(typeof said.traceback === 'string' && { stack: said.traceback }),
      }
      if (batch === undefined) return { type: 'error', id: of, ...failure, ...logEndIn(said) }
      return isListOfIds(batch)
        ? { type: 'batch error', ids: batch, ...failure }
        : bad(`a batch that is no list of ids: ${show(line)}`)
    }
    case 'report': {
      const [step, value] = Array.isArray(said.report) ? (said.report as unknown[]) : []
      return typeof step === 'number' && typeof value === 'number'
        ? { type: 'report', id: of, step, value }
        : bad(`a report that is not [step, value]: ${show(line)}`)
    }
  }
}

function logEndIn({ log }: Readonly<Record<string, unknown>>): { readonly logEnd?: number } {
  return typeof log === 'number' && log >= 0 ? { logEnd: log } : {}
}

function noAnswer({ id, batch, ...others }: Readonly<Record<string, unknown>>): Said {
  const keys = Object.keys(others)
  const got = keys.length === 0 ? 'nothing' : keys.slice(0, 10).map(show).join(', ')
  const message = `The program answered without a result: wanted "result" beside the id, got ${got}.`
  if (Number.isInteger(id)) return { type: 'no answer', id: id as number, message }
  return isListOfIds(batch) ? { type: 'batch error', ids: batch, message } : { type: 'printed' }
}

function isListOfIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger)
}

const kinds = ['ready', 'result', 'error', 'report'] as const

function bad(why: string): Said {
  return { type: 'bad', why }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : show(value)
}
