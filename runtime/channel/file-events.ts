import { type FSWatcher as FileWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { FSWatcher as FolderWatcher } from 'chokidar'

export interface FileEventsOptions {
  /** Something may have been appended to the file. */
  readonly onEvent: () => void
  /** No more events come: this machine is out of inotify instances or watches, or the file cannot be watched. */
  readonly onError: () => void
}

/**
 * The events of one file that grows, which need not be there yet. The kernel's own events tell of appends: chokidar looks
 * at the file at each of them, and its `change` swallows the last one of a burst. Until there is the file, chokidar
 * watches its folder.
 */
export class FileEvents {
  readonly path: string
  readonly #options: FileEventsOptions
  #file: FileWatcher | undefined
  #folder: FolderWatcher | undefined
  #isClosed = false

  constructor(path: string, options: FileEventsOptions) {
    this.path = path
    this.#options = options
    if (!this.#watch()) void this.#awaitFile()
  }

  close(): void {
    this.#isClosed = true
    this.#file?.close()
    void this.#folder?.close()
  }

  /** Whether nothing is left to be waited for: the file is watched, or cannot be. */
  #watch(): boolean {
    if (this.#isClosed || this.#file) return true
    try {
      this.#file = watch(this.path, { persistent: false }, (event) => this.#onEvent(event))
      this.#file.on('error', this.#options.onError)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      this.#options.onError()
    }
    return true
  }

  #onEvent(event: string): void {
    if (event === 'rename') {
      // Removed, or another file took its place.
      this.#file?.close()
      this.#file = undefined
      if (!this.#watch()) void this.#awaitFile()
    }
    this.#options.onEvent()
  }

  async #awaitFile(): Promise<void> {
    const { watch } = await import('chokidar')
    if (this.#isClosed) return
    const folder = watch(dirname(this.path), {
      persistent: false,
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
    })
    this.#folder = folder
    let isReady = false
    const look = () => {
      if (!this.#watch()) return
      this.#options.onEvent()
      // A watcher that is closed while it is still being set up, or from its own event, leaves handles open.
      if (isReady) setImmediate(() => folder.close())
    }
    folder.on('add', look)
    folder.on('error', this.#options.onError)
    folder.on('ready', () => {
      isReady = true
      look() // the file may have come before its folder was watched
    })
  }
}
