import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { sharedFileSystem } from '../../src/system/file-systems.ts'
import { longestDelayMs } from '../../src/system/timer.ts'
import { FileEvents } from './file-events.ts'

/** How a directory's changes are noticed: by events of this kernel, or by looking. */
export type WakeUpMode = 'events' | 'poll'

export interface WakeUpOptions {
  readonly mode: WakeUpMode
  /** Milliseconds between two looks while something is awaited; ten times that with events, which need it only to be safe. */
  readonly pollInterval: number
  readonly onWake: () => void
}

/**
 * Calls `onWake` when a file that is followed may have grown. It is a hint: an event can come for nothing, and a timer
 * stands behind events that do not come (they tell nothing of appends made on another host).
 */
export class WakeUp {
  readonly #options: WakeUpOptions
  /** The file that each pipe is read from; undefined when polling. */
  #followed: Map<object, FileEvents> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: WakeUpOptions) {
    this.#options = options
    if (options.mode === 'events') this.#followed = new Map()
    this.#schedule(options.mode === 'events' ? options.pollInterval * 10 : options.pollInterval)
  }

  /**
   * Listens to the file that a pipe is read from now, in place of the one before; it need not be there yet.
   * @returns whether this is another file: what was written to it so far is to be looked for
   */
  follow(pipe: object, path: string): boolean {
    const before = this.#followed?.get(pipe)
    if (!this.#followed || before?.path === path) return false
    before?.close()
    const { onWake } = this.#options
    this.#followed.set(pipe, new FileEvents(path, { onEvent: onWake, onError: () => this.#poll() }))
    return true
  }

  leave(pipe: object): void {
    this.#followed?.get(pipe)?.close()
    this.#followed?.delete(pipe)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stopListening()
  }

  /** Out of inotify instances or watches: looking every few milliseconds does as well. */
  #poll(): void {
    if (!this.#followed) return
    clearInterval(this.#timer)
    this.#stopListening()
    this.#schedule(this.#options.pollInterval)
  }

  #stopListening(): void {
    for (const file of this.#followed?.values() ?? []) file.close()
    this.#followed = undefined
  }

  #schedule(milliseconds: number): void {
    this.#timer = setInterval(this.#options.onWake, Math.min(milliseconds, longestDelayMs))
  }
}

/** What the settings mean for a run directory: workers of other hosts are never heard by events. */
export function wakeUpMode(
  { wakeUp, launcher }: Pick<RunnerSettings, 'wakeUp' | 'launcher'>,
  directory: string,
): WakeUpMode {
  if (wakeUp !== 'auto') return wakeUp
  return launcher === 'local' && sharedFileSystem(directory) === undefined ? 'events' : 'poll'
}
