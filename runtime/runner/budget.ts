import type { Usage } from '../../src/core/record.ts'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { filesCreated } from '../../src/system/file-count.ts'

/** The files of one worker: its folder, two pipes, its heart, and what it and its launcher print. */
const filesPerWorker = 7
/** What a run makes besides for each generation, and at its end. */
const filesInReserve = 4
/** Files are counted no more often. */
const countMs = 10_000

/** How much a run may use up, over all starts of its runner. What is at its end stops the run, with everything stored. */
export class Budget {
  readonly #settings: Pick<RunnerSettings, 'maxSteps' | 'maxFiles' | 'maxNodeHours'>
  readonly #directory: string
  /** What earlier starts of the runner have used. */
  readonly #before: Usage
  #launched = 0
  #files: number
  #countedAt: number

  constructor(settings: RunnerSettings, directory: string, before: Usage, now: number) {
    this.#settings = settings
    this.#directory = directory
    this.#before = before
    this.#files = this.#countFiles()
    this.#countedAt = now
  }

  /** One more worker has been launched. */
  addLaunch(): void {
    this.#launched++
    this.#files += filesPerWorker
  }

  /** Why no more workers may be launched, if that is so, where this start of the runner has used so many node-seconds. */
  launchRefusal(nodeSeconds: number): string | undefined {
    const { maxSteps, maxNodeHours } = this.#settings
    if (this.#nodeSecondsLeft(nodeSeconds) <= 0) {
      return `its budget of ${maxNodeHours} node-hours (maxNodeHours) is used up`
    }
    if (maxSteps !== undefined && this.#before.steps + this.#launched >= maxSteps) {
      return `its budget of ${maxSteps} worker launches (maxSteps) is used up`
    }
    return this.#lacksFiles(filesPerWorker + filesInReserve) ? this.#filesAreUsedUp : undefined
  }

  /** Why nothing more may be simulated, if that is so. */
  refusal(now: number): string | undefined {
    if (this.#settings.maxFiles === undefined) return undefined
    if (now - this.#countedAt > countMs) {
      this.#files = this.#countFiles()
      this.#countedAt = now
    }
    return this.#lacksFiles(filesInReserve) ? this.#filesAreUsedUp : undefined
  }

  /** Milliseconds until the node-hours are used up, if as many nodes are held as now. */
  timeLeft(nodeSeconds: number, nodes: number): number {
    const left = this.#nodeSecondsLeft(nodeSeconds)
    return left <= 0 ? 0 : (left / nodes) * 1000
  }

  #nodeSecondsLeft(nodeSeconds: number): number {
    const { maxNodeHours = Number.POSITIVE_INFINITY } = this.#settings
    return maxNodeHours * 3600 - this.#before.nodeSeconds - nodeSeconds
  }

  get #filesAreUsedUp(): string {
    return `its budget of ${this.#settings.maxFiles} files (maxFiles) is used up`
  }

  #lacksFiles(count: number): boolean {
    const { maxFiles } = this.#settings
    return maxFiles !== undefined && this.#files + count > maxFiles
  }

  #countFiles(): number {
    return this.#settings.maxFiles === undefined ? 0 : filesCreated(this.#directory)
  }
}
