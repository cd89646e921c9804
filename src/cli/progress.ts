import type { ProgressStream } from '../batch/progress-bar.ts'
import { printableLines } from '../core/text.ts'
import type { Progress } from '../search/tally.ts'

const redrawEvery = 100
const lineEvery = 5_000
const lineAtLeastEvery = 1_000
const lineShare = 0.1

/** Progress on a terminal as one line that is drawn anew; elsewhere as lines, few enough for a log. */
export class ProgressLine {
  readonly #stream: ProgressStream
  readonly #now: () => number
  #first: Progress | undefined
  #latest: Progress | undefined
  #shown: Progress | undefined
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#stream = stream
    this.#now = now
  }

  update(progress: Progress): void {
    this.#first ??= progress
    this.#latest = progress
    if (this.#isDue(progress)) this.#show(progress)
  }

  /** How far it is, in words. */
  get latest(): string {
    return this.#latest ? describeProgress(this.#latest, this.#first ?? this.#latest) : 'nothing has been simulated yet'
  }

  /** A sentence of its own, which the status line must not overwrite. */
  say(sentence: string): void {
    this.#stream.write(`${this.#stream.isTTY ? '\r\x1b[K' : ''}${printableLines(sentence)}\n`)
    if (this.#stream.isTTY && this.#latest) this.#show(this.#latest)
  }

  /** The last state, and the end of the line. */
  end(): void {
    const latest = this.#latest
    if (latest && latest !== this.#shown) this.#show(latest)
    if (this.#stream.isTTY && this.#shown) this.#stream.write('\n')
    this.#latest = undefined
    this.#shown = undefined
  }

  #isDue(progress: Progress): boolean {
    const since = this.#now() - this.#shownAt
    if (this.#stream.isTTY) return since >= redrawEvery
    const share = doneShare(progress) - (this.#shown ? doneShare(this.#shown) : 0)
    return since >= lineEvery || (since >= lineAtLeastEvery && share >= lineShare)
  }

  #show(progress: Progress): void {
    const text = describeProgress(progress, this.#first ?? progress)
    const { isTTY, columns = 80 } = this.#stream
    this.#stream.write(isTTY ? `\r${text.slice(0, columns - 1)}\x1b[K` : `${text}\n`)
    this.#shown = progress
    this.#shownAt = this.#now()
  }
}

/** @param first the first progress of this process: what an earlier one did says nothing about the time left */
export function describeProgress(progress: Progress, first: Progress): string {
  const { generation, generations, size, evaluated, failed, best, front, mostEvaluations } = progress
  const seconds = (progress.elapsedMs - first.elapsedMs) / 1000
  const rate = seconds > 0 ? (progress.totalEvaluated - first.totalEvaluated) / seconds : 0
  const left = secondsLeft(progress, first)
  return [
    `generation ${Math.min(generation + 1, generations)}${Number.isFinite(generations) ? `/${generations}` : ''}`,
    `${evaluated}/${size} done`,
    ...(mostEvaluations !== undefined ? [`${progress.totalEvaluated}/${mostEvaluations} in all`] : []),
    ...(failed > 0 ? [`${failed} failed in all`] : []),
    ...(best ? [describeBest(best)] : []),
    ...(front !== undefined ? [`front of ${front}`] : []),
    ...(rate > 0 ? [`${shortNumber(rate, 3)}/s`] : []),
    ...(left !== undefined ? [`${duration(left)} left`] : []),
  ].join('  ')
}

function describeBest({ fitness, generation, index, violation }: NonNullable<Progress['best']>): string {
  const values = fitness.map((value) => shortNumber(value)).join(', ')
  return `best ${values} (${generation}.${index}${violation === undefined ? '' : ', violates'})`
}

/** The seconds until the nearest limit, at the pace since the first progress. */
function secondsLeft(progress: Progress, first: Progress): number | undefined {
  const share = doneShare(progress) - doneShare(first)
  const seconds = (progress.elapsedMs - first.elapsedMs) / 1000
  const byPace = share > 0 ? (seconds / share) * (1 - doneShare(progress)) : undefined
  const byClock = progress.timeLeftMs === undefined ? undefined : progress.timeLeftMs / 1000
  return byPace === undefined || byClock === undefined ? (byPace ?? byClock) : Math.min(byPace, byClock)
}

/** Which part of the search is done: of its generations or of its evaluations, of whichever there will be enough first. */
function doneShare({ generation, generations, size, evaluated, totalEvaluated, mostEvaluations }: Progress): number {
  const ofGenerations = (generation + (size > 0 ? evaluated / size : 0)) / generations
  return Math.min(1, Math.max(ofGenerations, totalEvaluated / (mostEvaluations ?? Number.POSITIVE_INFINITY)))
}

export function shortNumber(value: number, digits = 6): string {
  return String(Number(value.toPrecision(digits)))
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} d`
}
