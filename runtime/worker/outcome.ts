import { type FailureCause, type Outputs, readResult, type SimulationFailure } from '../../src/core/evaluation.ts'

/** What came of one attempt. */
export type AttemptOutcome =
  | { readonly fitness: readonly number[]; readonly outputs?: Outputs | undefined; readonly isStopped?: boolean }
  | { readonly cause: FailureCause }

/** Thrown at a simulation through its abort signal. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`it took longer than ${limitMs} ms`)
    this.limitMs = limitMs
  }
}

/** What came of a simulation that returned something. */
export function outcomeOf(result: unknown, objectives: readonly string[]): AttemptOutcome {
  const read = readResult(result, objectives)
  if ('refusal' in read) return badResult(read.refusal)
  const refusal = read.outputs && refuseOutputs(read.outputs)
  return refusal === undefined ? read : badResult(refusal)
}

/** What came of a simulation that threw, perhaps since it was told to end. */
export function outcomeOfThrown(error: unknown, abortReason: Error | undefined): AttemptOutcome {
  if (isSimulationFailure(error)) return { cause: checkedCause(error.cause) }
  return abortReason instanceof TimeoutError ? timedOut(abortReason) : { cause: causeOf(error) }
}

export function timedOut({ limitMs }: TimeoutError): AttemptOutcome {
  return { cause: { kind: 'timeout', message: `The simulation took longer than ${limitMs} ms.` } }
}

/** The cause that a thrown value stands for; anything can be thrown, also what cannot be turned into text. */
export function causeOf(error: unknown): FailureCause {
  try {
    if (!(error instanceof Error)) return { kind: 'threw', message: shorten(`The simulation threw ${String(error)}.`) }
    const { name, message, stack } = error
    return { kind: 'threw', message: shorten(`${name}: ${message}`), ...(stack && { stack: shorten(String(stack)) }) }
  } catch {
    return { kind: 'threw', message: 'The simulation threw something that has no text.' }
  }
}

/** A cause that a simulation has made itself, in the form that the record needs. */
function checkedCause(given: FailureCause): FailureCause {
  try {
    const { kind, detail, message, exitCode, signal, stack, stage } = given
    return {
      kind: typeof kind === 'string' ? kind : 'threw',
      ...(typeof detail === 'string' && { detail }),
      message: shorten(String(message)),
      ...(typeof exitCode === 'number' && { exitCode }),
      ...(typeof signal === 'string' && { signal }),
      ...(typeof stack === 'string' && { stack: shorten(stack) }),
      ...(typeof stage === 'string' && { stage: shorten(stage) }),
    }
  } catch {
    return causeOf(undefined)
  }
}

/** The most characters that are kept of a text that is kept with every attempt. */
const longestText = 20_000

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text
}

export function badResult(message: string): AttemptOutcome {
  return { cause: { kind: 'bad-result', message } }
}

/** JSON and msgpack are read by recursion, everywhere; SQLite reads JSON of up to 1000 levels. */
const deepestOutputs = 500
/** What refers to one thing many times is as large as if it had it many times. */
const mostNodes = 5_000_000

/** Why outputs cannot be recorded; undefined if they can. */
function refuseOutputs(outputs: Outputs): string | undefined {
  let nodes = 0
  const refuse = (value: unknown, depth: number): string | undefined => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
    if (depth > deepestOutputs) return `The outputs of the simulation are nested more than ${deepestOutputs} deep.`
    if (++nodes > mostNodes) return `The outputs of the simulation are more than ${mostNodes} arrays and objects.`
    const parts = value instanceof Map || value instanceof Set ? value.values() : Object.values(value)
    for (const part of parts) {
      const refusal = typeof part === 'object' ? refuse(part, depth + 1) : undefined
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
  return refuse(outputs, 1)
}

/** Whether it is one although its class came with the optimizee's bundle and is another than ours. */
export function isSimulationFailure(error: unknown): error is SimulationFailure {
  return (
    error instanceof Error &&
    error.name === 'SimulationFailure' &&
    typeof error.cause === 'object' &&
    error.cause !== null
  )
}
