import { statfsSync } from 'node:fs'
import { type FSWatcher, watch } from 'chokidar'
import type { RunnerSettings } from '../src/core/runner-settings.ts'

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
    this.#timer = setInterval(this.#options.onWake, milliseconds)
  }
}

/** File systems whose changes by other hosts this kernel never hears of (statfs(2) and linux/magic.h). */
const sharedFileSystems = new Map<number, string>([
  [0x6969, 'nfs'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x19830326, 'beegfs'],
  [0x00c36400, 'ceph'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  [0x5346414f, 'afs'],
  [0x013111a8, 'panfs'],
])

/** The name of the shared file system that a directory lies on, undefined if it is this machine's own. */
export function sharedFileSystem(directory: string): string | undefined {
  return sharedFileSystems.get(statfsSync(directory).type >>> 0)
}

/** What the settings mean for a run directory: workers of other hosts are never heard by events. */
export function wakeUpMode(
  { wakeUp, launcher }: Pick<RunnerSettings, 'wakeUp' | 'launcher'>,
  directory: string,
): WakeUpMode {
  if (wakeUp !== 'auto') return wakeUp
  return launcher === 'local' && sharedFileSystem(directory) === undefined ? 'events' : 'poll'
}
