import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second in what Linux tells of processes, on every machine. */
const ticksPerSecond = 100

/**
 * Milliseconds of CPU time of those children of this process that have ended and of all that these have waited for;
 * undefined where the system does not tell.
 */
export function cpuOfEndedChildren(): number | undefined {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticksPerSecond
  } catch {
    return undefined
  }
}

/** Milliseconds from the first look to the second, which double from one look to the next. */
const firstPauseMs = 4
const longestPauseMs = 1000

/**
 * The most memory that one process of a program was seen to hold, the program's own or one that it has started. The kernel
 * keeps the peak of each process for as long as it lives, so that only what grows after the last look is missed.
 */
export class MemoryWatch implements Disposable {
  readonly #pid: number
  #peak: number | null = null
  #pause = firstPauseMs
  #lookedAt = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(pid: number) {
    this.#pid = pid
    this.#wait()
  }

  /** Bytes; null if the program has ended before it was looked at. */
  get peak(): number | null {
    return this.#peak
  }

  /** A moment at which the program may be near its end. */
  hint(): void {
    if (performance.now() - this.#lookedAt >= firstPauseMs) this.#look()
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#look()
      this.#pause = Math.min(2 * this.#pause, longestPauseMs)
      this.#wait()
    }, this.#pause).unref()
  }

  #look(): void {
    const peaks = familyOf(this.#pid).flatMap((pid) => peakOf(pid) ?? [])
    if (peaks.length > 0) this.#peak = Math.max(this.#peak ?? 0, ...peaks)
    this.#lookedAt = performance.now()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

/** The command lines of those among a process and its descendants that run a program of that name. */
export function commandLinesOf(pid: number, program: string): string[] {
  return familyOf(pid).flatMap((member) => {
    try {
      if (readFileSync(`/proc/${member}/comm`, 'utf8').trim() !== program) return []
      return [readFileSync(`/proc/${member}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

/** A process and its descendants, as far as they can be seen. */
function familyOf(pid: number): number[] {
  const family = [pid]
  for (const member of family) family.push(...childrenOf(member)) // also of those that are added meanwhile
  return family
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return [] // it has ended, or the kernel keeps no such list
  }
}

/** The most memory that a process has held so far, in bytes. */
function peakOf(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
