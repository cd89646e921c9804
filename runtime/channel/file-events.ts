import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface FileEventsOptions {
  /** Something may have been appended to the file. */
  readonly onEvent: () => void
  /** No more events come: this machine is out of inotify instances or watches, or the file cannot be watched. */
  readonly onError: () => void
}

/**
 * The events of one file that grows, which need not be there yet. They are the kernel's own: chokidar looks at the file at
 * each append, and its `change` swallows the last one of a burst. A folder in which the file is awaited for long is watched
 * by chokidar; at first, by the kernel's events too: what chokidar takes to load, and a timer of a second that it sets when
 * it reads a folder and that nobody can take back, are much for a run that is over as soon.
 */
export class FileEvents {
  readonly path: string
  readonly #options: FileEventsOptions
  #file: FSWatcher | undefined
  #leaveFolder = () => {}
  #isClosed = false

  constructor(path: string, options: FileEventsOptions) {
    this.path = path
    this.#options = options
    if (!this.#watch()) this.#awaitFile()
  }

  close(): void {
    this.#isClosed = true
    this.#file?.close()
    this.#leaveFolder()
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
      if (!this.#watch()) this.#awaitFile()
    }
    this.#options.onEvent()
  }

  /** Its folder tells of files that come: of this one, or of one that came before its folder was listened to. */
  #awaitFile(): void {
    const name = basename(this.path)
    try {
      const folder = watch(dirname(this.path), { persistent: false }, (_, changed) => {
        if (changed === null || changed === name) this.#look()
      })
      folder.on('error', () => void this.#watchFolder())
      const later = setTimeout(() => void this.#watchFolder(), soonMs).unref()
      this.#leaveFolder = () => {
        folder.close()
        clearTimeout(later)
      }
      this.#look()
    } catch {
      void this.#watchFolder()
    }
  }

  #look(): void {
    if (this.#isClosed || this.#file || !this.#watch()) return
    this.#leaveFolder()
    this.#options.onEvent()
  }

  async #watchFolder(): Promise<void> {
    const { watch } = await import('chokidar')
    if (this.#isClosed || this.#file) return
    this.#leaveFolder()
    const folder = watch(dirname(this.path), {
      persistent: false,
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
    })
    // A watcher that is closed while it reads its folder leaves a timer, and from its own event handles.
    this.#leaveFolder = () => void setTimeout(() => void folder.close(), soonMs).unref()
    folder.on('add', () => this.#look())
    folder.on('ready', () => this.#look()) // the file may have come before its folder was watched
    folder.on('error', this.#options.onError)
  }
}

/** Most files that are waited for come within so many milliseconds. */
const soonMs = 2000
