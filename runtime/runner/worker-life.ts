import type { FailureCause, FailureDetail } from '../../src/core/evaluation.ts'
import { describeEnd, type ProcessEnd } from '../../src/system/process-group.ts'
import type { FromWorker, Leaving } from '../channel/protocol.ts'
import type { EndExplanation } from './launcher.ts'

/**
 * A worker's life, as far as its runner has seen it. It only goes forward: once ended it stays ended, and the first reason
 * for leaving or ending stands.
 */
export type WorkerLife =
  /** The process was launched and has not said that it can simulate. */
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  /** The worker begins nothing more. */
  | { readonly state: 'leaving'; readonly wasReady: boolean; readonly notice: Notice }
  | EndedLife

export interface EndedLife {
  readonly state: 'ended'
  readonly wasReady: boolean
  /** The notice may be read after the end was seen, since a pipe is read later than it is written. */
  readonly notice?: Notice | undefined
  readonly end: End
}

/** Why a worker begins nothing more. */
export type Notice =
  /** This runner has asked it to leave. */
  | { readonly type: 'asked' }
  /** An earlier runner start has asked it to leave. */
  | { readonly type: 'asked before' }
  /** The worker says that it leaves, and whether it broke off the simulation that ran. */
  | { readonly type: 'leaves'; readonly reason: Leaving['reason']; readonly brokeOff: boolean }
  /** The worker says why it cannot go on. */
  | { readonly type: 'refuses'; readonly reason: string }

/** What has ended a worker. */
export type End =
  | GivenUp
  /** Its launcher has seen the process end. */
  | { readonly type: 'exited'; readonly exit: ProcessEnd }
  /** An adopted worker's process was not there any more when this runner looked again. */
  | { readonly type: 'vanished' }
  /** The worker was gone when this runner came: nobody knows what of. */
  | { readonly type: 'unseen' }

/** This runner has ended the worker at once. */
export type GivenUp = {
  readonly type: 'given up'
  /** Why it was ended, as the middle of a sentence that begins with the worker. */
  readonly why: string
  readonly detail?: FailureDetail | undefined
} & ({ readonly kind: 'worker-lost' | 'channel-damaged' } | { readonly kind: 'timeout'; readonly limitMs: number })

export type LifeEvent = { readonly type: 'ready' } | Notice | End

/** What a worker's message says of its life, if anything. */
export function lifeEventOf(message: FromWorker): LifeEvent | undefined {
  switch (message.type) {
    case 'ready':
      return { type: 'ready' }
    case 'leaving':
      return { type: 'leaves', reason: message.reason, brokeOff: message.brokeOff }
    case 'refused':
      return { type: 'refuses', reason: message.reason.replace(/\.$/, '') }
    case 'hello':
    case 'results':
    case 'report':
    case 'next':
      return undefined
  }
}

/** The life after what has happened. */
export function step(life: WorkerLife, event: LifeEvent): WorkerLife {
  switch (event.type) {
    case 'ready':
      if (life.state === 'starting') return { state: 'ready' }
      return life.state === 'ready' || life.wasReady ? life : { ...life, wasReady: true }
    case 'asked':
    case 'asked before':
    case 'leaves':
    case 'refuses':
      if (life.state === 'leaving') return life
      if (life.state !== 'ended') return { state: 'leaving', wasReady: wasReady(life), notice: event }
      return life.notice || event.type === 'asked' ? life : { ...life, notice: event }
    case 'given up':
    case 'exited':
    case 'vanished':
    case 'unseen':
      if (life.state === 'ended') return life
      return { state: 'ended', wasReady: wasReady(life), notice: noticeOf(life), end: event }
  }
}

/** Whether the worker has ever said that it can simulate. */
export function wasReady(life: WorkerLife): boolean {
  return life.state === 'ready' || (life.state !== 'starting' && life.wasReady)
}

/** Whether this runner has asked the worker to leave. */
export function wasAsked(life: WorkerLife): boolean {
  return noticeOf(life)?.type === 'asked'
}

/** Who is to answer for what an ended worker held and had not answered. */
export interface Blame {
  /** How many of these individuals it may have begun; it simulates in the order in which it was given them. */
  readonly begun: 'none' | 'first' | 'any'
  /** Whether one of these may be at fault. */
  readonly isFault: boolean
}

/**
 * The blame for the end of a worker, with what its scheduler says of it.
 *
 * @param isStopping whether the run is being stopped: then a worker got SIGTERM for the same reason
 */
export function blame(life: EndedLife, explanation: EndExplanation | undefined, isStopping: boolean): Blame {
  const { notice, end } = life
  const isFault = end.type !== 'unseen' && !blameless.has(detailOf(life, explanation))
  switch (notice?.type) {
    case 'asked':
    case 'asked before':
      // Asked to be in time for the end of its machine's, it was too late for what it still holds.
      if (detailOf(life, explanation) === 'time-limit') return { begun: 'first', isFault: false }
      return isOrderly(end) ? { begun: 'none', isFault: false } : { begun: 'any', isFault }
    case 'leaves':
      // A worker writes its answers before it says that it leaves.
      return notice.brokeOff ? { begun: 'first', isFault: isFault && !isStopping } : { begun: 'none', isFault: false }
    case 'refuses':
      return { begun: 'first', isFault: false }
    case undefined:
      return { begun: 'any', isFault }
  }
}

/** What took the worker, where that is known. */
function detailOf({ notice, end }: EndedLife, explanation: EndExplanation | undefined): FailureDetail | undefined {
  if (end.type === 'given up') return end.detail
  // The warning that time is nearly over has ended what the worker simulated.
  const isWarned = notice?.type === 'leaves' && notice.reason === 'warned' && notice.brokeOff
  return explanation?.detail ?? (isWarned ? 'time-limit' : undefined)
}

/** How the worker ended, as a sentence without its full stop that calls the worker `it`. */
function whyEnded({ notice, end }: EndedLife, explanation: EndExplanation | undefined): string {
  if (explanation) return `it ${explanation.words}`
  if (notice?.type === 'refuses') return notice.reason
  if (notice?.type === 'leaves') return left[notice.reason]
  if (notice?.type === 'asked before' && isOrderly(end)) return left.stop
  switch (end.type) {
    case 'given up':
      return end.why
    case 'exited':
      return `it ${describeEnd(end.exit)}`
    case 'vanished':
    case 'unseen':
      return 'it is gone'
  }
}

/** The cause of a failure for what the worker held; `folder` is where it printed. */
export function causeOfLoss(
  life: EndedLife,
  explanation: EndExplanation | undefined,
  { number, folder }: { readonly number: number; readonly folder: string },
): FailureCause {
  const { end } = life
  if (end.type === 'given up' && end.kind === 'timeout') {
    const message = `The simulation took longer than ${end.limitMs} ms and did not heed its signal, so that its worker was ended.`
    return { kind: 'timeout', message }
  }
  const detail = detailOf(life, explanation)
  return {
    kind: end.type === 'given up' ? end.kind : 'worker-lost',
    ...(detail && { detail }),
    message: `Worker ${number} is lost: ${whyEnded(life, explanation)}; what it printed is in ${folder}.`,
  }
}

/** How a worker departed: on it depends whether another takes the worker's place. */
export type Departure =
  /** The worker left as this runner had asked it to. */
  | { readonly type: 'asked'; readonly outlook?: EndExplanation['outlook'] }
  /** The worker left in order without having been asked to by this runner. */
  | { readonly type: 'left'; readonly why: string }
  /** The worker died before this runner came, which has launched as many as were missing then. */
  | { readonly type: 'unseen'; readonly why: string }
  | {
      readonly type: 'failed'
      readonly why: string
      readonly wasReady: boolean
      /** Whether something else than the worker's own program ended it. */
      readonly wasKilled: boolean
      readonly outlook: EndExplanation['outlook']
    }

export function departureOf(life: EndedLife, explanation: EndExplanation | undefined): Departure {
  const { notice, end } = life
  if (notice?.type === 'asked') return { type: 'asked', outlook: explanation?.outlook }
  const why = whyEnded(life, explanation)
  if (end.type === 'unseen') return { type: 'unseen', why }
  const hasSaidSo = notice?.type === 'asked before' || (notice?.type === 'leaves' && notice.reason !== 'signal')
  if (hasSaidSo && explanation === undefined && isOrderly(end)) return { type: 'left', why }
  const { wasReady } = life
  return { type: 'failed', why, wasReady, wasKilled: wasKilled(life, explanation), outlook: explanation?.outlook }
}

function wasKilled(life: EndedLife, explanation: EndExplanation | undefined): boolean {
  if (life.notice?.type === 'refuses') return false
  const { end } = life
  const isKill = end.type === 'given up' || (end.type === 'exited' && end.exit.signal === 'SIGKILL')
  return isKill || detailOf(life, explanation) !== undefined
}

/** What the record says of the ends of workers that need not concern anybody. */
export const orderlyEnds = {
  runEnded: 'the run ended',
  asked: 'it was asked to leave',
  benched: 'its host was benched',
} as const

const left: Readonly<Record<Leaving['reason'], string>> = {
  stop: 'it left as it was asked to before this runner came',
  grace: 'it left since it had seen no runner for its grace time',
  warned: 'it left since it was warned that its time is nearly over',
  signal: 'it was asked to end by SIGTERM',
}

/** Whether what the record says of a worker's end is that it left in order. */
export function isOrderlyEnd(why: string): boolean {
  return Object.values<string>({ ...orderlyEnds, stop: left.stop, grace: left.grace, warned: left.warned }).includes(
    why,
  )
}

/** Whether what the record says of a worker's end is that too many attempts had failed on its host. */
export function isBenched(why: string): boolean {
  return why === orderlyEnds.benched
}

function noticeOf(life: WorkerLife): Notice | undefined {
  return life.state === 'leaving' || life.state === 'ended' ? life.notice : undefined
}

/** Whether the end is one in order; nobody knows an exit code of a process that is not this runner's child. */
function isOrderly(end: End): boolean {
  return end.type !== 'exited' || end.exit.exitCode === 0
}

/** Ends that no simulation brings about. */
const blameless: ReadonlySet<FailureDetail | undefined> = new Set<FailureDetail>([
  'node-failure',
  'time-limit',
  'preempted',
  'requeued',
  'cancelled',
])
