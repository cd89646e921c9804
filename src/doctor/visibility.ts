import { closeSync, fstatSync, openSync, readSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Examination, type Lateness, patienceMs } from './examination.ts'
import type { Partner } from './second-process.ts'
import { median } from './times.ts'

/** How late this process sees what the other appends, through a file held open and one opened anew, and whether events tell. */
export async function watchAppends(directory: string, partner: Partner): Promise<Examination['visibility']> {
  const path = join(directory, 'appended')
  writeFileSync(path, '')
  const appends = 20
  let hasEvents = false
  let refusal: string | undefined
  let watcher: ReturnType<typeof watch> | undefined
  try {
    watcher = watch(path, () => {
      hasEvents = true
    })
    watcher.on('error', (error) => {
      refusal = error.message
    })
  } catch (error) {
    refusal = (error as Error).message
  }
  const held = openSync(path, 'r')
  try {
    // From when all is written, since the other process may be slow to start.
    let end = Number.POSITIVE_INFINITY
    const over = partner.do({ do: 'append', path, times: appends, gap: 20 }).finally(() => {
      end = performance.now() + patienceMs
    })
    over.catch(() => {}) // it is awaited below
    const heldSeen = new Lines()
    const reopenedSeen = new Lines()
    for (let isLast = false; !isLast && Math.min(heldSeen.count, reopenedSeen.count) < appends; ) {
      isLast = performance.now() >= end // by the clock before the look: a process that was stopped looks once more
      heldSeen.read(held)
      const reopened = openSync(path, 'r')
      reopenedSeen.read(reopened)
      closeSync(reopened)
      await setTimeout(1)
    }
    await over
    await setTimeout(20) // for an event that is on its way
    return {
      appends,
      held: heldSeen.lateness(appends),
      reopened: reopenedSeen.lateness(appends),
      events: refusal ?? hasEvents,
    }
  } finally {
    closeSync(held)
    watcher?.close()
  }
}

/** Lines that say when they were written, and how late they were seen. */
class Lines {
  readonly #late: number[] = []
  #offset = 0
  #rest = ''

  get count(): number {
    return this.#late.length
  }

  read(descriptor: number): void {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - this.#offset))
    const length = bytes.length > 0 ? readSync(descriptor, bytes, 0, bytes.length, this.#offset) : 0
    this.#offset += length
    const lines = (this.#rest + bytes.toString('latin1', 0, length)).split('\n')
    this.#rest = lines.pop()!
    const now = process.hrtime.bigint()
    for (const line of lines) if (/^\d+$/.test(line)) this.#late.push(Number(now - BigInt(line)) / 1e6)
  }

  lateness(appends: number): Lateness {
    return { median: median(this.#late), most: Math.max(0, ...this.#late), unseen: appends - this.#late.length }
  }
}
