import { PipeDamaged, PipeReader } from '../channel/pipe-reader.ts'
import { PollPace } from '../channel/poll-pace.ts'
import type { ToWorker } from '../channel/protocol.ts'
import type { RunFile } from '../channel/run-file.ts'
import { StuckWatch, stuckLimitMs } from '../channel/stuck-watch.ts'
import { WakeUp } from '../channel/wake-up.ts'

/** What comes to a worker through its pipe, and the sleep from which it is woken by that. */
export class Inbox {
  readonly #reader: PipeReader
  /** Milliseconds since the runner's heart was last seen to beat. */
  readonly #silence: () => number
  readonly #stuckWatch = new StuckWatch()
  /** Is told of what came while nobody sleeps, where an individual that is simulated may be stopped. */
  readonly #onNews: () => void
  #hearsReports: boolean
  #heartbeat: number
  #wakeUp: WakeUp
  /** Set only when polling: no event announces new bytes. */
  #pace: PollPace | undefined
  #receivedAt = 0
  #wake: (() => void) | undefined
  /** Whether something may have come since the last look. */
  #hasNews = true

  constructor(channel: string, runFile: RunFile, silence: () => number, onNews: () => void) {
    const reopen = runFile.wakeUp === 'poll'
    this.#reader = new PipeReader(channel, 'to-worker', { reopen, removeRead: true, followsTakeover: true })
    this.#silence = silence
    this.#onNews = onNews
    this.#hearsReports = runFile.hearsReports ?? false
    this.#heartbeat = runFile.heartbeat
    this.#wakeUp = this.#listen(runFile)
  }

  /** System calls so far. */
  get operations(): number {
    return this.#reader.operations
  }

  /** Whether something may have come since the last look: then nobody is woken by it. */
  get hasNews(): boolean {
    return this.#hasNews
  }

  /** Milliseconds since the last look. */
  get age(): number {
    return this.ageAt(performance.now())
  }

  ageAt(now: number): number {
    return now - this.#receivedAt
  }

  /** Another runner has the run: its mode holds from now on. */
  follow(runFile: RunFile): void {
    const before = this.#wakeUp
    this.#heartbeat = runFile.heartbeat
    this.#hearsReports = runFile.hearsReports ?? false
    this.#reader.reopen = runFile.wakeUp === 'poll'
    this.#wakeUp = this.#listen(runFile)
    before.close()
  }

  /** Has itself woken as the runner's mode is. */
  #listen({ wakeUp: mode, pollInterval }: RunFile): WakeUp {
    this.#pace = mode === 'poll' ? new PollPace(pollInterval, performance.now()) : undefined
    const wakeUp = new WakeUp({ mode, pollInterval, onWake: () => this.#wakeIfDue() })
    wakeUp.follow(this.#reader, this.#reader.path)
    return wakeUp
  }

  /**
   * Hands on what the runner has written. If there is another segment to look at, that is news.
   * @throws PipeDamaged if part of it is lost
   */
  receive(handle: (message: ToWorker) => void): void {
    this.#receivedAt = performance.now()
    this.#hasNews = false
    const messages = this.#reader.read() as ToWorker[]
    this.#refuseStuckPipe()
    for (const message of messages) handle(message)
    if (messages.length > 0) this.#pace?.restart(this.#receivedAt)
    if (this.#wakeUp.follow(this.#reader, this.#reader.path)) this.#hasNews = true
  }

  /**
   * Its runner would wait for ever for the answer to what is lost in it. Of a file system that is away, no heart is seen. Each
   * segment begins with a hello that is written before anybody looks for it: where nothing can be read, it was lost.
   */
  #refuseStuckPipe(): void {
    const now = this.#receivedAt
    const isLacking = this.#reader.isStuck || this.#reader.position.offset === 0
    const isStuck = isLacking && this.#silence() < 2 * this.#heartbeat
    this.#stuckWatch.onLook({ isStuck, end: this.#reader.end }, now)
    if (isStuck && this.#stuckWatch.stuckFor(now) > Math.max(stuckLimitMs, 4 * this.#heartbeat)) {
      throw new PipeDamaged(`${this.#reader.path} has lost what was in it`)
    }
  }

  /** Calls back once something may have come: at once, since a promise would cost as much as many a simulation. */
  sleep(onWake: () => void): void {
    this.#wake = onWake
  }

  wake(): void {
    const onWake = this.#wake
    this.#hasNews = true
    this.#wake = undefined
    onWake?.()
  }

  /** The longer the last simulation took and the longer it is idle since, the more rarely a worker looks. */
  #wakeIfDue(): void {
    if (this.#wake) {
      if (!this.#pace || this.#pace.isDue(performance.now())) this.wake()
      return
    }
    this.#hasNews = true
    if (this.#hearsReports) this.#onNews()
  }

  close(): void {
    this.#wakeUp.close()
  }
}
