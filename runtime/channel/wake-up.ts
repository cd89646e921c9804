import { type FSWatcher, watch } from 'chokidar'
import type { RunnerSettings } from '../../src/core/runner-settings.ts'
import { sharedFileSystem } from '../../src/system/file-systems.ts'
import { longestDelayMs } from '../../src/system/timer.ts'

/** How a directory's changes are noticed: by events of this kernel, or by looking. */
export type WakeUpMode = 'events' | 'poll'

export interface WakeUpOptions {
  readonly mode: WakeUpMode
  /** Milliseconds between two looks while something is awaited; ten times that with events, which need it only to be safe. */
  readonly pollInterval: number
  readonly onWake: () => void
}

/**
 * Calls `onWake` when a watched file may have grown. It is a hint: an event can come for nothing, and a timer stands
 * behind events that do not come (they tell nothing of appends made on another host).
 */
export class WakeUp {
  readonly #options: WakeUpOptions
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: WakeUpOptions) {
    this.#options = options
    if (options.mode === 'events') this.#watch()
    this.#schedule(options.mode === 'events' ? options.pollInterval * 10 : options.pollInterval)
  }

  add(path: string): void {
    this.#watcher?.add(path)
  }

  remove(path: string): void {
    this.#watcher?.unwatch(path)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#watcher?.close()
  }

  #watch(): void {
    const watcher = watch([], { ignoreInitial: true, followSymlinks: false })
    // `raw` tells of every append; `change` is throttled and would swallow the last one of a burst.
    watcher.on('raw', this.#options.onWake)
    watcher.on('add', this.#options.onWake)
    watcher.on('error', () => {
      // Out of inotify instances or watches: looking every few milliseconds does as well.
      clearInterval(this.#timer)
      this.#schedule(this.#options.pollInterval)
    })
    this.#watcher = watcher
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
