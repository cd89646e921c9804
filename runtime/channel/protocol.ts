import { Packr } from 'msgpackr/pack' // without its streams and native strings, which cost a worker's start more than they save
import type { FailureCause, Outputs } from '../../src/core/evaluation.ts'
import type { LeftCheckpoint, LeftDigest } from '../../src/core/record.ts'

/**
 * What the runner and a worker say to each other. Each message is one frame of a pipe file (`frame.ts`), a msgpack map
 * that any msgpack library reads.
 *
 * Both directions
 *   hello     the first frame of every segment: who writes, under which epoch of the run
 *   next      the last frame of a full segment: go on in the segment of the next number
 * Runner to worker
 *   simulate  individuals, in the order in which they are to be simulated; a worker holds what it has not answered
 *   enough    individuals that need not go on: what they reported last is their result
 *   stop      finish what is being simulated, drop the others, leave
 * Worker to runner
 *   ready     the optimizee is loaded
 *   results   individuals that are done or have failed; none if this only says that work goes on
 *   report    an intermediate value of an individual that runs
 *   leaving   the worker's last words when it leaves in order: all that it has simulated is answered
 *   refused   the worker cannot go on (its pipe is damaged, the optimizee does not load); it ends
 */
export type ToWorker = Hello | Next | Simulate | Enough | Stop
export type FromWorker = Hello | Next | Ready | ResultsMessage | Report | Leaving | Refused

/** Raised by every change that an older reader would misunderstand. */
export const protocolVersion = 1

export interface Hello {
  readonly type: 'hello'
  readonly protocol: number
  readonly run: string
  readonly worker: number
  readonly epoch: number
  /** Who writes; see `process-identity.ts`. */
  readonly host: string
  readonly space: string
  readonly pid: number
  readonly started: string
  /** Where a worker runs (Slurm job and step, CPU), to be recorded. */
  readonly provenance?: Readonly<Record<string, string>> | undefined
}

export interface Next {
  readonly type: 'next'
}

/** An individual, and which try at it: generation, index, replicate, epoch, attempt. */
export type AttemptKey = readonly [generation: number, index: number, replicate: number, epoch: number, attempt: number]

export interface Simulate {
  readonly type: 'simulate'
  /** The values of the parameters stand in the order of the space's names: names may be anything, positions are safe. */
  readonly individuals: readonly Assignment[]
}

export type Assignment = readonly [key: AttemptKey, seed: number, values: readonly unknown[], share?: AssignedShare]

/** How much of a simulation is wanted that has a budget. */
export interface AssignedShare {
  readonly budget: number
  /** The name of the individual that it goes on from, and what that has left: null if nothing. */
  readonly continues?: readonly [name: string, left: LeftCheckpoint | null] | undefined
}

export interface Enough {
  readonly type: 'enough'
  readonly keys: readonly AttemptKey[]
}

export interface Stop {
  readonly type: 'stop'
}

export interface Ready {
  readonly type: 'ready'
  readonly milliseconds: number
}

/** Where in the worker's output files the text of one attempt stands: [from, to) of stdout, then of stderr. */
export type Printed = readonly [stdoutFrom: number, stdoutTo: number, stderrFrom: number, stderrTo: number]

export type Result = readonly [
  key: AttemptKey,
  milliseconds: number,
  fitness: readonly number[] | null,
  cause: FailureCause | null,
  outputs: Outputs | null,
  printed: Printed | null,
  /** What the processes have used that a simulation starts; it may be missing. */
  used?: Used | null,
  beside?: ResultBeside,
]

export type Used = readonly [cpuMs: number, peakMemory: number | null]

/** What few results have. */
export interface ResultBeside {
  /** What was left for others to go on from. */
  readonly checkpoint?: LeftDigest | undefined
  /** Whether it was stopped on its way: its fitness is the last that it reported. */
  readonly isStopped?: boolean | undefined
}

export interface ResultsMessage {
  readonly type: 'results'
  readonly results: readonly Result[]
  /** The worker's system calls for pipe files and hearts since the message before. */
  readonly operations?: number
  /** How many bytes the next message has, which waits since the disk has no room for it. */
  readonly needs?: number
}

export interface Report {
  readonly type: 'report'
  readonly key: AttemptKey
  readonly values: readonly (readonly [step: number, value: number])[]
}

/** The worker was asked to, has seen no runner for its grace time, was warned that its time is nearly over, or got SIGTERM. */
const leavingReasons = ['stop', 'grace', 'warned', 'signal'] as const

export interface Leaving {
  readonly type: 'leaving'
  readonly reason: (typeof leavingReasons)[number]
  /** Whether it has broken off what was being simulated: the first of those that it has not answered, or a first batch of them. */
  readonly brokeOff: boolean
}

export interface Refused {
  readonly type: 'refused'
  readonly reason: string
}

/** Maps, so that a message needs no other; typed arrays and bigints keep their types; buffers do not alias the reader's. */
const packr = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true } as object)

export function encodeMessage(message: unknown): Buffer {
  return packr.pack(message)
}

export function decodeMessage(payload: Buffer): unknown {
  return packr.unpack(payload)
}

/** Whether a message of a worker has the form that its type promises; what another program wrote may not. */
export function isFromWorker(message: unknown): message is FromWorker {
  if (typeof message !== 'object' || message === null) return false
  const { type } = message as { type?: unknown }
  switch (type) {
    case 'hello': {
      const { run, worker, host, space, pid, started, provenance = {} } = message as Partial<Hello>
      if (typeof provenance !== 'object' || provenance === null) return false
      if (!Object.values(provenance).every((value) => typeof value === 'string')) return false
      const texts = [run, host, space, started].every((text) => typeof text === 'string')
      return texts && Number.isInteger(worker) && Number.isInteger(pid)
    }
    case 'results': {
      const {
        results,
        operations = 0,
        needs = 0,
      } = message as { results?: unknown; operations?: unknown; needs?: unknown }
      if (typeof operations !== 'number' || typeof needs !== 'number') return false
      return Array.isArray(results) && results.every(isResult)
    }
    case 'report': {
      const { key, values } = message as { key?: unknown; values?: unknown }
      return isAttemptKey(key) && Array.isArray(values) && values.every((pair) => isNumbers(pair, 2))
    }
    case 'leaving': {
      const { reason, brokeOff } = message as Partial<Leaving>
      return (leavingReasons as readonly unknown[]).includes(reason) && typeof brokeOff === 'boolean'
    }
    case 'refused':
      return typeof (message as { reason?: unknown }).reason === 'string'
    case 'ready':
    case 'next':
      return true
    default:
      return false
  }
}

/** By its places, as what each individual comes through is: to take a list apart by a pattern is several times the code to V8. */
function isResult(result: unknown): result is Result {
  if (!Array.isArray(result) || result.length < 6 || result.length > 8) return false
  const list = result as unknown[]
  if (!isAttemptKey(list[0]) || typeof list[1] !== 'number') return false
  if (list[5] !== null && !isNumbers(list[5], 4)) return false
  if (list[4] !== null && typeof list[4] !== 'object') return false
  const used = list.length > 6 ? list[6] : undefined
  if (used !== undefined && used !== null && !isUsed(used)) return false
  if (list.length > 7 && list[7] !== undefined && !isBeside(list[7])) return false
  const fitness = list[2]
  const cause = list[3]
  if (fitness !== null) return cause === null && Array.isArray(fitness) && fitness.every(Number.isFinite)
  return typeof cause === 'object' && cause !== null && typeof (cause as { message?: unknown }).message === 'string'
}

function isUsed(used: unknown): used is Used {
  if (!Array.isArray(used) || used.length !== 2) return false
  const [cpuMs, peakMemory] = used as unknown[]
  return typeof cpuMs === 'number' && (peakMemory === null || typeof peakMemory === 'number')
}

function isBeside(beside: unknown): beside is ResultBeside {
  if (typeof beside !== 'object' || beside === null) return false
  const { checkpoint } = beside as { checkpoint?: { hash?: unknown; bytes?: unknown } | null }
  if (checkpoint === undefined || checkpoint === null) return true
  return typeof checkpoint === 'object' && typeof checkpoint.hash === 'string' && Number.isSafeInteger(checkpoint.bytes)
}

function isAttemptKey(key: unknown): key is AttemptKey {
  if (!isNumbers(key, 5)) return false
  for (let i = 0; i < 5; i++) if (!(Number.isSafeInteger(key[i]) && key[i]! >= 0)) return false
  return true
}

function isNumbers(value: unknown, length: number): value is number[] {
  if (!Array.isArray(value) || value.length !== length) return false
  for (let i = 0; i < length; i++) if (typeof value[i] !== 'number') return false
  return true
}
